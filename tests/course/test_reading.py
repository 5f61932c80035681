"""A course is read from its JSON with suspicion."""

import copy
import itertools
import json
import unittest.mock

import pytest

from dosing import Course
from dosing.course.reading import events_of
from tests.course.nights import at, begin, heparin


def record():
    names = (f"e{n}" for n in itertools.count())
    with unittest.mock.patch("dosing.course.events.new_id", side_effect=names):
        return written(begin())


def written(course):
    course.measure(at=at(4), aptt_s=44, platelets=90)
    course.follow(at=at(4))
    course.measure(at=at(8), aptt_s=110)
    course.follow(at=at(8))
    course.correct(course.events[1].id, reason="misread", aptt_s=45, now=at(9))
    course.change(at=at(9), weight_kg=71, protocol="argatroban-ummc-2008-critical")
    course.change(at=at(9), concentration_mg_ml=2)
    course.interrupted("CT", at=at(10))
    course.withdraw(course.events[-1].id, reason="no CT", now=at(11))
    course.stop(at=at(12), reason="DOAC", next_agent="rivaroxaban", next_at=at(14))
    return json.loads(json.dumps(course.to_dict()))


RECORD = record()


@pytest.mark.parametrize("given", [RECORD, json.loads(json.dumps(heparin().to_dict()))])
def test_what_was_written_is_read_again_the_same(given):
    assert Course.from_dict(given).to_dict() == given


def broken(path, value):
    """The record with one value in another's place; a KeyError takes it out."""
    out = copy.deepcopy(RECORD)
    *way, last = path
    place = out
    for key in way:
        place = place[key]
    if value is KeyError:
        del place[last]
    else:
        place[last] = value
    return out


E = "events"


@pytest.mark.parametrize(
    ("path", "value", "wish"),
    [
        (["format"], 1, "not the record of a course in format 2"),
        (["format"], KeyError, "not the record of a course"),
        (["zone"], "Mars/Olympus", "no zone that is known"),
        (["zone"], 5, "not the record of a course"),
        (["patient"], "x", "not the record of a course"),
        ([E], {}, "has no events"),
        ([E], [], "has no events"),
        ([E, 1], "x", "Event 2 of the record: its kind is not one of"),
        ([E, 1, "kind"], "exploded", "Event 2 of the record: its kind is not one of started"),
        ([E, 1, "surprise"], 1, "Event 2 of the record: it has keys that no entry makes: surprise"),
        ([E, 1, "values"], KeyError, "Event 2 of the record: it lacks values"),
        ([E, 0, "id"], "", "Event 1 of the record: it lacks id"),
        ([E, 0, "set_to", "rate"], "0.5", "set_to.rate is not a number that can be"),
        ([E, 0, "set_to", "rate"], True, "set_to.rate is not a number that can be"),
        ([E, 0, "set_to", "rate"], float("nan"), "set_to.rate is not a number"),
        ([E, 0, "set_to", "rate"], float("inf"), "set_to.rate is not a number"),
        ([E, 0, "set_to", "rate"], -0.5, "set_to is not a number"),
        ([E, 0, "set_to", "rate"], KeyError, "it lacks set_to.rate"),
        ([E, 0, "set_to", "speed"], 1, "keys that no entry makes: speed"),
        ([E, 0, "set_to"], 5, "set_to should be a pump setting"),
        ([E, 0, "set_to", "pump_ml_h"], 2.3, "2.3 mL/h is not what dose, weight and strength make"),
        ([E, 0, "set_to", "weight_kg"], 100, "not what dose, weight and strength make, 3 mL/h"),
        ([E, 0, "set_to", "strength"], 2, "not what dose, weight and strength make"),
        ([E, 0, "inputs"], [1], "inputs should be names with values"),
        ([E, 0, "inputs", "weight_kg"], {}, "inputs.weight_kg should be a number or text"),
        ([E, 0, "protocol"], "x", "There is no protocol x here"),
        ([E, 0, "drug"], "heparin", "for heparin; there are heparin-"),
        ([E, 0, "at"], "2026-11-21T08:00:00", "at is no moment with a zone"),
        ([E, 0, "at"], "soon", "at is no moment with a zone"),
        ([E, 0, "at"], None, "at is no moment with a zone"),
        ([E, 1, "at"], "2027-11-21T08:00:00+00:00", "recorded before it happened"),
        ([E, 1, "step"], {"action": "increase"}, "step should be a recommendation"),
        ([E, 1, "step"], 5, "step should be a recommendation"),
        ([E, 1, "values", "aptt_s"], [44], "values.aptt_s should be a number or text"),
        ([E, 1, "values", "aptt_s"], 1e12, "values.aptt_s is not a number that can be"),
        ([E, 1, "id"], RECORD[E][0]["id"], "have the same id"),
        ([E, 2, "after"], RECORD[E][0]["id"], "Event 3 of the record does not follow"),
        ([E, 2, "ordered"], "yes", "ordered should be true or false"),
        ([E, 2, "outside"], "x", "outside should be a list of texts"),
        ([E, 4, "resume_rate"], -1, "resume_rate is not a number that can be"),
        ([E, 5, "event"], "nobody", "There is no entry nobody in this log"),
        ([E, 5, "review"], [5], "review should be a list of texts"),
    ],
)
def test_what_cannot_have_been_entered_is_refused_by_place_and_name(path, value, wish):
    with pytest.raises(ValueError, match=wish.replace("(", r"\(")) as refused:
        Course.from_dict(broken(path, value))
    assert "Traceback" not in str(refused.value)


@pytest.mark.parametrize("raw", [None, 5, "x", [], {}])
def test_what_is_no_record_is_refused(raw):
    with pytest.raises(ValueError, match="not the record of a course"):
        events_of(raw)


def test_an_event_taken_out_or_put_in_is_noticed():
    out = copy.deepcopy(RECORD)
    del out[E][2]
    with pytest.raises(ValueError, match="something was taken out or put in"):
        Course.from_dict(out)
    out = copy.deepcopy(RECORD)
    out[E].insert(2, {**out[E][2], "id": "new"})
    with pytest.raises(ValueError, match="something was taken out or put in"):
        Course.from_dict(out)
    with pytest.raises(ValueError, match="one start, as its first event"):
        Course.from_dict({**RECORD, E: RECORD[E][1:]})


def test_a_result_before_its_sample_is_no_record():
    with pytest.raises(ValueError, match="cannot have come before"):
        Course.from_dict(broken([E, 1, "received_at"], "2026-11-21T01:00:00+00:00"))
