"""The log, and what it adds up to at any moment."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dosing.course import events as ev
from dosing.course import log
from dosing.course.state import advance
from dosing.course.state import begin as begun
from tests.course.nights import START, at, begin


def night():
    course = begin()
    course.measure(at=at(4), aptt_s=44)
    course.follow(at=at(4.5))
    course.note("visit", at=at(6))
    return course


def test_only_entering_changes_the_book():
    book = night().book
    before = book.events
    other = book.with_event(ev.Noted(id="n", at=at(7), recorded_at=at(7), text="what if"))
    assert book.events == before
    assert other.events == (*before, other.last)


def test_where_the_course_stood_at_a_moment_is_known_as_of_now():
    book = night().book
    rates = [book.standing(at(h)).setting.rate for h in (0, 4.4, 4.5, 9)]
    assert rates == [0.5, 0.5, 0.6, 0.6]
    assert book.standing(at(-1)).setting.rate == 0.5


def test_just_before_an_event_is_without_it_and_what_was_entered_after():
    course = begin()
    course.measure(at=at(4), aptt_s=44)
    course.follow(at=at(4))
    book = course.book
    assert book.before(book.facts[1]).setting.rate == 0.5
    assert book.before(book.facts[2]).setting.rate == 0.5
    assert book.standing(at(4)).setting.rate == 0.6


def test_samples_drawn_at_one_moment_and_facts_from_the_newest_back():
    course = night()
    course.measure(at=at(4), now=at(7), platelets=90)
    assert [list(m.values) for m in course.book.drawn_at(at(4))] == [["platelets"], ["aptt_s"]]
    assert course.book.drawn_at(at(3)) == []
    assert [f.kind for f in course.book.backwards(at(4.5))] == [
        "rate_set", "measured", "measured", "started",
    ]  # fmt: skip


def test_what_waits_is_the_newest_result_until_something_is_done():
    course = begin()
    assert course.book.waiting(START) is None
    course.measure(at=at(4), aptt_s=44)
    course.note("visit", at=at(4.1))
    course.measure(at=at(4.2), platelets=90)
    fact, step = course.book.waiting(at(5))
    assert (fact.at, step.action) == (at(4), "increase")
    assert course.book.waiting(at(3)) is None
    course.set_rate(0.5, at=at(5), reason="wait")
    assert course.book.waiting(at(6)) is None


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["measure", "rate", "note", "back"]), st.integers(1, 40)),
        max_size=12,
    )
)
def test_entering_one_by_one_is_the_whole_log_worked_out_anew(entries):
    course = begin()
    for n, (what, hour) in enumerate(entries):
        now = at(50 + n)
        if what == "measure":
            course.measure(at=at(hour), now=now, aptt_s=40 + hour)
        elif what == "rate":
            course.set_rate(0.1 + hour / 100, at=at(hour), now=now, reason="x", confirm=True)
        elif what == "note":
            course.note(f"{n}", at=at(hour), now=now)
        elif len(course.events) > 1:
            course.withdraw(course.events[-1].id, reason="x", now=now)
    book = course.book
    assert list(book.facts) == log.effective(book.events)
    stood = begun(book.facts[0], book.seeds)
    for fact in book.facts[1:]:
        stood = advance(stood, fact, book.seeds)
    assert book.standing(at(1000)) == stood


def test_a_moment_is_shown_in_the_zone_of_the_course():
    assert night().book.shown(at(0)) == "2026-11-21 08:00"


def test_an_entry_that_no_longer_holds_is_not_found():
    course = night()
    course.withdraw(course.events[3].id, reason="x", now=at(7))
    with pytest.raises(ValueError, match="in this log that still holds"):
        course.book.holding(course.events[3].id)
