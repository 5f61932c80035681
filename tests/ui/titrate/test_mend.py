"""Corrections and withdrawals from the lines of the log."""

import datetime as dt

import pytest

from dosing.ui.app import App

NOW = dt.datetime(2026, 11, 21, 12, 30, tzinfo=dt.UTC)


def fill(app, **texts):
    for name, text in texts.items():
        app.fields.set_text(name.replace("__", "-"), text)


@pytest.fixture
def app():
    made = App("titrate", only=True, clock=lambda: NOW)
    fill(made, weight="70", child_pugh="B", crcl="25", baseline_aptt="32", start__time="08:00")
    made.panel.begin.click()
    fill(made, drawn="12:00", result__aptt="44", result__platelets="60")
    made.panel.log.add.click()
    return made


@pytest.fixture
def mend(app):
    return app.panel.log.mend


def press(app, place=-1):
    """The button on a line of the log, by its place in the order of entry."""
    app.aid._hear(None, {"mend": app.panel.model.course.facts[place].id}, None)


def test_a_line_of_the_log_opens_what_may_be_corrected_in_it(app, mend):
    assert "dosing-closed" in mend.widget._dom_classes
    press(app)
    assert "dosing-closed" not in mend.widget._dom_classes
    assert "aPTT 44 s" in mend.about.value
    labels = [label for label, _ in mend.what.options]
    assert labels == ["choose", "time", "aPTT (s)", "Platelet count (× 10⁹/L)"]
    assert mend.correct.disabled


def test_a_correction_needs_a_reason_and_changes_what_follows(app, mend):
    press(app)
    fill(app, mend__what="aPTT (s)", mend__value="60")
    mend.correct.click()
    assert "reason" in app.panel.log.said.value
    fill(app, mend__reason="misread")
    mend.correct.click()
    assert app.panel.model.last_step()[1].action == "continue"
    assert "was <s>2026-11-21 12:00: aPTT 44 s" in app.panel.log.table.value
    assert "dosing-closed" in mend.widget._dom_classes
    assert app.guard.computed_for == app.fields.texts()


def test_what_would_have_been_is_said_at_once(app, mend):
    fill(app, done="12:10")
    app.panel.log.follow.click()
    press(app, -2)
    fill(app, mend__what="aPTT (s)", mend__value="105", mend__reason="misread")
    mend.correct.click()
    assert "role='alert'" in app.panel.log.said.value
    assert "Hold the infusion" in app.panel.log.said.value


@pytest.mark.parametrize(
    ("what", "value", "words"),
    [("time", "13:00", "has not come yet"), ("time", "07:00", "before the infusion"),
     ("aPTT (s)", "4x", "not a plain number")],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_is_lost(app, mend, what, value, words):
    press(app)
    fill(app, mend__what=what, mend__value=value, mend__reason="misread")
    mend.correct.click()
    assert words in app.panel.log.said.value
    assert len(app.panel.model.course.events) == 2
    assert mend.value.value == value


def test_the_start_may_be_corrected_and_not_withdrawn(app, mend):
    press(app, 0)
    assert mend.withdraw.disabled
    fill(app, mend__what="rate (mcg/kg/min)", mend__value="0.4", mend__reason="as set")
    mend.correct.click()
    assert app.panel.model.course.started.set_to.rate == 0.4


def test_the_start_alone_ends_the_case(app, mend):
    press(app)
    fill(app, mend__reason="another patient's")
    mend.withdraw.click()
    mend.undo.click()
    assert not mend.withdraw.disabled
    fill(app, mend__reason="not started")
    mend.withdraw.click()
    assert app.panel.model.course is None
    assert app.guard.ok


def test_an_entry_that_does_not_exist_opens_nothing(app, mend):
    app.aid._hear(None, {"mend": "<b>"}, None)
    assert mend.entry == ""
    assert "dosing-closed" in mend.widget._dom_classes


def test_it_can_be_left(app, mend):
    press(app)
    fill(app, mend__value="60")
    mend.close()
    assert mend.value.value == ""
    assert len(app.panel.model.course.events) == 2
