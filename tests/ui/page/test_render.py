"""Results as HTML: what stands in it, and that every text is escaped."""

import datetime as dt
from html.parser import HTMLParser

import pytest

import dosing
from dosing.base.findings import LEVELS, Finding
from dosing.ui.page import render
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


def test_the_order_says_dose_pump_target_and_next_result(advice):
    html = balanced(
        render.order(advice, dosing.target("argatroban", baseline_aptt_s=32), AT, entered=False)
    )
    for words in ("0.5", "mcg/kg/min", "Set the pump to", "2.1", "48 to 96 s", "10:00",
                  "1 mg/mL, the usual one here", "250 mL, runs out after"):  # fmt: skip
        assert words in html


def test_an_order_that_was_started_is_not_what_the_pump_shows(advice):
    html = render.order(advice, dosing.target("argatroban", baseline_aptt_s=32), AT, past=True)
    assert "Started with" in html
    assert "Set the pump to" not in html


def test_no_order_is_no_number(advice):
    none = dosing.start("argatroban", weight_kg="70")
    assert render.order(none, dosing.target("argatroban"), AT) == "<p class='no-dose'>No dose.</p>"


def test_what_is_needed_is_named():
    assert "Still needed: A, B." in render.needs(["A", "B"], [])
    assert "Put right: C." in balanced(render.needs([], ["C"]))
    assert render.needs([], []) == ""


def test_each_level_has_a_word_and_a_shape():
    found = [Finding(level, "x") for level in LEVELS]
    html = balanced(render.findings(found))
    for word in ("Stop.", "Needed.", "Warning.", "Note."):
        assert word in html
    assert html.count("<svg") == 4
    assert len({path for _, path in render.LEVELS.values()}) == 4


def test_authorities_stand_side_by_side():
    advices = dosing.Rules().advices("argatroban", weight_kg="70", child_pugh="B")
    html = balanced(render.comparison(advices, "us-label"))
    assert html.count("<tr") == 1 + len(advices)
    assert html.count("class='chosen'") == 1
    assert "<th scope='row'>US label <span class='tag'>chosen</span></th>" in html
    assert "<th scope='row'>UHS 2016</th>" in html
    assert "us-label" not in html
    assert "is needed" in html


def test_every_text_is_escaped(advice, course):
    course.note(EVIL, at=hours(1), now=hours(1))
    parts = [
        render.findings([Finding("warn", EVIL, EVIL)]),
        render.needs([EVIL], [EVIL]),
        render.told([(EVIL, EVIL)]),
        render.working([EVIL], EVIL, EVIL, EVIL, 1),
        render.computed([(EVIL, EVIL)], AT, EVIL),
        render.big(EVIL, EVIL, EVIL),
        drawn.log(course),
    ]
    for html in parts:
        assert "<script" not in balanced(html)
        assert "&lt;script" in html


def test_the_working_says_how_the_source_was_confirmed(advice):
    html = render.working(advice.trace, advice.cite, advice.confirmed, advice.table, advice.row)
    assert "read as another source quotes it" in html
    assert "recalled, not read" in render.working([], "x", "unconfirmed", "t", None)
