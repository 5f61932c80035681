"""The course of one patient: what was recommended, what was done, what is due."""

import datetime as dt
import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dosing
from dosing.base.units import show
from dosing.course import events as ev
from dosing.course import timeline
from dosing.course.timeline import table
from dosing.course.times import zone_of
from tests.course.nights import REDUCED, START, UNIT, ZONE, at, begin, heparin


def test_the_patient_of_the_main_job_from_first_order_to_a_stable_dose():
    course = begin()
    assert course.state(START).running == 0.5
    assert course.state(START).due == at(2)

    low = course.measure(at=at(4), aptt_s=44)
    assert (low.action, low.rate) == ("increase", 0.6)
    assert course.state(at(4)).recommendation == low
    course.follow(at=at(4.25))
    assert course.state(at(4.25)).running == 0.6
    assert course.state(at(4.25)).due == at(8.25)

    high = course.measure(at=at(8.25), aptt_s="105")
    assert (high.action, high.resume_rate) == ("hold", 0.3)
    course.follow(at=at(8.5))
    state = course.state(at(9))
    assert (state.held, state.running, state.held_from) == (True, 0, 0.3)
    assert state.due == at(12.5)

    back = course.measure(at=at(12.5), aptt_s=70)
    assert (back.action, back.rate) == ("resume", 0.3)
    course.follow(at=at(12.5))
    assert course.measure(at=at(16.5), aptt_s=60).recheck_h == 4
    assert course.measure(at=at(20.5), aptt_s=62).recheck_h == 24
    state = course.state(at(22))
    assert (state.running, state.pump_ml_h, state.due) == (0.3, 1.3, at(44.5))
    assert state.in_range_before == 2
    assert state.recommendation is None


def test_a_night_of_heparin_by_anti_xa_with_bolus_hold_and_override():
    course = heparin()
    assert course.started.bolus_ordered == 6400
    course.bolus(6400, at=at(0))
    low = course.measure(at=at(6), anti_xa_units_ml=0.15)
    assert (low.action, low.rate, low.bolus_total) == ("increase", 19.5, 6400)
    entered = course.follow(at=at(6.1))
    assert [e.kind for e in entered] == ["bolus", "rate_set"]
    assert course.state(at(6.1)).pump_ml_h == 15.6
    high = course.measure(at=at(12.1), anti_xa_units_ml=1.1)
    assert (high.action, high.hold_min, high.resume_rate) == ("hold", 60, 16.5)
    course.follow(at=at(12.25))
    with pytest.raises(ValueError, match="The hold lasts until 2026-11-21 21:15"):
        course.follow(at=at(13))
    course.follow(at=at(13.25))
    assert course.state(at(14)).running == 16.5
    course.set_rate(14, at=at(14), reason="oozing at the line")
    state = course.state(at(15))
    assert (state.running, state.unit, state.given_unit) == (14, "units/kg/h", "units")
    given = 6400 * 2 + 1440 * 6.1 + 1560 * 6.15 + 1320 * 0.75 + 1120
    assert state.given_total == pytest.approx(given, abs=0.1)


def test_a_due_result_that_does_not_come_is_overdue():
    course = begin()
    assert not course.state(at(2)).overdue
    assert course.state(at(2.1)).overdue
    assert any("overdue" in f.text for f in course.alerts(at(2.1)))
    assert not course.alerts(at(2))


def test_following_twice_is_refused():
    course = begin()
    course.measure(at=at(4), aptt_s=44)
    course.follow(at=at(4))
    with pytest.raises(ValueError, match="no recommendation left"):
        course.follow(at=at(4))
    assert course.state(at(4)).running == 0.6


def test_what_only_waits_or_goes_on_cannot_be_followed():
    course = begin()
    assert course.measure(at=at(4), aptt_s=60).action == "continue"
    with pytest.raises(ValueError, match="no recommendation left"):
        course.follow(at=at(4))


def test_sending_the_same_twice_is_once():
    course = begin()
    for _ in range(2):
        assert course.measure(at=at(4), aptt_s=44, id="a").rate == 0.6
        (done,) = course.follow(at=at(4.1), id="b")
        assert done.id == "b"
        course.note("MRI", at=at(5), id="c")
        course.correct("a", reason="misread", aptt_s=45, now=at(6), id="d")
    assert [e.id for e in course.events][1:] == ["a", "b", "c", "d"]
    with pytest.raises(ValueError, match="The entry a is in the log already"):
        course.measure(at=at(4), aptt_s=50, id="a")
    with pytest.raises(ValueError, match="The entry c is in the log already"):
        course.note("CT", at=at(7), id="c")


def test_the_same_sample_with_the_same_value_is_one_result():
    course = begin()
    first = course.measure(at=at(4), aptt_s=44)
    assert course.measure(at=at(4), now=at(4.5), aptt_s=44) == first
    assert len(course.events) == 2
    course.follow(at=at(4.5))
    again = course.measure(at=at(8.5), aptt_s=44)
    assert (again.action, again.rate) == ("increase", 0.7)
    assert len(course.events) == 4


def test_two_values_of_one_sample_are_both_kept_and_raise_nothing():
    course = begin()
    course.measure(at=at(4), aptt_s=44)
    step = course.measure(at=at(4), now=at(4.5), aptt_s=46)
    assert (step.action, step.rate) == ("", None)
    assert any("44 and 46" in f.text for f in step.findings)
    assert [e.values for e in course.facts[1:]] == [{"aptt_s": 44.0}, {"aptt_s": 46.0}]
    assert course.state(at(4.5)).recommendation is None
    course.withdraw(course.events[1].id, reason="other patient", now=at(4.6))
    assert course.state(at(4.6)).recommendation.rate == 0.6


@pytest.mark.parametrize(("aptt", "action"), [(105, "hold")])
def test_a_hold_stands_although_two_values_of_one_sample_differ(aptt, action):
    course = begin()
    course.measure(at=at(4), aptt_s=44)
    assert course.measure(at=at(4), now=at(4.2), aptt_s=aptt).action == action


def test_a_moment_to_come_is_refused_and_now_is_the_clock():
    course = begin()
    with pytest.raises(ValueError, match="has not come yet"):
        course.course.measure(at=at(4), now=at(3), aptt_s=44)
    late = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
    with pytest.raises(ValueError, match="has not come yet"):
        course.course.note("x", at=late)
    course.course.note("x", at=at(1))
    assert dt.datetime.now(dt.UTC) - course.events[-1].recorded_at < dt.timedelta(minutes=1)


def test_entries_made_late_stand_where_they_belong():
    course = begin()
    course.note("visit", at=at(5))
    course.set_rate(0.4, at=at(3), now=at(6), reason="bleeding, entered afterwards")
    assert [e.kind for e in course.facts] == ["started", "rate_set", "noted"]
    assert [e.kind for e in course.events] == ["started", "noted", "rate_set"]
    assert course.state(at(4)).running == 0.4
    with pytest.raises(ValueError, match="before the infusion was started"):
        course.note("x", at=at(-1), now=at(6))


def test_a_sample_drawn_before_a_change_and_reported_after_it_raises_nothing():
    course = begin()
    course.set_rate(0.6, at=at(4), reason="limb at risk")
    late = course.measure(at=at(3.9), received_at=at(5), now=at(5), aptt_s=44)
    assert late.action not in ("increase",)
    assert course.measure(at=at(3.8), received_at=at(5.1), now=at(5.1), aptt_s=110).action == "hold"


def test_a_result_cannot_come_before_its_sample():
    with pytest.raises(ValueError, match="cannot have come before"):
        begin().measure(at=at(4), received_at=at(3), now=at(5), aptt_s=44)


def test_doing_otherwise_needs_a_reason_and_keeps_both():
    course = begin()
    course.measure(at=at(4), aptt_s=44)
    with pytest.raises(ValueError, match="Give a reason"):
        course.set_rate(0.8, at=at(4))
    course.set_rate(0.8, at=at(4), reason=" limb at risk ")
    assert course.state(at(4)).running == 0.8
    measured, done = course.events[-2:]
    assert measured.step.rate == 0.6
    assert (done.set_to.rate, done.reason, done.ordered) == (0.8, "limb at risk", False)


def test_the_recommended_rate_needs_no_reason():
    course = begin()
    course.measure(at=at(4), aptt_s=44)
    course.set_rate("0,6", at=at(4))
    assert course.state(at(4)).running == 0.6
    assert course.events[-1].ordered
    assert course.state(at(4)).due == at(8)


@pytest.mark.parametrize("rate", ["", "abc", "1,000", 0, -1, 10**400])
def test_an_impossible_rate_is_refused_and_changes_nothing(rate):
    course = begin()
    with pytest.raises(ValueError, match=r"\.$"):
        course.set_rate(rate, at=at(1), reason="because")
    assert len(course.events) == 1


@pytest.mark.parametrize("aptt", ["", "abc", "1,000", -5, 10**400])
def test_an_impossible_result_is_refused_and_changes_nothing(aptt):
    course = begin()
    with pytest.raises(ValueError, match=r"\.$"):
        course.measure(at=at(2), aptt_s=aptt)
    assert len(course.events) == 1


def test_a_rate_beyond_a_limit_is_recorded_only_when_it_is_confirmed():
    course = begin()
    top = course.seed.limits.top
    with pytest.raises(ValueError, match=r"10\.1 mcg/kg/min = 42\.4 mL/h is above the largest"):
        course.set_rate(top + 0.1, at=at(1), reason="found so")
    course.set_rate(top + 0.1, at=at(1), reason="found so", confirm=True)
    assert course.state(at(1)).running == top + 0.1
    assert "above the largest rate" in course.events[-1].outside[0]


def test_raising_after_a_high_result_is_warned_of_first():
    course = begin()
    course.measure(at=at(4), aptt_s=105)
    with pytest.raises(ValueError, match="the last result, 105 at 2026-11-21 12:00, was above"):
        course.set_rate(0.6, at=at(4.1), reason="x")
    course.set_rate(0.4, at=at(4.1), reason="bleeding")
    assert course.events[-1].outside == ()


def test_a_rate_may_be_given_as_the_pump_shows_it():
    course = begin()
    done = course.set_rate("2.5", unit="mL/h", at=at(1), reason="found so")
    assert done.set_to.pump_ml_h == 2.5
    assert done.set_to.rate == pytest.approx(0.595238)
    done = course.set_rate(3, unit="mg/h", at=at(2), reason="found so")
    assert (done.set_to.pump_ml_h, round(done.set_to.rate, 4)) == (3, 0.7143)
    with pytest.raises(ValueError, match="does not titrate units/h"):
        course.set_rate(3, unit="units/h", at=at(2), reason="x")
    with pytest.raises(ValueError, match="drops is no unit in which a pump is set"):
        course.set_rate(3, unit="drops", at=at(2), reason="x")


def test_what_the_pump_shows_is_held_against_the_log():
    course = heparin()
    step = course.measure(at=at(6), anti_xa_units_ml=0.25, running=9)
    assert (step.action, step.rate) == ("", None)
    assert any("9 units/kg/h, and the log says 18" in f.text for f in step.findings)
    fine = heparin().measure(at=at(6), anti_xa_units_ml=0.25, running=14.4, running_unit="mL/h")
    assert fine.action == "increase"
    stops = heparin().measure(at=at(6), anti_xa_units_ml=1.1, running=9)
    assert stops.action == "hold"
    assert any("9 units/kg/h, and the log says 18" in f.text for f in stops.findings)


def test_a_bolus_counts_and_one_that_nobody_ordered_needs_a_reason():
    course = heparin()
    with pytest.raises(ValueError, match="Give a reason"):
        course.bolus(2000, at=at(1))
    course.bolus("80", unit="units/kg", at=at(1))
    assert (course.events[-1].amount, course.events[-1].ordered) == (6400, True)
    course.bolus(10, unit="mL", at=at(2), reason="clot in the line")
    assert (course.events[-1].amount, course.events[-1].ordered) == (1000, False)
    assert course.state(at(2)).given_total == pytest.approx(6400 + 1000 + 2 * 1440)
    with pytest.raises(ValueError, match="mg is no unit of this bolus"):
        course.bolus(10, unit="mg", at=at(3), reason="x")


def test_a_hold_of_minutes_resumes_by_the_clock():
    course = begin("argatroban-ummc-2008-critical")
    course.measure(at=at(2), aptt_s=95)
    course.follow(at=at(2))
    state = course.state(at(2))
    assert (state.held, state.resume_at, state.due) == (True, at(2.5), at(4.5))
    course.follow(at=at(2.5))
    assert course.state(at(2.5)).running == 0.25


def test_a_held_infusion_stays_held_while_the_result_is_high():
    course = begin()
    course.measure(at=at(2), aptt_s=110)
    course.follow(at=at(2))
    again = course.measure(at=at(6), aptt_s=104)
    assert again.action == "hold"
    state = course.state(at(6))
    assert (state.held, state.held_from, state.recommendation) == (True, 0.25, None)
    assert state.due == at(10)


def test_resuming_before_its_time_or_result_needs_a_reason():
    course = begin("argatroban-ummc-2008-critical")
    course.measure(at=at(2), aptt_s=95)
    course.follow(at=at(2))
    with pytest.raises(ValueError, match="Give a reason"):
        course.resume(at=at(2.25))
    course.resume(at=at(2.5))
    assert (course.state(at(3)).running, course.events[-1].ordered) == (0.25, True)
    with pytest.raises(ValueError, match="not held"):
        course.resume(at=at(3))


def test_results_in_range_count_only_without_a_change_between():
    course = begin()
    course.measure(at=at(4), aptt_s=60)
    assert course.state(at(4)).in_range_before == 1
    course.set_rate(0.4, at=at(5), reason="bleeding")
    assert course.state(at(5)).in_range_before == 0


def test_what_follows_an_ended_infusion_is_said_and_results_are_still_kept():
    course = begin("argatroban-ummc-2008-critical")
    assert course.measure(at=at(2), aptt_s=105).action == "stop"
    course.follow(at=at(2))
    state = course.state(at(2))
    assert (state.stopped, state.due, state.running) == (True, None, 0)
    assert any("which anticoagulant follows" in f.text for f in course.alerts(at(2)))
    assert course.measure(at=at(3), aptt_s=50) is None
    assert course.events[-1].values == {"aptt_s": 50.0}
    other = begin()
    other.stop(at=at(3), reason="DOAC", next_agent="rivaroxaban", next_at=at(3.5))
    assert (other.state(at(4)).next_agent, other.state(at(4)).next_at) == ("rivaroxaban", at(3.5))
    assert not any("which anticoagulant" in f.text for f in other.alerts(at(4)))


def test_holding_and_stopping_by_hand_need_reasons():
    course = begin()
    for act in (course.hold, course.stop):
        with pytest.raises(ValueError, match="Give a reason"):
            act(at=at(1))
    course.hold(at=at(1), resume_rate="0.3", reason="procedure")
    assert course.state(at(1)).held_from == 0.3
    with pytest.raises(ValueError, match="not running"):
        course.hold(at=at(1), reason="again")
    course.resume(0.4, at=at(2), reason="more bleeding")
    assert course.state(at(2)).running == 0.4


def test_a_rate_set_while_held_resumes():
    course = begin()
    course.hold(at=at(2), reason="procedure")
    course.set_rate(0.3, at=at(3), reason="lower")
    assert course.events[-1].kind == "resumed"
    assert not course.state(at(3)).held


def test_a_weight_that_changes_is_used_from_then_on_and_the_past_stays():
    course = begin()
    course.change(at=at(3), weight_kg=84)
    told = course.timeline(at(5))
    assert [(s.rate, s.pump_ml_h) for s in told.rates] == [(0.5, 2.1)]
    assert course.state(at(5)).running == pytest.approx(2.1 * 1000 / 60 / 84, abs=1e-5)
    step = course.measure(at=at(5), aptt_s=44)
    assert step.rate == pytest.approx(2.1 * 1000 / 60 / 84 + 0.1, abs=1e-5)
    course.follow(at=at(5))
    assert course.events[-1].set_to.weight_kg == 84
    with pytest.raises(ValueError, match="Say what changed"):
        course.change(at=at(6))


def test_a_new_strength_is_a_new_bag_at_the_same_dose():
    course = begin()
    course.change(at=at(3), concentration_mg_ml=2)
    bag = course.events[-1]
    assert (bag.kind, bag.set_to.strength, bag.set_to.pump_ml_h) == ("bag_changed", 2, 1.1)
    assert course.timeline(at(4)).rates[0].pump_ml_h == 2.1
    assert course.state(at(4)).running == 0.5


def test_the_protocol_may_change_within_a_course():
    course = heparin("heparin-raschke-1993")
    assert course.measure(at=at(6), aptt_s=60).protocol == "heparin-raschke-1993"
    course.change(at=at(7), protocol="heparin-umich-anti-xa-vte")
    assert course.measure(at=at(8), aptt_s=60) is None
    step = course.measure(at=at(12), anti_xa_units_ml=0.5)
    assert (step.protocol, step.action) == ("heparin-umich-anti-xa-vte", "continue")
    with pytest.raises(ValueError, match="no protocol argatroban-uhs-2016 for heparin"):
        course.change(at=at(13), protocol="argatroban-uhs-2016")


def test_an_interruption_and_a_lost_sample_start_again_what_is_due():
    course = begin()
    course.interrupted("new line", at=at(1.5))
    assert course.state(at(2)).due == at(5.5)
    course.interrupted("hemolysed", at=at(5.5), sample=True)
    assert course.state(at(6)).overdue
    assert course.state(at(6)).due == at(5.5)
    with pytest.raises(ValueError, match="note is empty"):
        course.interrupted(" ", at=at(6))


def test_a_correction_keeps_the_first_form_and_looks_back():
    course = begin()
    course.measure(at=at(4), aptt_s=44)
    course.follow(at=at(4.2))
    entry = course.events[1]
    done = course.correct(entry.id, reason="misread", aptt_s=64, now=at(5))
    assert course.events[1] == entry
    assert course.facts[1].values == {"aptt_s": 64.0}
    (said,) = done.review
    assert "Increase to 0.6" in said
    assert "The pump was set to 0.6 mcg/kg/min = 2.5 mL/h" in said
    assert course.facts[1].step.action in ("continue", "wait")
    with pytest.raises(ValueError, match="Give a reason"):
        course.correct(entry.id, reason=" ", aptt_s=60, now=at(5))
    with pytest.raises(ValueError, match="no entry nobody in this log"):
        course.correct("nobody", reason="x", aptt_s=60, now=at(5))
    remark = course.note("n", at=at(5))
    with pytest.raises(ValueError, match="This entry has no rate"):
        course.correct(remark.id, reason="x", rate=0.4, now=at(5))


def test_a_corrected_weight_shows_each_step_that_would_have_been_another():
    course = begin()
    course.measure(at=at(4), aptt_s=44)
    course.follow(at=at(4))
    first = course.events[0]
    done = course.correct(first.id, reason="another patient's weight", weight_kg=100, now=at(5))
    assert any("It would have been" in said for said in done.review)
    assert course.started.set_to.rate == pytest.approx(0.35)
    assert course.events[0].set_to.rate == 0.5


def test_a_withdrawal_takes_an_entry_out_of_effect_and_can_itself_be_withdrawn():
    course = begin()
    course.set_rate(0.4, at=at(1), reason="x")
    gone = course.withdraw(course.events[1].id, reason="not done", now=at(2))
    assert course.state(at(2)).running == 0.5
    assert len(course.events) == 3
    course.withdraw(gone.id, reason="done after all", now=at(3))
    assert course.state(at(3)).running == 0.4
    with pytest.raises(ValueError, match="The start cannot be withdrawn"):
        course.withdraw(course.events[0].id, reason="x", now=at(3))


def test_a_correction_that_is_withdrawn_gives_back_what_it_replaced():
    course = begin()
    course.measure(at=at(4), aptt_s=60)
    wrong = course.correct(course.events[1].id, reason="misread", aptt_s=110, now=at(5))
    assert course.state(at(5)).recommendation.action == "hold"
    course.withdraw(wrong.id, reason="was right", now=at(5.1))
    assert course.facts[1].values == {"aptt_s": 60.0}
    assert course.state(at(5.1)).recommendation is None


def test_platelets_that_fall_while_the_aptt_is_in_range_warn():
    course = begin(platelets=60)
    step = course.measure(at=at(2), aptt_s=60, platelets=40)
    assert any("platelets fall" in f.text for f in step.findings)
    step = course.measure(at=at(6), aptt_s=60, platelets=45)
    assert not any("platelets fall" in f.text for f in step.findings)


def test_platelets_typed_in_either_unit_are_the_count_before():
    course = begin(platelets_per_ul=60_000)
    step = course.measure(at=at(2), aptt_s=60, platelets=40)
    assert any("platelets fall" in f.text for f in step.findings)


@pytest.mark.parametrize(("aptt", "warns"), [(47, False), (48, True), (96, True), (97, False)])
def test_falling_platelets_warn_only_while_the_aptt_is_in_range(aptt, warns):
    step = begin(platelets=60).measure(at=at(2), aptt_s=aptt, platelets=40)
    assert any("platelets fall" in f.text for f in step.findings) is warns


def test_platelets_and_inr_alone_bring_no_recommendation():
    course = begin()
    assert course.measure(at=at(1), platelets=155, inr=1.4) is None
    told = course.timeline(at(1))
    assert told.platelets == ((at(1), 155),)
    assert told.platelet_gate == 150
    assert "Warfarin may start" in told.gate_text
    assert told.inr == ((at(1), 1.4),)


def test_nothing_measured_or_what_no_log_takes_is_refused():
    course = begin()
    with pytest.raises(ValueError, match="at least one result: "):
        course.measure(at=at(1))
    with pytest.raises(ValueError, match="Body weight is not kept as a result"):
        course.measure(at=at(1), weight_kg=70)


def test_the_timeline_shows_what_happened():
    course = begin()
    course.measure(at=at(2), aptt_s=44)
    course.set_rate(0.6, at=at(2), reason="x")
    course.measure(at=at(6), aptt_s=110)
    course.follow(at=at(6))
    told = course.timeline(at(7))
    assert told.window == (48, 96)
    assert [r.position for r in told.results] == ["below", "above"]
    assert [(s.rate, s.held) for s in told.rates] == [(0.5, False), (0.6, False), (0, True)]
    assert told.due == at(10)
    assert "held" in timeline.summary(told).lower()
    assert told.start.utcoffset() == dt.timedelta(hours=1)


def test_the_dose_so_far_counts_neither_a_hold_nor_the_time_to_come():
    course = begin()
    course.hold(at=at(2), reason="procedure")
    course.resume(at=at(3), reason="done")
    given_ = [course.state(at(h)).given_total for h in (0, 1, 3, 5)]
    assert given_ == pytest.approx([0, 2.1, 4.2, 8.4])


def test_time_in_range_is_that_of_the_log():
    course = begin()
    assert course.state(at(1)).time_in_range is None
    course.measure(at=at(2), aptt_s=60)
    course.measure(at=at(6), aptt_s=60, platelets=120)
    assert course.state(at(6)).time_in_range == 1
    course.measure(at=at(10), aptt_s=24)
    assert course.state(at(10)).time_in_range == pytest.approx((4 + 4 / 3) / 8, abs=1e-4)
    assert course.state(at(6)).time_in_range == 1


@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(20, 140), st.booleans()), max_size=12))
def test_a_course_survives_being_written_down(results):
    course = begin()
    for i, (aptt, follow) in enumerate(results, 1):
        course.measure(at=at(4 * i), aptt_s=aptt)
        if follow and course.state(at(4 * i)).recommendation:
            course.follow(at=at(4 * i))
    again = dosing.Course.from_dict(json.loads(json.dumps(course.to_dict())))
    assert again.to_dict() == course.to_dict()
    assert again.state(at(99)) == course.state(at(99))


def test_no_course_begins_without_an_order():
    with pytest.raises(ValueError, match="orders no infusion"):
        dosing.Course.begin(dosing.start("argatroban"), at=START)
    fixed = dosing.start("fondaparinux", weight_kg=70, crcl_ml_min=80)
    with pytest.raises(ValueError, match="orders no infusion"):
        dosing.Course.begin(fixed, at=START)


def test_the_site_proposes_the_protocol_when_none_is_named():
    advice = dosing.start("argatroban", weight_kg=70, child_pugh="B")
    assert dosing.Course.begin(advice, at=START, now=START).protocol == REDUCED


def test_a_course_needs_a_protocol_of_its_drug():
    advice = dosing.start("argatroban", weight_kg=70, child_pugh="B")
    with pytest.raises(ValueError, match="no protocol x here"):
        dosing.Course.begin(advice, at=START, now=START, protocol="x")
    with pytest.raises(ValueError, match="for argatroban; there are argatroban-"):
        dosing.Course.begin(advice, at=START, now=START, protocol="bivalirudin-accp-2012")
    course = dosing.Course.begin(advice, at=START, now=START, protocol="argatroban-uhs-2016")
    assert course.unit == UNIT


def test_the_first_event_tells_what_was_ordered_and_by_whom():
    advice = dosing.start("argatroban", weight_kg=70, child_pugh="B")
    course = dosing.Course.begin(advice, at=START, now=START, by="CJ", protocol=REDUCED)
    (first,) = course.events
    assert (first.at, first.kind, first.by) == (START, "started", "CJ")
    assert first.set_to == ev.Setting(
        rate=0.5, unit=UNIT, pump_ml_h=2.1, strength=1, weight_kg=70, pump_step_ml_h=0.1
    )
    assert (first.authority, first.table, first.cite) == (
        advice.authority, advice.table, advice.cite,
    )  # fmt: skip


def test_a_weight_in_pounds_is_kept_once_in_kilograms():
    course = begin(weight_kg=None, weight_lb=154.324)
    assert "weight_lb" not in course.started.inputs
    assert course.started.inputs["weight_kg"] == pytest.approx(70, abs=1e-3)
    assert course.measure(at=at(4), aptt_s=60, platelets=155).action == "continue"


def test_it_plots_and_becomes_a_frame():
    course = begin()
    course.measure(at=at(2), aptt_s=44, platelets=90)
    course.hold(at=at(3), reason="bleeding")
    assert len(course.plot(at(3)).axes) >= 2
    frame = course.to_frame(at(4)).set_index("event")
    assert str(frame["time"].dtype).startswith("datetime64")
    assert (frame["value"].dtype, frame["pump_ml_h"].dtype) == (float, float)
    assert str(frame["in_range"].dtype) == "boolean"
    assert frame.loc["aPTT", "time"] == at(2)
    assert frame.loc["aPTT", ["value", "unit", "in_range"]].tolist() == [44, "s", False]
    assert frame.loc["Infusion rate", ["value", "pump_ml_h"]].tolist() == [0.5, 2.1]
    for event, column in (("Infusion held", "value"), ("Platelets", "in_range")):
        assert pd.isna(frame.loc[event, column])


def test_the_frame_says_what_the_page_shows():
    course = begin()
    course.measure(at=at(2), aptt_s=44)
    frame = course.to_frame(at(3))
    shown = table(course.timeline(at(3)))
    assert [r.event for r in shown] == frame["event"].tolist()
    assert [r.meaning for r in shown] == frame["meaning"].tolist()
    assert [r.value for r in shown] == ["" if pd.isna(v) else show(v) for v in frame["value"]]
    assert [r.time for r in shown] == [f"{t:%Y-%m-%d %H:%M}" for t in frame["time"]]


@pytest.mark.parametrize(
    "act",
    [
        lambda course, at: course.measure(at=at, aptt_s=44),
        lambda course, at: course.set_rate(0.4, at=at, reason="x"),
        lambda course, at: course.hold(at=at, reason="x"),
        lambda course, at: course.stop(at=at, reason="x"),
        lambda course, at: course.bolus(3, at=at, reason="x"),
        lambda course, at: course.note("x", at=at),
        lambda course, at: course.follow(at=at),
        lambda course, at: course.resume(at=at),
        lambda course, at: course.change(at=at, weight_kg=80),
        lambda course, at: course.state(at),
        lambda course, at: course.timeline(at),
        lambda course, at: course.to_frame(at),
    ],
)
@pytest.mark.parametrize(
    ("moment", "wish"),
    [
        (at(2).replace(tzinfo=None), "says no zone"),
        (pd.NaT, "NaT is no date and time"),
        ("2026-11-21 10:00", "is no date and time"),
        (dt.date(2026, 11, 21), "is no date and time"),
    ],
)
def test_a_moment_that_cannot_be_compared_is_refused_in_a_sentence(act, moment, wish):
    course = begin()
    with pytest.raises(ValueError, match=wish):
        act(course.course, moment)
    assert len(course.events) == 1


def test_a_course_runs_through_both_changes_of_the_clocks():
    berlin = zone_of("Europe/Berlin")
    for night, hours in (("2026-10-25", 7), ("2026-03-29", 5)):
        begun = dt.datetime.fromisoformat(f"{night}T01:00").replace(tzinfo=berlin)
        morning = dt.datetime.fromisoformat(f"{night}T07:00").replace(tzinfo=berlin)
        course = begin(start=begun)
        state = course.state(morning)
        assert state.given_total == pytest.approx(2.1 * hours)
        assert course.book.zone == "Europe/Berlin"
        assert course.timeline(morning).start.hour == 1


def test_a_clock_that_was_set_back_is_said():
    course = begin()
    course.note("first", at=at(1), now=at(5))
    course.note("second", at=at(2), now=at(3))
    assert any("a clock was set back" in f.text for f in course.alerts(at(5)))
    assert ZONE.utcoffset(None) == dt.timedelta(hours=1)
