"""How the dashboards may be served, and what is refused in a sentence."""

import importlib.resources

import pytest

from dosing.interfaces import options
from dosing.interfaces.options import ServeError, Serving


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"share": True}, "needs a password"),
        ({"share": True, "password": "short"}, "at least 10 characters"),
        ({"host": "0.0.0.0"}, "say --share"),
        ({"host": "ward-pc"}, "say --share"),
        ({"pool": -1}, "0 or more"),
        ({"max_sessions": 0}, "1 or more"),
        ({"idle_s": 0}, "1 or more"),
    ],
)
def test_what_cannot_be_served_is_refused_in_a_sentence(given, words):
    with pytest.raises(ServeError, match=words):
        Serving(**given)


def test_the_defaults_are_locked():
    how = Serving()
    assert (how.notebook, how.address, how.share) == ("dashboard", "127.0.0.1", False)
    assert Serving(share=True, password="correct horse").address == "0.0.0.0"


def test_no_secret_is_printed():
    assert "horse" not in repr(Serving(share=True, password="correct horse", token="horse"))


def test_every_installed_panel_is_offered_and_no_other():
    folder = importlib.resources.files("dosing.notebooks")
    installed = {p.name.removesuffix(".ipynb") for p in folder.iterdir() if p.name[-6:] == ".ipynb"}
    assert set(options.panels()) == installed - {"dashboard", "tutorial"}


def test_what_is_not_installed_is_named(monkeypatch):
    assert options.missing() == ()
    monkeypatch.setattr(options, "NEEDED", ("json", "no_such_module"))
    assert options.missing() == ("no_such_module",)
