"""The page: panels around one patient, kept and restored, and nothing stale after a failure."""

import datetime as dt
import json
import re

import ipywidgets as w
import pytest

from dosing.ui.app import App, titles

NOW = dt.datetime(2026, 11, 21, 12, 30, tzinfo=dt.UTC)


@pytest.fixture
def app():
    return App(clock=lambda: NOW)


def fill(app, **texts):
    for name, text in texts.items():
        app.fields.set_text(name.replace("__", "-"), text)


def patient(app):
    fill(app, weight="70", child_pugh="B", crcl="25", baseline_aptt="32")


def test_every_field_on_the_page_is_known_to_the_guard(app):
    assert app.guard.ok
    assert app.guard.computed_for == app.fields.texts()

    def named(widget):
        yield from (c[2:] for c in widget._dom_classes if c.startswith("f-"))
        for child in getattr(widget, "children", ()):
            yield from named(child)

    assert set(named(app.widget)) <= set(app.fields.controls)


def test_one_guard_and_one_keeper_inside_the_page(app):
    assert app.widget.children[:3] == (app.guard, app.keeper, app.aid)
    assert "dosing-app" in app.widget._dom_classes


def test_the_page_computes_as_one_types(app):
    patient(app)
    assert "2.1" in app.panel.order.value
    fill(app, weight="x")
    assert "2.1" not in app.panel.order.value
    assert app.guard.computed_for["weight"] == "x"
    assert app.aid.messages["weight"][0] == "needed"


def test_a_failure_leaves_no_number(app, monkeypatch):
    patient(app)
    monkeypatch.setattr("dosing.ui.page.render.order", lambda *_: 1 / 0)
    fill(app, weight="71")
    assert not app.guard.ok
    assert app.panel.order.value == ""
    assert app.panel.compare.value == ""
    monkeypatch.undo()
    fill(app, weight="70")
    assert app.guard.ok
    assert "2.1" in app.panel.order.value


def test_times_follow_the_clock_until_they_are_touched(app):
    start = app.fields.controls["start-time"]
    assert start.value == "2026-11-21 12:30"
    app._ping(NOW + dt.timedelta(minutes=1))
    assert app.fields.controls["drawn"].value == "2026-11-21 12:30"  # the guard's own clock
    start.value = "2026-11-21 08:00"
    app._ping(NOW + dt.timedelta(minutes=2))
    assert start.value == "2026-11-21 08:00"


def test_the_minute_is_the_same(app, monkeypatch):
    monkeypatch.setattr(app, "recompute", lambda: pytest.fail("computed again"))
    app._ping(NOW.replace(second=40))


def test_a_case_is_kept_and_restored(app):
    patient(app)
    fill(app, start__time="2026-11-21 08:00")
    app.panel.begin.click()
    fill(app, drawn="2026-11-21 12:00", result__aptt="44")
    app.panel.log.add.click()
    assert "Increase to" in app.panel.next.value
    entries, record = app.fields.texts(), json.loads(json.dumps(app.keeper.record))
    assert app.keeper.label == "argatroban, 70 kg"

    other = App(clock=lambda: NOW)
    other._restore(entries, record)
    assert other.guard.ok
    assert other.panel.next.value == app.panel.next.value
    assert other.panel.order.value == app.panel.order.value
    assert other.fields.texts() == app.fields.texts()


def test_a_kept_case_that_cannot_be_read_leaves_the_page_true(app):
    with pytest.raises(ValueError, match="not the record"):
        app._restore({"weight": "70"}, {"titrate": {"course": {}, "told": {}}})
    assert app.guard.computed_for == app.fields.texts()
    assert not app.panel.running


def test_a_kept_case_of_another_drug(app):
    fill(
        app, drug="bivalirudin", indication="PCI (percutaneous coronary intervention)", weight="80"
    )
    entries = app.fields.texts()
    other = App(clock=lambda: NOW)
    other._restore(entries, {})
    assert other.panel.model.drug == "bivalirudin"
    assert other.panel.model.indication == "pci"
    assert other.fields.texts() == entries


def test_the_next_patient_starts_blank(app):
    patient(app)
    fill(app, weight="70")
    app.panel.begin.click()
    assert app.panel.running
    app._new_patient()
    assert not app.panel.running
    assert app.patient.inputs() == {}
    assert app.keeper.record == {}
    typed = {n: c.value for n, c in app.fields.controls.items() if isinstance(c, w.Text)}
    assert {n for n, v in typed.items() if v} == {"start-time", "drawn", "done"}


def test_a_panel_is_built_when_it_is_first_opened_and_then_kept(app):
    assert list(app.open_panels) == ["titrate"]
    app.menu.value = "fixed"
    fixed = app.panel
    app.menu.value = "titrate"
    app.menu.value = "fixed"
    assert app.panel is fixed
    assert app.guard.ok


@pytest.mark.parametrize("name", titles())
def test_each_panel_opens_by_itself_with_every_field_known_to_the_guard(name):
    app = App(name, only=True, clock=lambda: NOW)
    assert app.guard.ok, app.guard.message
    assert app.guard.computed_for == app.fields.texts()


def test_what_the_page_says_reads_as_ismp_asks(app):
    patient(app)
    app.panel.begin.click()
    fill(app, result__aptt="44", result__platelets="60")
    app.panel.log.add.click()
    panel = app.panel
    places = (panel.order, panel.detail, panel.compare, panel.next, panel.step_detail)
    text = re.sub(
        r"<svg.*?</svg>|<[^>]+>", " ", " ".join(p.value for p in (*places, panel.log.table))
    )
    assert not re.search(r"[\u00b5\u03bc]|\bU\b|\bIU\b|(?<![\d.])\.\d|\d\.0\b(?!\.)", text)
