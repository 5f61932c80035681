"""The events of a course: frozen, typed, and one text for each."""

import json

import attrs
import pytest

from dosing.course import events as ev
from tests.course.nights import START, begin

SET = ev.Setting(rate=0.5, unit="mcg/kg/min", pump_ml_h=2.1, strength=1.0, weight_kg=70.0)


def test_each_kind_has_one_class_by_its_own_name():
    assert [*ev.KINDS] == [
        "started", "measured", "bolus", "rate_set", "held", "resumed", "stopped", "bag_changed",
        "changed", "interrupted", "noted", "corrected", "withdrawn",
    ]  # fmt: skip
    assert all(one.kind == name for name, one in ev.KINDS.items())


def test_an_event_cannot_be_edited():
    note = ev.Noted(id="a", at=START, recorded_at=START, text="MRI")
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        note.text = "CT"


def test_json_leaves_out_what_is_empty_but_not_what_is_zero():
    held = ev.Held(id="a", at=START, recorded_at=START, resume_rate=0.0, reason="")
    assert ev.to_dict(held) == {
        "id": "a", "kind": "held", "at": START.isoformat(), "recorded_at": START.isoformat(),
        "resume_rate": 0.0,
    }  # fmt: skip


def test_one_canonical_text_stands_for_an_event():
    event = ev.RateSet(id="a", at=START, recorded_at=START, set_to=SET, reason="Fieber, 39 °C")
    text = ev.canonical(event)
    assert text.isascii()
    assert text == json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"))
    with pytest.raises(ValueError, match="JSON"):
        ev.canonical(attrs.evolve(event, set_to=attrs.evolve(SET, rate=float("nan"))))


def test_each_event_names_the_one_that_was_seen_before_it():
    course = begin()
    course.note("a", at=START)
    course.note("b", at=START)
    first, second, third = course.events
    assert (first.after, second.after, third.after) == ("", first.id, second.id)
    assert len({e.id for e in course.events}) == 3
