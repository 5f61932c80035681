"""A dashboard of questions, by setting values as a browser does."""

import datetime as dt

import pytest

from dosing.knowledge.library import load
from dosing.ui.app import App

NOW = dt.datetime(2026, 11, 21, 12, 30, tzinfo=dt.UTC)


@pytest.fixture
def app():
    return App("fixed", clock=lambda: NOW)


def fill(app, **texts):
    for name, text in texts.items():
        app.fields.set_text(name.replace("__", "-"), text)


def closed(widget):
    return "dosing-closed" in widget._dom_classes


def fondaparinux(app):
    fill(
        app,
        fixed__drug="fondaparinux",
        fixed__indication="HIT (heparin-induced thrombocytopenia)",
        weight="70",
        crcl="80",
    )


def test_a_drug_is_chosen_and_its_dose_shown_as_one_types(app):
    fondaparinux(app)
    assert "7.5&nbsp;<small>mg" in app.panel.results.value
    fill(app, crcl="20")
    assert "7.5&nbsp;" not in app.panel.results.value
    fill(app, crcl="80")
    fill(app, weight="7x")
    assert "7.5&nbsp;" not in app.panel.results.value
    assert app.aid.messages["weight"][0] == "needed"


def test_a_failure_leaves_no_number(app, monkeypatch):
    fondaparinux(app)
    monkeypatch.setattr("dosing.ui.guide.render.advices", lambda *_: 1 / 0)
    fill(app, weight="71")
    assert not app.guard.ok
    assert app.panel.results.value == ""


def test_the_patient_is_shared_with_the_other_panels(app):
    fondaparinux(app)
    app.menu.value = "titrate"
    assert app.fields.controls["weight"].value == "70"
    app.menu.value = "fixed"
    assert "7.5&nbsp;<small>mg" in app.panel.results.value


def test_questions_without_a_choice_hide_the_lists(app):
    other = next(t.title for t in load().dashboards["fixed"].topics if not (t.any_table or t.drugs))
    fill(app, fixed__topic=other)
    assert closed(app.panel.drug)
    assert closed(app.panel.authority)


def test_the_way_from_an_agent_to_its_doses_keeps_the_patient(app):
    fill(app, weight="70")
    app.go("choose", "argatroban")
    assert app.menu.value == "titrate"
    assert app.panel.drug.value == "argatroban"
    app.go("choose", "fondaparinux")
    assert app.menu.value == "fixed"
    assert app.panel.drug.value == "fondaparinux"
    assert app.fields.controls["weight"].value == "70"
    assert app.guard.ok


def test_a_reload_brings_back_the_panel_the_question_and_the_entries(app):
    fondaparinux(app)
    entries, record = app.fields.texts(), app.keeper.record
    fresh = App("titrate", clock=lambda: NOW)
    fresh._restore(entries, record)
    assert fresh.menu.value == "fixed"
    assert fresh.panel.drug.value == "fondaparinux"
    assert fresh.panel.results.value == app.panel.results.value


def test_the_next_patient_starts_blank(app):
    fondaparinux(app)
    app._new_patient()
    assert app.patient.inputs() == {}
    assert app.keeper.record == {}
    assert "7.5&nbsp;" not in app.panel.results.value
