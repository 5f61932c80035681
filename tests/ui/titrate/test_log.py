"""The log of the titrate panel: results in, what was done, what is taken back."""

import datetime as dt

import pytest

from dosing.ui.app import App

NOW = dt.datetime(2026, 11, 21, 12, 30, tzinfo=dt.UTC)


@pytest.fixture
def app():
    made = App("titrate", only=True, clock=lambda: NOW)
    fill(made, weight="70", child_pugh="B", crcl="25", baseline_aptt="32", start__time="08:00")
    made.panel.begin.click()
    return made


@pytest.fixture
def log(app):
    return app.panel.log


def fill(app, **texts):
    for name, text in texts.items():
        app.fields.set_text(name.replace("__", "-"), text)


def events(app):
    return [e.kind for e in app.panel.model.course.events]


def result(app, when, aptt, **more):
    more = {f"result__{k}": v for k, v in more.items()}
    fill(app, drawn=when, result__aptt=aptt, **more)
    app.panel.log.add.click()


def do(app, when):
    fill(app, done=when)
    app.panel.log.follow.click()


def test_a_result_shows_the_next_step_and_waits(app, log):
    result(app, "12:00", "44")
    assert "Increase to" in app.panel.next.value
    assert log.typed["aptt"].value == ""
    assert log.drawn.value == "2026-11-21 12:30"
    assert "in the log" in log.said.value
    assert not log.follow.disabled
    do(app, "12:05")
    assert "Running now" in app.panel.next.value
    assert log.follow.disabled


def test_the_second_half_of_a_double_click_adds_nothing(app, log):
    fill(app, drawn="12:00", result__aptt="105")
    log.add.click()
    log.add.click()
    assert events(app) == ["started", "measured"]
    fill(app, done="12:05")
    log.follow.click()
    log.follow.click()
    assert events(app) == ["started", "measured", "held"]


@pytest.mark.parametrize(
    ("when", "aptt", "words"),
    [("12:00", "", "Enter at least one result"), ("12:00", "4x", "not a plain number"),
     ("07:00", "44", "before the infusion"), ("23:00", "44", "has not come yet"),
     ("12:00", "7", "not possible")],
)  # fmt: skip
def test_what_cannot_be_added_is_said(app, log, when, aptt, words):
    result(app, when, aptt)
    assert words in log.said.value
    assert "role='alert'" in log.said.value
    assert events(app) == ["started"]
    assert app.guard.ok


def test_a_refused_result_is_said_beside_its_field(app):
    fill(app, result__aptt="4x", result__inr="99")
    assert app.aid.messages["result-aptt"][0] == "needed"
    assert app.aid.messages["result-inr"][0] == "needed"


def test_done_differently_asks_for_a_rate_and_a_reason(app, log):
    result(app, "12:00", "44")
    assert log.put.disabled
    fill(app, differ="new rate", differ__rate="0.7", done="12:05")
    log.put.click()
    assert "Give a reason" in log.said.value
    fill(app, differ__reason="low bleeding risk")
    log.put.click()
    assert events(app)[-1] == "rate_set"
    assert "low bleeding risk" in log.table.value
    assert log.differ.value is None
    assert "0.7" in app.panel.next.value


@pytest.mark.parametrize(
    ("way", "kind"), [("hold", "held"), ("stop", "stopped"), ("only a note", "noted")]
)
def test_other_ways(app, log, way, kind):
    fill(app, differ=way, differ__reason="procedure", done="12:05")
    log.put.click()
    assert events(app)[-1] == kind


def test_undo_asks_for_a_reason_and_is_kept(app, log):
    result(app, "12:00", "44")
    log.mend.undo.click()
    assert len(events(app)) == 2
    log.mend.withdraw.click()
    assert "reason" in log.said.value
    fill(app, mend__reason="another patient's")
    log.mend.withdraw.click()
    assert events(app) == ["started", "measured", "withdrawn"]
    assert "<s>aPTT 44 s</s>" in log.table.value
    assert "another patient&#x27;s" in log.table.value
    assert "Running now" in app.panel.next.value


def test_changed_entries_stop_the_log(app, log):
    result(app, "12:00", "44")
    fill(app, baseline_aptt="30")
    assert "No next step" in app.panel.next.value
    assert log.add.disabled
    assert log.follow.disabled
    assert "32 in the log, 30 now" in log.changed.value
    log.use.click()
    assert not log.add.disabled
    assert log.changed.value == ""
    fill(app, weight="8x")
    assert log.use.disabled
    fill(app, weight="80")
    log.use.click()
    assert events(app).count("changed") == 2


def test_a_stopped_course_takes_no_results(app, log):
    fill(app, differ="stop", differ__reason="over", done="12:05")
    log.put.click()
    assert log.add.disabled
    assert "stopped" in app.panel.next.value
