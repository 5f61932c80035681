"""The log in plain words."""

from dosing.course import wording
from tests.course.nights import at, begin, heparin


def night():
    course = begin()
    course.measure(at=at(4), aptt_s=44, platelets=90)
    course.follow(at=at(4.5))
    course.interrupted("CT", at=at(5))
    course.interrupted("hemolysed", at=at(6), sample=True)
    course.change(at=at(6), weight_kg=71, protocol="argatroban-ummc-2008-critical")
    course.change(at=at(6), concentration_mg_ml=2)
    course.hold(at=at(7), reason="procedure")
    course.resume(at=at(8), reason="done")
    course.note("seen by the surgeon", at=at(8))
    course.correct(course.events[1].id, reason="misread", aptt_s=45, now=at(9))
    course.withdraw(course.events[3].id, reason="no CT", now=at(9))
    course.stop(at=at(10), reason="DOAC", next_agent="rivaroxaban", next_at=at(11))
    return course


def lines(course, now):
    return wording.lines(course.book, course.state(now), course.alerts(now), now)


def test_each_kind_of_entry_in_words():
    course = night()
    said = [wording.what(course.book, e) for e in course.events]
    assert said == [
        "started at 0.5 mcg/kg/min = 2.1 mL/h",
        "aPTT 44 s, Platelet count 90 × 10⁹/L",
        "rate set to 0.6 mcg/kg/min = 2.5 mL/h",
        "interrupted: CT",
        "sample lost: hemolysed",
        "from now on: Body weight 71 kg, "
        "Argatroban titration, UMMC 2008: critically ill, low cardiac output, or children",
        "new bag: for the same dose the pump is set to 0.6 mcg/kg/min = 1.3 mL/h",
        "held until a result allows to resume, then 0.6 mcg/kg/min",
        said[8],
        "seen by the surgeon",
        "corrected the entry of 2026-11-21 12:00: aPTT 44 s, Platelet count 90 × 10⁹/L: aPTT 45",
        "withdrew the entry of 2026-11-21 13:00: interrupted: CT",
        "stopped then rivaroxaban at 2026-11-21 19:00",
    ]
    assert said[8].startswith("resumed at ")


def test_a_bolus_and_a_hold_of_minutes():
    course = heparin()
    course.bolus(6400, at=at(0))
    course.measure(at=at(6), anti_xa_units_ml=1.1)
    course.follow(at=at(6))
    said = [wording.what(course.book, e) for e in course.events]
    assert said[1] == "bolus 6,400 units"
    assert said[3] == "held for 1 h, then 15 units/kg/h"


def test_what_followed_and_why_stand_beside_an_entry():
    course = night()
    assert wording.meaning(course.events[1]).startswith("Increase to 0.6 mcg/kg/min")
    assert wording.meaning(course.events[7]) == "procedure"
    assert wording.meaning(course.events[10]).startswith("misread")


def test_the_whole_course_as_text_marks_what_no_longer_holds():
    text = lines(night(), at(12))
    assert text[0] == "argatroban, at 2026-11-21 20:00"
    assert any("[corrected]" in line for line in text)
    assert any("interrupted: CT [withdrawn]" in line for line in text)
    early = lines(night(), at(4.2))
    assert not any("rate set" in line for line in early)


def test_where_it_stands_is_said_as_a_condition_while_held():
    course = begin()
    state = course.state(at(3))
    said = wording.standing(course.book, state)
    assert said[0] == "running at 0.5 mcg/kg/min = 2.1 mL/h"
    assert "aPTT was due 2026-11-21 10:00: overdue" in said
    course.measure(at=at(4), aptt_s=110)
    assert any("to be done: Hold" in s for s in wording.standing(course.book, course.state(at(4))))
    course.follow(at=at(4))
    held = wording.standing(course.book, course.state(at(5)))
    assert held[0] == "on hold; when a result allows to resume: 0.25 mcg/kg/min"
