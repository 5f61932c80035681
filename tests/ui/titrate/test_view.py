"""The titrate panel, by setting fields and pressing buttons, without a browser."""

import datetime as dt

import pytest

from dosing.ui.app import App

NOW = dt.datetime(2026, 11, 21, 12, 30, tzinfo=dt.UTC)


@pytest.fixture
def app():
    return App("titrate", only=True, clock=lambda: NOW)


@pytest.fixture
def panel(app):
    return app.panel


def fill(app, **texts):
    for name, text in texts.items():
        app.fields.set_text(name.replace("__", "-"), text)


def patient(app):
    fill(app, weight="70", child_pugh="B", crcl="25", baseline_aptt="32")


def test_nothing_is_ordered_before_everything_needed_is_there(app, panel):
    assert "Still needed: " in panel.order.value
    assert "No dose." in panel.order.value
    assert panel.begin.disabled
    fill(app, weight="70")
    assert "Still needed: Child-Pugh class." in panel.order.value


def test_the_first_order_with_its_reasons(app, panel):
    patient(app)
    assert "2.1" in panel.order.value
    assert "The liver clears argatroban" in panel.detail.value
    assert "× 70 kg ×" in panel.detail.value
    assert "Calculated 2026-11-21 12:30 from: Body weight (kg) 70" in panel.detail.value
    assert panel.protocol.value == "argatroban-smpc-reduced"
    assert "a hospital must confirm its own" in panel.protocol_note.value
    assert panel.begin.description == "Start infusion at 12:30"
    assert not panel.begin.disabled


def test_another_authority_is_followed(app, panel):
    patient(app)
    panel.authority.value = "ash-2018"
    assert panel.model.advice.authority == "ash-2018"
    assert panel.authority.label.startswith("ASH 2018: ")
    assert "ASH 2018 <span class='tag'>chosen" in panel.compare.value
    assert "ash-2018" not in panel.compare.value + panel.paper.value


def test_another_drug_brings_its_own_lists_and_questions(app, panel):
    panel.drug.value = "bivalirudin"
    assert panel.model.authority in dict(panel.authority.options).values()
    assert panel.protocol.value == "bivalirudin-accp-2012"
    panel.authority.value = "tsu-2011"
    fill(app, weight="70", crcl="25", renal_replacement="none", child_pugh="none")
    assert "mg/kg/h" in panel.order.value
    assert app.guard.ok
    assert app.guard.computed_for == app.fields.texts()


def test_a_start_to_come_is_refused(app, panel):
    patient(app)
    fill(app, start__time="2026-11-21 13:00")
    assert panel.begin.disabled
    assert "has not come yet" in app.aid.messages["start-time"][1]


def test_a_protocol_once_chosen_is_kept(app, panel):
    patient(app)
    panel.protocol.value = "argatroban-ummc-2008-critical"
    fill(app, weight="71")
    assert panel.model.protocol == panel.protocol.value == "argatroban-ummc-2008-critical"


def test_starting_begins_the_course_once(app, panel):
    patient(app)
    fill(app, start__time="08:00")
    panel.begin.click()
    panel.begin.click()
    assert len(panel.model.course.events) == 1
    assert panel.drug.disabled
    assert "Started with" in panel.order.value
    assert "Running now" in panel.next.value
    assert "<svg" in panel.picture.value
    left, right = panel.columns()
    assert (len(left), len(right)) == (2, 3)


def test_the_picture_is_drawn_only_when_it_changes(app, panel, monkeypatch):
    patient(app)
    panel.begin.click()
    monkeypatch.setattr(panel.figure, "svg", lambda *_: pytest.fail("drawn again"))
    fill(app, result__aptt="44")
    assert app.guard.ok
    monkeypatch.setattr(panel.figure, "svg", lambda _, width: f"<svg>{width}</svg>")
    app.aid.narrow = True
    assert "<svg>phone</svg>" in panel.picture.value


def test_platelets_bring_the_gate(app, panel):
    assert panel.gate.value == ""
    fill(app, platelets="149")
    assert "Warfarin not yet" in panel.gate.value
    fill(app, platelets="150")
    assert "Warfarin may start by platelets" in panel.gate.value


def test_paper_has_the_entries(app, panel):
    patient(app)
    assert "Body weight (kg)" in panel.paper.value
    assert "Case on 2026-11-21 12:30" in panel.paper.value


def test_what_is_typed_is_escaped(app, panel):
    fill(app, weight="<b>70</b>", age="<i>")
    for place in (panel.order, panel.detail, panel.paper, panel.compare):
        assert "<i>" not in place.value
        assert "<b>70" not in place.value
