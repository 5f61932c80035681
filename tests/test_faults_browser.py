"""Every fault that could leave a dose beside values it was not computed from, in a real browser."""

import contextlib
import os
import re
import signal
import time

import pytest

from dosing.ui.guard import STATIC
from tests.browser_support import (
    DATA,
    Cable,
    alive,
    serious_violations,
    serving,
    until,
    visiting,
)

pytestmark = pytest.mark.browser

# Long enough for a page to open on a busy computer, which must not count as forgotten. [s]
IDLE_S = 8
LIVE = ".dosing-app.dosing-live:not(.dosing-stale)"
HIDDEN = ".dosing-app.dosing-stale:not(.dosing-live)"
ALERT = "[role=alert].dosing-guard"
LOST = "Connection to the calculator was lost"
UNTRUE = "were not calculated from the values now entered"
KEPT = "localStorage.getItem('dosing:probe')"

# Whether the browser says that nobody looks at the page, as a test decides it.
LOOK_AWAY = """(hidden) => {
  Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
  document.dispatchEvent(new Event('visibilitychange'));
}"""

# Whether a result is in sight as true and no alert is, in one look.
SHOWN = """([live, alert, words]) => {
  const out = document.querySelector(`${live} #out`);
  const seen = (el) => el?.checkVisibility({ visibilityProperty: true }) ?? false;
  return seen(out) && out.textContent.includes(words) && !seen(document.querySelector(alert));
}"""

# The browser's half of the guard alone, on a page with a clock of the test: each heartbeat stays
# unanswered until the test answers it.
GUARD = """async (source) => {
  document.body.innerHTML = "<div class='dosing-app'><div id='guard'></div></div>";
  const code = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
  const { default: part } = await import(code);
  const heard = [];
  window.pings = [];
  const known = { part: 'guard', computed_for: {}, ok: true, message: '' };
  const model = {
    get: (name) => known[name],
    on: (name, act) => name === 'msg:custom' && heard.push(act),
    off: () => {},
    send: ({ ping }) => window.pings.push(ping),
  };
  window.answer = (ping) => heard.forEach((act) => act({ pong: ping }));
  part.render({ model, el: document.querySelector('#guard') });
}"""

# Notes every wrong date that could be seen, from the first moment of the page.
WATCH = """
window.seenOld = 0;
const look = () => {
  const out = document.querySelector('#out');
  if (out && out.textContent.includes('2001') && getComputedStyle(out).visibility === 'visible')
    window.seenOld++;
  requestAnimationFrame(look);
};
look();
"""

# Notes, from the first result on, each moment at which results were greyed or hidden.
WATCH_HIDDEN = """
window.lapses = [];
const watch = () => {
  const app = document.querySelector('.dosing-app');
  const out = document.querySelector('#out');
  const shown = app?.matches('.dosing-live:not(.dosing-stale)')
    && getComputedStyle(out).visibility === 'visible';
  if (shown) window.shownOnce = true;
  else if (window.shownOnce) window.lapses.push(performance.now());
  requestAnimationFrame(watch);
};
watch();
"""


@pytest.fixture(scope="module")
def server():
    with serving(DATA / "probe.ipynb", pool=1) as server:
        yield server


@pytest.fixture(scope="module")
def small():
    """A server with room for one page."""
    with serving(DATA / "probe.ipynb", max_sessions=1) as server:
        yield server


@pytest.fixture
def forgetful():
    """A server that is quick to end what nobody looks at."""
    with serving(DATA / "probe.ipynb", idle_s=IDLE_S) as server:
        yield server


@pytest.fixture
def visit(server, browser):
    with visiting(browser, server.url) as visit:
        yield visit


def out(page):
    return page.locator("#out")


def says(page, words):
    """Wait until results are hidden and the alert says so."""
    page.wait_for_selector(f"{ALERT}:has-text('{words}')")
    assert page.locator(HIDDEN).count() == 1
    assert not out(page).is_visible() if out(page).count() else True


def shows(page, words):
    """Wait until a result is shown as true, without an alert beside it."""
    until(lambda: page.evaluate(SHOWN, [LIVE, ALERT, words]), what=f"shown as true: {words}")


def keeps(page, words):
    """Wait until the browser has a copy with these words, or none when there are no words."""

    def so():
        copy = page.evaluate(KEPT)
        return copy is None if words is None else words in (copy or "")

    # Not wait_for_function: that evaluates text, which the policy of the page forbids.
    until(so, what=f"kept: {words}")


def kernel(page):
    return int(page.locator("#pid").text_content())


def test_a_page_from_the_pool_is_dated_when_it_is_opened(visit):
    visit.page.add_init_script(WATCH)
    page = visit.open()
    shows(page, page.evaluate("new Date().toLocaleDateString('sv')"))
    assert page.evaluate("window.seenOld") == 0


def test_the_page_is_local_clean_and_has_landmarks(visit):
    page = visit.open()
    shows(page, "Twice 21 is 42")
    assert page.url == visit.url
    assert page.title() == "Probe"
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.locator("[role=main] .dosing-app").count() == 1
    assert page.locator("#starting").count() == 0
    assert "viewport" in page.content()
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
    assert visit.outside() == []
    assert visit.problems == []
    assert serious_violations(page) == []
    page.goto(f"{visit.url}?template=nope", wait_until="domcontentloaded")
    page.wait_for_selector(LIVE)


def test_every_kind_of_field_is_compared(visit):
    page = visit.open()
    page.get_by_label("Number").fill("30")
    shows(page, "Twice 30 is 60 mg per h")
    page.get_by_label("Unit").select_option("mg per kg")
    shows(page, "Twice 30 is 60 mg per kg")
    page.locator(".f-kidney button", has_text="yes").click()
    page.locator(".f-critical").get_by_label("no").check()
    page.get_by_label("Number").fill("")
    shows(page, "is nothing")
    page.locator(".f-kidney button", has_text="no").click()
    shows(page, "nothing")
    # With the calculator held, each kind of field greys the results at once.
    pid = kernel(page)
    for change in (
        lambda: page.get_by_label("Number").fill("31"),
        lambda: page.get_by_label("Unit").select_option("mg per h"),
        lambda: page.locator(".f-kidney button", has_text="yes").click(),
        lambda: page.locator(".f-critical").get_by_label("yes").check(),
    ):
        os.kill(pid, signal.SIGSTOP)
        try:
            change()
            page.wait_for_selector(".dosing-app.dosing-stale")
        finally:
            os.kill(pid, signal.SIGCONT)
        page.wait_for_selector(LIVE)


def test_a_failing_calculation_hides_the_result_and_says_so(visit, server):
    page = visit.open()
    page.get_by_label("Number").fill("13")
    says(page, "The calculation failed. No result is shown.")
    assert "secret traceback" not in page.content()
    assert "secret traceback" in server.log()
    page.get_by_label("Number").fill("14")
    shows(page, "Twice 14 is 28")
    page.get_by_role("button", name="Bad button").click()
    says(page, "The calculation failed.")
    page.get_by_label("Number").fill("15")
    shows(page, "Twice 15 is 30")


def test_a_callback_that_nobody_guarded_is_caught_all_the_same(visit):
    page = visit.open()
    page.get_by_label("Unguarded").fill("boom")
    page.wait_for_selector(".dosing-app.dosing-stale")
    says(page, UNTRUE)
    page.get_by_label("Unguarded").fill("fine")
    shows(page, "Twice 21 is 42")


def test_a_killed_calculator_is_noticed_and_the_entries_survive(visit):
    page = visit.open()
    page.get_by_label("Number").fill("77")
    shows(page, "Twice 77 is 154")
    keeps(page, "77")
    os.kill(kernel(page), signal.SIGKILL)
    says(page, LOST)
    page.reload(wait_until="domcontentloaded")
    shows(page, "Twice 21 is 42")
    page.get_by_role("button", name="Restore").click()
    shows(page, "Twice 77 is 154")


def test_a_cut_cable_is_noticed_and_mended(server, browser):
    cable = Cable(server.port)
    try:
        with visiting(browser, cable.url) as visit:
            page = visit.open()
            shows(page, "Twice 21 is 42")
            cable.cut()
            page.get_by_label("Number").fill("30")
            page.wait_for_selector(".dosing-app.dosing-stale")
            says(page, LOST)
            cable.mend()
            shows(page, "Twice 30 is 60")
    finally:
        cable.close()


def test_a_slow_link_is_never_cut_and_results_stay_in_sight(server, browser):
    cable = Cable(server.port, delay_s=0.15)
    try:
        with visiting(browser, cable.url) as visit:
            page = visit.page
            opened, closed = [], []

            def opens(socket):
                opened.append(socket.url)
                socket.on("close", lambda _: closed.append(socket.url))

            page.on("websocket", opens)
            page.add_init_script(WATCH_HIDDEN)
            began = time.monotonic()
            visit.open()
            shows(page, "Twice 21 is 42")
            assert time.monotonic() - began > 0.6, "the link is not slow"
            page.wait_for_timeout(38_000)
            assert "ping" not in server.log()
            assert [len(opened), closed] == [1, []]
            assert page.evaluate("[window.shownOnce, window.lapses]") == [True, []]
            page.get_by_label("Number").fill("30")
            shows(page, "Twice 30 is 60")
            assert page.evaluate("window.lapses.length") > 0, "the watch sees what is greyed"
    finally:
        cable.close()


def test_coming_back_to_a_page_trusts_nothing_until_it_is_answered(visit):
    page = visit.open()
    pid = kernel(page)
    page.evaluate(LOOK_AWAY, True)
    os.kill(pid, signal.SIGSTOP)
    try:
        page.evaluate(LOOK_AWAY, False)
        assert page.locator(".dosing-app.dosing-stale").count() == 1
        says(page, LOST)
    finally:
        os.kill(pid, signal.SIGCONT)
    shows(page, "Twice 21 is 42")


def test_late_answers_bring_no_result_back_that_would_go_again_at_once(browser):
    with contextlib.closing(browser.new_page()) as page:
        page.clock.install()
        page.goto("about:blank")
        page.evaluate(GUARD, (STATIC / "guard.js").read_text(encoding="utf-8"))

        def state():
            return page.evaluate("document.querySelector('.dosing-app').className")

        page.evaluate("answer(pings.at(-1))")
        assert state() == "dosing-app dosing-live"
        page.clock.run_for(6000)
        assert state() == "dosing-app dosing-stale"
        for asked_before_s, seen in ((3, "stale"), (2, "stale"), (1, "live")):
            page.evaluate(f"answer(pings.at(-1) - {asked_before_s})")
            assert state() == f"dosing-app dosing-{seen}", f"asked {asked_before_s} s before"
            page.clock.run_for(500)
        # Once they are back, an answer of the same age keeps them until it counts as silence.
        page.clock.run_for(1500)
        assert state() == "dosing-app dosing-live"
        page.clock.run_for(2500)
        assert state() == "dosing-app dosing-stale"


def test_entries_come_back_only_when_asked_for(visit):
    page = visit.open()
    page.get_by_label("Number").fill("55")
    page.locator(".f-kidney button", has_text="yes").click()
    keeps(page, '"kidney":"yes"')
    page.reload(wait_until="domcontentloaded")
    question = page.get_by_role("region", name="Kept entries")
    question.get_by_role("button", name="Restore").wait_for()
    assert re.search(r"Entries from \d\d:\d\d \(probe\) are kept", question.text_content())
    shows(page, "Twice 21 is 42")
    # What is typed now does not overwrite the copy that is being asked about.
    page.get_by_label("Number").fill("5")
    shows(page, "Twice 5 is 10")
    page.wait_for_timeout(1500)
    assert '"number":"55"' in page.evaluate(KEPT)
    question.get_by_role("button", name="Restore").click()
    shows(page, "Twice 55 is 110")
    page.wait_for_selector(".f-kidney button.mod-active:has-text('yes')")
    assert not question.is_visible()
    keeps(page, '"number":"55"')
    page.reload(wait_until="domcontentloaded")
    question.get_by_role("button", name="Discard").click()
    assert page.evaluate(KEPT) is None
    shows(page, "Twice 21 is 42")


def test_a_copy_that_the_panel_refuses_stays(visit):
    page = visit.open()
    page.get_by_label("Number").fill("66")
    keeps(page, "66")
    page.goto("about:blank")
    page.goto(visit.url, wait_until="domcontentloaded")
    page.get_by_role("button", name="Restore").wait_for()
    page.evaluate(
        "localStorage.setItem('dosing:probe', localStorage.getItem('dosing:probe')"
        '.replace(\'"events":["66"]\', \'"events":[]\'))'
    )
    page.reload(wait_until="domcontentloaded")
    page.get_by_role("button", name="Restore").click()
    page.wait_for_selector(".dosing-keeper:has-text('could not be restored')")
    assert "66" in page.evaluate(KEPT)
    shows(page, "Twice 21 is 42")


def test_a_new_patient_and_an_old_copy_leave_nothing_behind(visit):
    page = visit.open()
    page.get_by_label("Number").fill("88")
    keeps(page, "88")
    page.get_by_role("button", name="New patient").click()
    shows(page, "Twice 21 is 42")
    keeps(page, None)
    page.evaluate(
        "localStorage.setItem('dosing:probe', JSON.stringify("
        "{saved_at: '2001-02-03T04:05:06Z', entries: {number: '9'}, record: {}}))"
    )
    page.reload(wait_until="domcontentloaded")
    shows(page, "Twice 21 is 42")
    keeps(page, None)
    assert not page.get_by_role("region", name="Kept entries").is_visible()


def test_two_windows_do_not_write_over_each_other(visit):
    page = visit.open()
    page.get_by_label("Number").fill("44")
    keeps(page, "44")
    other = visit.new_page()
    other.goto(visit.url, wait_until="domcontentloaded")
    other.wait_for_selector(".dosing-keeper:has-text('Another window')")
    other.get_by_label("Number").fill("45")
    shows(other, "Twice 45 is 90")
    other.wait_for_timeout(1200)
    assert '"number":"44"' in page.evaluate(KEPT)


def test_one_page_at_a_time_and_closing_it_ends_its_calculator(small, browser):
    with visiting(browser, small.url) as visit:
        page = visit.open()
        pid = kernel(page)
        second = visit.new_page()
        answer = second.goto(small.url)
        assert answer.status == 503
        assert "All sessions are in use" in second.text_content("h1")
        page.close(run_before_unload=True)
        until(lambda: small.sessions() == 0, what="the calculator of a closed page ends")
        until(lambda: not alive(pid), what="its process ends")


def test_a_forgotten_page_loses_its_calculator_and_says_so(forgetful, browser):
    with visiting(browser, forgetful.url) as visit:
        page = visit.open()
        page.wait_for_timeout(1000 * (IDLE_S + 2))
        assert forgetful.sessions() == 1, "a page that is looked at stays"
        page.evaluate(LOOK_AWAY, True)
        until(lambda: forgetful.sessions() == 0, what="the server ends a page nobody looks at")
        page.evaluate(LOOK_AWAY, False)
        assert page.locator(".dosing-app.dosing-stale").count() == 1
        says(page, LOST)


def test_a_stopped_server_is_noticed_and_leaves_no_process(browser):
    with serving(DATA / "probe.ipynb") as server, visiting(browser, server.url) as visit:
        page = visit.open()
        pid = kernel(page)
        assert server.stop(signal.SIGINT) == 0
        assert "Traceback" not in server.log()
        assert not alive(pid)
        says(page, LOST)


def test_a_page_that_does_not_start_says_so(visit):
    page = visit.page
    page.clock.install()
    page.route("**/voila.js*", lambda route: route.abort())
    visit.open(ready="#starting")
    assert page.text_content("#starting-text").strip() == "Starting Probe…"
    page.clock.run_for(20_000)
    page.wait_for_selector("#starting:has-text('Still starting')")
    page.clock.run_for(60_000)
    page.wait_for_selector("#starting[role=alert]:has-text('did not start')")
