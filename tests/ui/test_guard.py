"""The kernel's half of the guard, without a kernel or a browser."""

import datetime as dt
import re

import ipywidgets
import pytest

from dosing.ui import guard as module
from dosing.ui.guard import FAILED, STATIC, Keeper, LiveGuard, browser_time, field_text

LONG_AGO = dt.datetime(2001, 2, 3, 4, 5, tzinfo=dt.UTC)
PING = {"ping": 7, "now": "2026-03-01T23:59:30", "utc_offset_min": -300}


@pytest.fixture
def sent(monkeypatch):
    """What the widgets send to the page."""
    messages = []
    for kind in (LiveGuard, Keeper):
        monkeypatch.setattr(
            kind, "send", lambda self, content, buffers=None: messages.append(content)
        )
    return messages


def test_results_know_the_fields_that_they_came_from():
    guard = LiveGuard(clock=lambda: LONG_AGO)
    with guard.computing({"weight": "78,5"}):
        assert guard.computed_for == {}
    assert guard.computed_for == {"weight": "78,5"}
    assert guard.computed_at == "2001-02-03T04:05:00+00:00"
    assert (guard.ok, guard.message) == (True, "")


def test_a_failure_empties_hides_says_so_and_is_logged(caplog):
    guard, emptied = LiveGuard(), []
    with guard.computing({"weight": "1"}, clear=lambda: emptied.append(True)):
        raise RuntimeError("no such table")
    assert emptied == [True]
    assert (guard.ok, guard.message) == (False, FAILED)
    assert guard.computed_for == {"weight": "1"}
    assert "no such table" in caplog.text
    assert "no such table" not in guard.message
    with guard.computing({"weight": "2"}):
        pass
    assert (guard.ok, guard.message) == (True, "")


def test_results_that_cannot_be_emptied_are_still_hidden():
    guard = LiveGuard()
    with guard.computing({}, clear=lambda: 1 / 0):
        raise RuntimeError
    assert not guard.ok


def test_an_interrupt_is_not_swallowed_but_the_fields_are_told():
    guard = LiveGuard()
    with pytest.raises(KeyboardInterrupt), guard.computing({"a": "1"}):
        raise KeyboardInterrupt
    assert guard.computed_for == {"a": "1"}


def test_results_of_an_interrupted_computation_are_hidden():
    guard = LiveGuard()
    with pytest.raises(KeyboardInterrupt), guard.computing({"a": "1"}):
        raise KeyboardInterrupt
    assert not guard.ok


def test_a_protected_callback_that_fails_hides_the_results():
    guard, seen = LiveGuard(), []
    guard.protect(seen.append)(1)
    assert seen == [1]
    assert guard.ok
    guard.protect(lambda: 1 / 0)()
    assert not guard.ok


def test_a_heartbeat_does_not_take_the_message_of_a_failure_away(sent):
    guard = LiveGuard()

    def recompute(*_, field="1"):
        with guard.computing({"a": field}):
            pass

    guard.on_ping = recompute
    recompute()
    guard.protect(lambda: 1 / 0)()
    guard._answer(guard, PING, [])
    assert not guard.ok
    recompute(field="2")
    assert guard.ok
    guard.protect(lambda: 1 / 0)()
    guard.protect(lambda: recompute(field="2"))()
    assert guard.ok


def test_a_heartbeat_tells_the_time_before_it_is_answered(sent):
    told = []
    guard = LiveGuard(on_ping=lambda now: told.append((now, list(sent))), clock=lambda: LONG_AGO)
    assert guard.now() == LONG_AGO
    guard._answer(guard, PING, [])
    ((now, before),) = told
    assert now.isoformat() == "2026-03-01T23:59:30-05:00"
    assert before == []
    assert sent == [{"pong": 7}]
    assert dt.timedelta(0) <= guard.now() - now < dt.timedelta(minutes=1)


def test_a_heartbeat_whose_callback_fails_is_answered_and_the_results_go(sent):
    guard = LiveGuard(on_ping=lambda now: 1 / 0)
    guard._answer(guard, PING, [])
    assert sent == [{"pong": 7}]
    assert not guard.ok


@pytest.mark.parametrize("content", [None, [], {}, {"ping": "1"}, {"other": 1}])
def test_what_is_not_a_heartbeat_is_not_answered(sent, content):
    guard = LiveGuard()
    guard._answer(guard, content, [])
    assert sent == []


@pytest.mark.parametrize(
    "change",
    [{"now": "noon"}, {"now": None}, {"utc_offset_min": "x"}, {"utc_offset_min": 10**9}],
)
def test_a_browser_with_an_unreadable_clock_is_answered_but_not_believed(sent, change):
    assert browser_time(PING | change) is None
    guard = LiveGuard(clock=lambda: LONG_AGO)
    guard._answer(guard, PING | change, [])
    assert sent == [{"pong": 7}]
    assert guard.now() == LONG_AGO


def test_fields_read_as_the_page_shows_them():
    options = [("mg  per\u00a0h", 1), ("mg/kg", 2)]
    assert field_text(ipywidgets.Text(value=" 78,5 ")) == " 78,5 "
    assert field_text(ipywidgets.Dropdown(options=options, value=1)) == "mg per h"
    assert field_text(ipywidgets.Dropdown(options=options, value=None)) == ""
    assert field_text(ipywidgets.RadioButtons(options=["yes", "no"], value=None)) == ""
    assert field_text(ipywidgets.ToggleButtons(options=["yes", "no"], value="no")) == "no"
    assert field_text(ipywidgets.Checkbox(value=True)) == "yes"


@pytest.mark.parametrize("kind", ["IntText", "FloatText", "BoundedFloatText"])
def test_number_boxes_are_no_fields(kind):
    with pytest.raises(TypeError, match="use Text"):
        field_text(getattr(ipywidgets, kind)())


def test_kept_entries_reach_the_panel(sent):
    got = []
    keeper = Keeper(panel="p", on_restore=lambda entries, record: got.append((entries, record)))
    keeper._receive(keeper, {"restore": {"entries": {"a": "1", "b": None}, "record": {"x": 1}}}, [])
    assert got == [({"a": "1", "b": ""}, {"x": 1})]
    assert sent == [{"restored": True}]


@pytest.mark.parametrize(
    "kept", [None, {}, {"entries": 3, "record": {}}, {"entries": {}, "record": "x"}]
)
def test_what_cannot_be_restored_is_said(sent, kept):
    keeper = Keeper(panel="p", on_restore=lambda entries, record: None)
    keeper._receive(keeper, {"restore": kept}, [])
    assert sent == [{"restored": False}]


def test_a_panel_that_refuses_the_entries_leaves_them_kept(sent):
    keeper = Keeper(panel="p", on_restore=lambda entries, record: 1 / 0)
    keeper._receive(keeper, {"restore": {"entries": {}, "record": {}}}, [])
    assert sent == [{"restored": False}]


def test_clear_is_told_to_the_page(sent):
    Keeper(panel="p").clear()
    assert sent == [{"clear": True}]


def test_the_log_goes_to_the_server_once():
    LiveGuard()
    Keeper()
    assert len(module.log.handlers) == 1


@pytest.mark.parametrize("path", sorted(STATIC.glob("guard.*")), ids=lambda p: p.name)
def test_the_guard_asks_for_nothing_from_outside(path):
    assert not re.search(
        r"https?:|//[a-z]|@import|\bimport\b", re.sub(r"// .*", "", path.read_text())
    )
