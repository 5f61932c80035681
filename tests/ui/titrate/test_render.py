"""The next step, the log and the timeline as HTML."""

import datetime as dt
from html.parser import HTMLParser

import pytest

import dosing
from dosing.ui.titrate import render as drawn

AT = dt.datetime(2026, 11, 21, 8, tzinfo=dt.UTC)
EVIL = "<script>alert('x')</script>"


class Balanced(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attrs):
        if tag not in ("path", "br", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag != "path":
            assert self.open.pop() == tag


def balanced(html):
    parser = Balanced()
    parser.feed(html)
    assert parser.open == []
    return html


@pytest.fixture(scope="module")
def advice():
    return dosing.start("argatroban", weight_kg="70", child_pugh="B", baseline_aptt_s="32")


@pytest.fixture
def course(advice):
    return dosing.Course.begin(advice, at=AT, now=AT)


def hours(number):
    return AT + dt.timedelta(hours=number)


@pytest.mark.parametrize(
    ("aptt", "words"),
    [
        ("44", ("Increase to", "0.6", "2.1 → 2.5", "0.5 → 0.6 mcg/kg/min", "in 4 h")),
        ("105", ("the infusion", "When the aPTT is back in range", "0.25 mcg/kg/min")),
        ("60", ("Continue at", "0.5")),
    ],
)
def test_a_step(course, aptt, words):
    step = course.measure(at=hours(4), now=hours(4), aptt_s=aptt)
    html = balanced(drawn.step(course, course.facts[-1], step, hours(4)))
    for each in words:
        assert each in html


def test_a_step_that_was_refused_has_no_rate(course):
    course.measure(at=hours(2), now=hours(2), aptt_s=44)
    step = course.measure(at=hours(2), now=hours(2), aptt_s=90)
    html = drawn.step(course, course.facts[-1], step, hours(2))
    assert "No next step. Nothing is changed." in html
    assert "mL/h" not in html


def test_a_sample_drawn_too_early_waits_and_says_until_when(course):
    step = course.measure(at=hours(0.5), now=hours(0.5), aptt_s=44)
    html = balanced(drawn.step(course, course.facts[-1], step, hours(0.5)))
    for each in ("Wait", "change nothing", "The pump stays at", "2.1", "12:00"):
        assert each in html


def test_where_the_course_stands(course):
    def stands(at):
        return balanced(drawn.standing(course, course.state(at), at))

    def due(at):
        return balanced(drawn.due(course, course.state(at), at))

    assert "Running now" in stands(hours(1))
    assert "in 1 h" in due(hours(1))
    assert "overdue by 1 h" in due(hours(3))
    course.hold(at=hours(3), now=hours(3), reason="procedure")
    assert "On hold" in stands(hours(3))
    assert "resume at 0.5 mcg/kg/min" in stands(hours(3))
    course.stop(at=hours(4), now=hours(4), reason="over", next_agent="warfarin")
    assert "stopped" in stands(hours(4))
    assert "warfarin" in stands(hours(4))
    assert due(hours(4)) == ""


def test_the_log_has_a_row_for_each_event_newest_first(course):
    now = hours(5)
    course.measure(at=hours(4), now=now, aptt_s=44, platelets=60, inr=1.2)
    course.follow(at=hours(4), now=now)
    course.hold(at=hours(4.3), now=now, reason="procedure")
    course.resume(at=hours(4.5), now=now, reason="back")
    course.note("seen", at=hours(4.5), now=now)
    course.stop(at=hours(5), now=now, reason="over")
    html = balanced(drawn.log(course))
    assert html.count("<tr class") == 7
    assert html.index("Stopped") < html.index("Started")
    assert "argatroban, US label; " in html
    for words in (
        "aPTT 44 s, Platelet count 60 × 10⁹/L, INR 1.2",
        "0.6 mcg/kg/min = 2.5 mL/h",
        "procedure",
        "seen",
    ):
        assert words in html


def test_what_was_corrected_or_withdrawn_stays_where_it_was(course):
    now = hours(6)
    course.measure(at=hours(2), now=now, aptt_s=44)
    result = course.facts[-1].id
    course.correct(result, reason="misread", now=now, aptt_s=54)
    course.note("<b>seen</b>", at=hours(3), now=now)
    course.withdraw(course.facts[-1].id, reason=EVIL, now=now)
    html = balanced(drawn.log(course))
    assert html.count("<tr class") == 3
    assert "was <s>2026-11-21 10:00: aPTT 44 s</s>" in html
    assert "misread" in html
    assert "<s>&lt;b&gt;seen&lt;/b&gt;</s>" in html
    assert "<b>Withdrawn</b>" in html
    assert EVIL not in html
    assert html.count("data-dosing='mend'") == 2


def test_the_picture_has_its_words_and_its_table(course):
    html = balanced(drawn.picture("<svg></svg>", course.timeline(hours(1))))
    assert "role='img'" in html
    assert "Argatroban. No aPTT yet." in html
    assert "<th scope='row'>" in html
