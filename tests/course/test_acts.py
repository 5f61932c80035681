"""What is done becomes an event only when the log allows it."""

import pytest

from dosing.course import acts
from dosing.course import events as ev
from tests.course.nights import at, begin, heparin


def entry(hours, reason="", **more):
    return acts.Entry(at=at(hours), now=at(hours), reason=reason, **more)


def test_an_event_bears_who_when_and_why():
    made = entry(1, "visit", by="CJ", id="n").made(ev.Noted, text="seen")
    assert (made.id, made.by, made.reason, made.at, made.after) == ("n", "CJ", "visit", at(1), "")
    assert entry(1).made(ev.Noted, text="x").id != entry(1).made(ev.Noted, text="x").id


def test_nothing_is_entered_by_working_an_act_out():
    course = begin()
    acts.hold(course.book, entry(1, "x"), resume_rate=None)
    assert len(course.events) == 1


def test_a_followed_recommendation_carries_its_bolus_first_and_its_time():
    course = heparin()
    course.measure(at=at(6), anti_xa_units_ml=0.1)
    bolus, rate = acts.follow(course.book, entry(6.1, id="click"), bolus=True)
    assert (bolus.amount, bolus.unit, bolus.ordered) == (6400, "units", True)
    assert (rate.id, rate.set_to.pump_ml_h, rate.recheck_h) == ("click", 15.6, 6)
    (only,) = acts.follow(course.book, entry(6.1), bolus=False)
    assert only.kind == "rate_set"


def test_what_is_followed_cannot_be_before_its_sample():
    course = begin()
    course.measure(at=at(4), aptt_s=44)
    with pytest.raises(ValueError, match="before the sample was drawn at 2026-11-21 12:00"):
        acts.follow(course.book, acts.Entry(at=at(3), now=at(5)), bolus=True)


def test_a_recommended_hold_and_stop_are_followed_as_they_were_recommended():
    course = begin()
    course.measure(at=at(4), aptt_s=110)
    (held,) = acts.follow(course.book, entry(4.1), bolus=True)
    assert (held.resume_rate, held.hold_min, held.recheck_h) == (0.25, None, 4)
    (same,) = acts.hold(course.book, entry(4.1), resume_rate=None)
    assert (same.ordered, same.resume_rate) == (True, 0.25)
    (other,) = acts.hold(course.book, entry(4.1, "x"), resume_rate=0.2)
    assert (other.ordered, other.resume_rate) == (False, 0.2)
    stops = begin("argatroban-ummc-2008-critical")
    stops.measure(at=at(4), aptt_s=105)
    assert acts.follow(stops.book, entry(4.1), bolus=True)[0].kind == "stopped"


def test_the_rate_of_a_hold_is_no_reason_to_go_on_at_it():
    course = begin()
    course.measure(at=at(4), aptt_s=110)
    with pytest.raises(ValueError, match="Give a reason"):
        acts.set_rate(course.book, entry(4), rate=0.25, unit="", confirm=False)


def test_a_stop_says_what_follows():
    course = begin()
    (made,) = acts.stop(course.book, entry(1, "DOAC"), next_agent=" rivaroxaban ", next_at=at(2))
    assert (made.next_agent, made.next_at, made.ordered) == ("rivaroxaban", at(2), False)


def test_a_change_of_weight_and_strength_is_two_events():
    course = begin()
    bag, changed = acts.change(
        course.book, entry(1), protocol="", inputs={"weight_kg": "71", "concentration_mg_ml": 2}
    )
    assert (bag.kind, changed.inputs) == ("bag_changed", {"weight_kg": 71.0})


def test_what_was_interrupted_or_noted_is_named():
    book = begin().book
    for act, own in ((acts.note, {"text": " "}), (acts.interrupted, {"what": "", "sample": False})):
        with pytest.raises(ValueError, match="note is empty"):
            act(book, entry(1), **own)
