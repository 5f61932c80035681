"""Every answer of a course, a refusal too, has the shape that `dosing schema course` prints."""

import copy

import attrs
import pytest

from dosing.base.findings import Finding
from dosing.base.plain import plain
from dosing.course.events import KINDS, Setting
from dosing.interfaces.course import VERBS
from dosing.interfaces.course_answers import (
    CourseAnswer,
    Entered,
    NotEntered,
    Pictured,
    RateEntered,
    ResultEntered,
    Shown,
    nothing,
)
from dosing.interfaces.schema import schema
from tests.interfaces.judge import wrong
from tests.interfaces.test_course import NEW, at, night  # noqa: F401

OF_A_VERB = {
    verb: {"measure": (ResultEntered,), "show": (Shown,), "plot": (Pictured,)}.get(
        verb, (Entered, RateEntered)
    )
    for verb in VERBS
}


def is_told(verb, answer):
    """Has the shape, with the keys of the one class that this verb answers with, in their order."""
    assert wrong("course", answer) == []
    assert list(answer) in [[f.name for f in attrs.fields(one)] for one in OF_A_VERB[verb]]
    return answer


@pytest.fixture
def told(night):  # noqa: F811
    """Enters or shows; the answer has its shape."""

    def run(verb, *words, **when):
        code, answer = night(verb, *words, **when)
        assert code == 0, night.said
        return is_told(verb, answer)

    return run


def test_each_answer_of_a_night_has_its_shape(told, tmp_path):
    assert "rates" in told("new", *NEW, clock="08:00")
    assert told("measure", "--aptt-s", "44", "--by", "CJ", clock="12:00")["step"]["recheck_at"]
    assert told("measure", "--platelets", "90", clock="12:05")["step"] is None
    assert told("measure", "--aptt-s", "44", clock="12:00", now="12:30")["findings"]
    told("follow", clock="12:35")
    told("measure", "--aptt-s", ">200", clock="14:00", now="14:20")
    assert told("follow", clock="14:20")["state"]["held"]
    told("resume", "0.3", "--reason", "in range", "--confirm", clock="15:00")
    told("set-rate", "12", "--reason", "found so", "--confirm", clock="15:05")
    assert "rates" not in told("hold", "--reason", "CT", clock="15:10")
    told("bolus", "5", "--unit", "mg", "--reason", "by order", clock="15:12")
    told("change", "--weight-kg", "77", "--concentration-mg-ml", "2", clock="15:15")
    told("interrupt", "CT", clock="15:20")
    told("note", "seen", clock="15:25")
    told("correct", "2", "--aptt-s", "64", "--reason", "misread", now="15:30")
    told("withdraw", "3", "--reason", "other patient", now="15:35")
    stop = ["--reason", "DOAC", "--next-agent", "rivaroxaban", "--next-at", at("17:00")]
    assert told("stop", *stop, clock="16:00")["state"]["next_at"] == at("17:00:00")
    assert {e["kind"] for e in told("show", clock="16:30")["events"]} == set(KINDS)
    told("show", clock="12:10")
    told("plot", "-o", str(tmp_path / "night.svg"), clock="16:30")


def test_heparin_by_its_bolus_and_a_new_strength_has_its_shape(told):
    new = ["--drug", "heparin", "--indication", "vte", "--weight-kg", "80", "--protocol",
           "heparin-umich-anti-xa-vte"]  # fmt: skip
    told("new", *new, clock="08:00")
    told("bolus", "6400", clock="08:05")
    told("measure", "--anti-xa-units-ml", "0.15", clock="14:05")
    assert len(told("follow", clock="14:15")["events"]) == 2
    told("show", clock="15:00")


@pytest.mark.parametrize("verb", ["measure", "follow", "show", "plot"])
def test_what_is_refused_has_its_shape(night, verb):  # noqa: F811
    own = {"measure": ["--aptt-s", "44"], "plot": ["-o", "x.svg"]}.get(verb, [])
    code, answer = night(verb, *own, clock="12:00")
    assert code == 2
    assert wrong("course", answer) == []
    assert answer == plain(
        nothing(verb, Finding(**(answer.get("findings") or answer["alerts"])[0]))
    )
    assert answer["state"] is None


def test_an_order_that_is_refused_has_its_shape(night):  # noqa: F811
    code, answer = night("new", "--drug", "argatroban", clock="08:00")
    assert code == 2
    assert wrong("course", answer) == []
    assert list(answer) == [f.name for f in attrs.fields(NotEntered)]


def test_an_answer_with_a_wrong_key_or_type_has_not_its_shape(told):
    told("new", *NEW, clock="08:00")
    right = told("measure", "--aptt-s", "44", clock="12:00")
    shown = told("show", clock="12:30")
    for answer, way, value in (
        (right, ("step", "rate"), "0.6"),
        (right, ("step", "recheck"), 4),
        (right, ("state", "due"), 16),
        (right, ("state", "held"), None),
        (right, ("alerts",), None),
        (shown, ("events", 0, "kind"), "begun"),
        (shown, ("events", 0, "set_to", "rate"), None),
        (shown, ("events", 1, "mood"), "good"),
        (shown, ("events", 1, "step"), {}),
    ):
        new = copy.deepcopy(answer)
        inside = new
        for key in way[:-1]:
            inside = inside[key]
        inside[way[-1]] = value
        assert wrong("course", new) != [], way
    for key in right:
        assert wrong("course", {k: v for k, v in right.items() if k != key}) != [], key


def test_an_entry_of_the_log_needs_what_every_entry_has_and_may_hold_what_its_kind_has():
    shapes = schema("course")["$defs"]
    entry = shapes["Logged"]
    assert entry["properties"]["kind"]["enum"] == [*KINDS]
    assert set(entry["required"]) == {
        "id", "kind", "at", "recorded_at", "by", "withdrawn_by", "corrected_by",
    }  # fmt: skip
    assert {f.name for kind in KINDS.values() for f in attrs.fields(kind)} < set(
        entry["properties"]
    )
    assert shapes["Setting"]["required"] == ["rate", "unit", "pump_step_ml_h"]
    assert set(shapes["Setting"]["properties"]) == {f.name for f in attrs.fields(Setting)}


def test_the_schema_knows_every_class_that_is_printed():
    printed = {one.__name__ for one in CourseAnswer.__args__}
    assert printed <= set(schema("course")["$defs"])
