"""The plain pages, and what the policy lets a browser do."""

from dosing.interfaces import pages


def test_headers_allow_nothing_from_outside():
    policy = pages.HEADERS["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-eval" not in policy
    assert "http" not in policy


def test_messages_are_escaped():
    assert "<b>" not in pages.page("<b>title</b>", "text")
    assert "<b>" not in pages.message("title", "<b>text</b>")


def test_the_form_asks_for_what_is_needed_and_repeats_no_markup():
    form = pages.login_form('/"><b>', "Token", "", problem="<b>wrong</b>")
    assert '<label for="secret">Token</label>' in form
    assert pages.TOKEN_HINT in form
    assert "<b>" not in form
    assert pages.TOKEN_HINT not in pages.login_form("/", "Password", "")
