"""The next step, the log and the timeline as HTML."""

import datetime as dt
from html.parser import HTMLParser

import pytest

import dosing
from dosing.ui.titrate import render as drawn

AT = dt.datetime(2026, 11, 21, 8)
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
    return dosing.Course.begin(advice, at=AT)


def hours(number):
    return AT + dt.timedelta(hours=number)


@pytest.mark.parametrize(
    ("aptt", "words"),
    [
        ("44", ("Increase to", "0.6", "2.5", "in 4 h")),
        ("105", ("the infusion", "until the aPTT is back in range", "0.25 mcg/kg/min")),
        ("60", ("Continue at", "0.5")),
    ],
)
def test_a_step(course, aptt, words):
    step = course.measure(at=hours(2), aptt_s=aptt)
    html = balanced(drawn.step(step, hours(2), hours(2)))
    for each in words:
        assert each in html


def test_a_step_that_was_refused_has_no_rate(advice):
    step = dosing.titrate("argatroban-smpc-reduced", running=0.5, aptt_s=44)
    assert drawn.step(step, AT, AT) == "<p class='no-dose'>No next step.</p>"


def test_where_the_course_stands(course):
    assert "Running now" in drawn.standing(course.state(hours(1)), hours(1))
    assert "in 1 h" in drawn.due(course.state(hours(1)), hours(1))
    assert "overdue by 1 h" in drawn.due(course.state(hours(3)), hours(3))
    course.hold(at=hours(3), reason="procedure")
    assert "On hold" in balanced(drawn.standing(course.state(hours(3)), hours(3)))
    course.stop(at=hours(4), reason="over")
    assert "stopped" in drawn.standing(course.state(hours(4)), hours(4))
    assert drawn.due(course.state(hours(4)), hours(4)) == ""


def test_the_log_has_a_row_for_each_event_newest_first(course):
    course.measure(at=hours(2), aptt_s=44, platelets=60, inr=1.2)
    course.follow(at=hours(2))
    course.hold(at=hours(3), reason="procedure")
    course.resume(at=hours(4))
    course.note("seen", at=hours(4))
    course.stop(at=hours(5), reason="over")
    html = balanced(drawn.log(course))
    assert html.count("<tr class") == 7
    assert html.index("Stopped") < html.index("Started")
    assert "argatroban, US label; " in html
    for words in ("44 s; 60 × 10⁹/L; 1.2", "0.6 mcg/kg/min = 2.5 mL/h", "procedure", "seen"):
        assert words in html


def test_the_picture_has_its_words_and_its_table(course):
    html = balanced(drawn.picture("<svg></svg>", course.timeline(hours(1))))
    assert "role='img'" in html
    assert "Argatroban. No aPTT yet." in html
    assert "<th scope='row'>" in html
