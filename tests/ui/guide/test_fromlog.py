"""The questions read the log of the infusion that runs."""

import datetime as dt

import pytest

from dosing.ui.app import App

NOW = dt.datetime(2026, 11, 21, 14, 30, tzinfo=dt.UTC)


def fill(app, **texts):
    for name, text in texts.items():
        app.fields.set_text(name.replace("__", "-"), text)


@pytest.fixture
def app():
    made = App(clock=lambda: NOW)
    made.panel.drug.value = "heparin"
    vte = next(label for label, key in made.panel.indication.options if key == "vte")
    fill(made, weight="80", indication=vte, start__time="08:00")
    made.panel.protocol.value = "heparin-raschke-1993"
    made.panel.begin.click()
    assert made.panel.model.course is not None
    fill(made, drawn="14:10", result__aptt="40", result__platelets="150")
    made.panel.log.add.click()
    return made


def ask(app, topic, **choices):
    app.menu.value = "heparin"
    fill(app, heparin__topic=topic)
    for name, key in choices.items():
        getattr(app.panel, name).value = key
    return app.panel


def test_the_next_rate_is_filled_from_the_log(app):
    titrate = app.panel
    recommended = titrate.model.course.state(NOW).recommendation
    panel = ask(app, "Next rate by nomogram", protocol="heparin-raschke-1993")
    assert "Read from the log" in panel.results.value
    assert "aPTT 40 s" in panel.results.value
    assert panel.model.step.inputs["running"] == 18
    assert (panel.model.step.action, panel.model.step.rate) == (
        recommended.action,
        recommended.rate,
    )


def test_what_is_typed_goes_before_the_log(app):
    panel = ask(app, "Next rate by nomogram", protocol="heparin-raschke-1993")
    fill(app, aptt="60")
    assert panel.model.step.inputs["aptt_s"] == "60"


def test_the_question_hands_over_to_the_log(app):
    panel = ask(app, "Next rate by nomogram")
    panel.doses.children[-1].click()
    assert app.menu.value == "titrate"
    assert app.panel.model.course.drug == "heparin"


def test_other_questions_read_the_results_and_without_an_infusion_none_does(app):
    panel = ask(app, "Heparin does not reach its target")
    assert "aPTT 40 s" in panel.model.from_log
    fresh = App(clock=lambda: NOW)
    assert ask(fresh, "Next rate by nomogram").model.from_log == ""
