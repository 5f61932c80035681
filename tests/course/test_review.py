"""Concerns before an override, what a correction changes, and alerts."""

from dosing.course import review
from dosing.course.entering import wanted
from tests.course.nights import at, begin


def concerns(course, rate, hours):
    book = course.book
    stood = book.standing(at(hours))
    return review.concerns(book, stood, wanted(book, stood, rate, ""), at(hours))


def test_a_rate_above_the_largest_names_its_pump_rate():
    said, usual = concerns(begin(), 11, 1)
    assert "outside the rates that this protocol is written for" in usual
    assert said.startswith("11 mcg/kg/min = 46.2 mL/h is above the largest rate")


def test_a_rate_raised_after_a_high_result_is_a_concern_and_one_lowered_is_none():
    course = begin()
    course.measure(at=at(4), aptt_s=97)
    assert any("raises the infusion" in s for s in concerns(course, 0.6, 4))
    assert not any("raises the infusion" in s for s in concerns(course, 0.5, 4))
    course.measure(at=at(8), aptt_s=96)
    assert not any("raises the infusion" in s for s in concerns(course, 0.6, 8))


def test_a_correction_that_changes_no_step_lists_none():
    course = begin()
    course.measure(at=at(4), aptt_s=44)
    course.follow(at=at(4))
    done = course.correct(course.events[1].id, reason="misread", aptt_s=45, now=at(5))
    assert (done.review, done.steps) == ((), {})


def test_a_correction_of_what_nothing_was_done_about_says_so():
    course = begin()
    course.measure(at=at(4), aptt_s=60)
    done = course.correct(course.events[1].id, reason="misread", aptt_s=110, now=at(5))
    (said,) = done.review
    assert "Nothing was done about it." in said
    assert "It would have been: Hold" in said
    assert "To be done now: Hold" in said


def test_an_entry_at_a_clock_set_back_is_named():
    course = begin()
    course.note("a", at=at(1), now=at(3))
    course.note("b", at=at(1), now=at(2))
    (said,) = [f for f in course.alerts(at(1.5)) if "clock" in f.text]
    assert "recorded at 2026-11-21 10:00" in said.text


def test_a_recommendation_by_older_rules_is_shown_beside_what_they_say_now():
    course = begin()
    course.measure(at=at(4), aptt_s=44)
    record = course.to_dict()
    step = record["events"][1]["step"]
    step["seeds"], step["rate"] = "older", 0.9
    again = type(course.course).from_dict(record)
    (said,) = [f for f in again.alerts(at(4)) if "rules have changed" in f.text]
    assert "Increase to 0.9" in said.text
    assert "Increase to 0.6" in said.text
    assert not any("rules have changed" in f.text for f in course.alerts(at(4)))
