"""The course of one patient: what was recommended, what was done, what is due."""

import datetime as dt
import json
from datetime import datetime, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dosing
from dosing.base.units import show
from dosing.course import timeline
from dosing.course.timeline import table

START = datetime(2026, 11, 21, 8)
UNIT = "mcg/kg/min"


def at(hours):
    return START + timedelta(hours=hours)


def begin(protocol="argatroban-smpc-reduced", start=START, **inputs):
    patient = {"weight_kg": 70, "child_pugh": "B", "crcl_ml_min": 25, "baseline_aptt_s": 32}
    advice = dosing.start("argatroban", **(patient | inputs))
    return dosing.Course.begin(advice, at=start, protocol=protocol)


def test_the_patient_of_the_main_job_from_first_order_to_a_stable_dose():
    course = begin()
    assert course.state(START).running == 0.5
    assert course.state(START).due == at(2)

    low = course.measure(at=at(2), aptt_s=44)
    assert (low.action, low.rate) == ("increase", 0.6)
    assert course.state(at(2)).recommendation == low
    course.follow(at=at(2.25))
    assert course.state(at(2.25)).running == 0.6
    assert course.state(at(2.25)).due == at(6.25)

    high = course.measure(at=at(6.25), aptt_s="105")
    assert (high.action, high.resume_rate) == ("hold", 0.3)
    course.follow(at=at(6.5))
    state = course.state(at(7))
    assert (state.held, state.running, state.held_from) == (True, 0, 0.3)
    assert state.due == at(10.5)

    back = course.measure(at=at(10.5), aptt_s=70)
    assert (back.action, back.rate) == ("resume", 0.3)
    course.follow(at=at(10.5))
    assert course.measure(at=at(14.5), aptt_s=60).recheck_h == 4
    assert course.measure(at=at(18.5), aptt_s=62).recheck_h == 24
    state = course.state(at(20))
    assert (state.running, state.pump_ml_h, state.due) == (0.3, 1.3, at(42.5))
    assert state.in_range_before == 2
    assert state.recommendation is None


def test_a_due_result_that_does_not_come_is_overdue():
    course = begin()
    assert not course.state(at(2)).overdue
    assert course.state(at(2.1)).overdue


def test_following_twice_is_refused():
    course = begin()
    course.measure(at=at(2), aptt_s=44)
    course.follow(at=at(2))
    with pytest.raises(ValueError, match="no recommendation left"):
        course.follow(at=at(2))
    assert course.state(at(2)).running == 0.6


def test_doing_otherwise_needs_a_reason_and_keeps_both():
    course = begin()
    course.measure(at=at(2), aptt_s=44)
    with pytest.raises(ValueError, match="Give a reason"):
        course.set_rate(0.8, at=at(2))
    course.set_rate(0.8, at=at(2), reason="limb at risk")
    assert course.state(at(2)).running == 0.8
    measured, done = course.events[-2:]
    assert measured.data["step"]["rate"] == 0.6
    assert (done.data["rate"], done.data["reason"]) == (0.8, "limb at risk")


def test_the_recommended_rate_needs_no_reason():
    course = begin()
    course.measure(at=at(2), aptt_s=44)
    course.set_rate("0,6", at=at(2))
    assert course.state(at(2)).running == 0.6


@pytest.mark.parametrize("rate", ["", "abc", "1,000", 0, -1, 11])
def test_an_impossible_rate_is_refused_and_changes_nothing(rate):
    course = begin()
    with pytest.raises(ValueError, match=r"\.$"):
        course.set_rate(rate, at=at(1), reason="because")
    assert len(course.events) == 1


@pytest.mark.parametrize("aptt", ["", "abc", "1,000", -5, 5000])
def test_an_impossible_result_is_refused_and_changes_nothing(aptt):
    course = begin()
    with pytest.raises(ValueError, match=r"\.$"):
        course.measure(at=at(2), aptt_s=aptt)
    assert len(course.events) == 1


def test_events_come_in_order():
    course = begin()
    course.measure(at=at(4), aptt_s=60)
    with pytest.raises(ValueError, match="before the last entry"):
        course.measure(at=at(3), aptt_s=60)
    with pytest.raises(ValueError, match="before the last entry"):
        course.note("late", at=at(1))


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


def test_results_in_range_count_only_without_a_change_between():
    course = begin()
    course.measure(at=at(2), aptt_s=60)
    assert course.state(at(2)).in_range_before == 1
    course.set_rate(0.4, at=at(3), reason="bleeding")
    assert course.state(at(3)).in_range_before == 0


def test_stop_and_notify():
    course = begin("argatroban-ummc-2008-critical")
    assert course.measure(at=at(2), aptt_s=105).action == "stop"
    course.follow(at=at(2))
    state = course.state(at(2))
    assert (state.stopped, state.due) == (True, None)
    with pytest.raises(ValueError, match="stopped"):
        course.measure(at=at(3), aptt_s=50)


def test_holding_resuming_and_stopping_by_hand_need_reasons():
    course = begin()
    for act in (course.hold, course.stop):
        with pytest.raises(ValueError, match="Give a reason"):
            act(at=at(1))
    course.hold(at=at(1), reason="procedure")
    with pytest.raises(ValueError, match="not running"):
        course.hold(at=at(1), reason="again")
    course.resume(at=at(2))
    assert course.state(at(2)).running == 0.5
    with pytest.raises(ValueError, match="not held"):
        course.resume(at=at(3))


def test_the_last_event_can_be_taken_back_but_not_the_start():
    course = begin()
    course.measure(at=at(2), aptt_s=440 / 10)
    assert course.undo().kind == "measured"
    with pytest.raises(ValueError, match="nothing to take back"):
        course.undo()


def test_platelets_that_fall_while_the_aptt_is_in_range_warn():
    course = begin(platelets=60)
    step = course.measure(at=at(2), aptt_s=60, platelets=40)
    assert any("platelets fall" in f.text for f in step.findings)
    step = course.measure(at=at(6), aptt_s=60, platelets=45)
    assert not any("platelets fall" in f.text for f in step.findings)


def test_platelets_and_inr_alone_bring_no_recommendation():
    course = begin()
    assert course.measure(at=at(1), platelets=155, inr=1.4) is None
    told = course.timeline(at(1))
    assert told.platelets == ((at(1), 155),)
    assert told.platelet_gate == 150
    assert "Warfarin may start" in told.gate_text
    assert told.inr == ((at(1), 1.4),)


def test_the_timeline_shows_what_happened():
    course = begin()
    course.measure(at=at(2), aptt_s=44)
    course.follow(at=at(2))
    course.measure(at=at(6), aptt_s=110)
    course.follow(at=at(6))
    told = course.timeline(at(7))
    assert told.window == (48, 96)
    assert [r.position for r in told.results] == ["below", "above"]
    assert [(s.rate, s.held) for s in told.rates] == [(0.5, False), (0.6, False), (0, True)]
    assert told.due == at(10)
    assert "held" in timeline.summary(told).lower()


def test_a_stopped_infusion_ends():
    course = begin()
    course.stop(at=at(3), reason="bleeding")
    (segment,) = course.timeline(at(5)).rates
    assert segment.end == at(3)
    assert course.cumulative_dose_mg(at(5)) == pytest.approx(0.5 * 70 * 60 / 1000 * 3)


def test_the_dose_so_far():
    course = begin()
    course.set_rate(0.6, at=at(2), reason="x")
    assert course.cumulative_dose_mg(at(5)) == pytest.approx(2.1 * 2 + 2.52 * 3)


@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(20, 140), st.booleans()), max_size=12))
def test_a_course_survives_being_written_down(results):
    course = begin()
    for i, (aptt, follow) in enumerate(results, 1):
        if course.state(at(4 * i)).stopped:
            break
        step = course.measure(at=at(4 * i), aptt_s=aptt)
        if follow and course.state(at(4 * i)).recommendation:
            course.follow(at=at(4 * i))
        assert step.rate <= course.seed.limits.max_rate
    again = dosing.Course.from_dict(json.loads(json.dumps(course.to_dict())))
    assert again.to_dict() == course.to_dict()
    assert again.state(at(99)) == course.state(at(99))


@pytest.mark.parametrize(
    "record",
    [{}, {"drug": "argatroban"}, {"drug": "x", "protocol": "y", "setting": {}, "events": []},
     {"drug": "argatroban", "protocol": "argatroban-uhs-2016", "setting": {}, "events": []},
     {"drug": "argatroban", "protocol": "argatroban-uhs-2016", "setting": {},
      "events": [{"at": "now", "kind": "started", "data": {}}]},
     {"drug": "argatroban", "protocol": "argatroban-uhs-2016", "setting": {},
      "events": [{"at": "2026-11-21T08:00:00", "kind": "exploded", "data": {}}]}],
)  # fmt: skip
def test_what_is_no_record_is_refused(record):
    with pytest.raises(ValueError, match=r"."):
        dosing.Course.from_dict(record)


def test_no_course_begins_without_an_order():
    with pytest.raises(ValueError, match="orders no infusion"):
        dosing.Course.begin(dosing.start("argatroban"), at=START)
    fixed = dosing.start("fondaparinux", weight_kg=70, crcl_ml_min=80)
    with pytest.raises(ValueError, match="orders no infusion"):
        dosing.Course.begin(fixed, at=START)


def test_the_site_proposes_the_protocol_when_none_is_named():
    advice = dosing.start("argatroban", weight_kg=70, child_pugh="B")
    assert dosing.Course.begin(advice, at=START).protocol == "argatroban-smpc-reduced"


def test_it_plots_and_becomes_a_frame():
    course = begin()
    course.measure(at=at(2), aptt_s=44)
    assert len(course.plot(at(3)).axes) >= 2
    frame = course.to_frame(at(3))
    told = ["time", "event", "value", "unit", "meaning"]
    assert list(frame.columns) == [*told, "in_range", "pump_ml_h"]
    assert len(frame) == 3


def test_heparin_has_no_course_yet():
    advice = dosing.start("heparin", indication="vte", weight_kg=70)
    with pytest.raises(ValueError, match="cannot be kept yet"):
        dosing.Course.begin(advice, at=datetime(2026, 11, 21, 8), protocol="heparin-raschke-1993")


def test_the_first_event_tells_what_was_ordered_and_by_whom():
    advice = dosing.start("argatroban", weight_kg=70, child_pugh="B")
    course = dosing.Course.begin(advice, at=START, protocol="argatroban-smpc-reduced")
    (first,) = course.events
    assert (first.at, first.kind) == (START, "started")
    assert first.data == {
        "rate": 0.5, "pump_ml_h": 2.1, "recheck_h": 2, "authority": advice.authority,
        "indication": "hit",
        "table": advice.table, "cite": advice.cite,
    }  # fmt: skip
    assert course.setting["concentration_mg_ml"] == 1


def test_a_weight_in_pounds_is_kept_once_in_kilograms():
    advice = dosing.start("argatroban", weight_lb=154.324, child_pugh="B")
    course = dosing.Course.begin(
        advice, at=START, protocol="argatroban-smpc-reduced", baseline_aptt_s=32
    )
    assert "weight_lb" not in course.setting
    assert course.setting["weight_kg"] == pytest.approx(70, abs=1e-3)
    assert course.measure(at=at(2), aptt_s=60, platelets=155).action == "continue"


def test_a_course_needs_a_protocol_of_its_drug_in_the_unit_of_the_order():
    advice = dosing.start("argatroban", weight_kg=70, child_pugh="B")
    with pytest.raises(
        ValueError, match=r"no protocol 'x' for argatroban; there are argatroban-"
    ) as e:
        dosing.Course("argatroban", "x", {})
    assert "bivalirudin" not in str(e.value)
    with pytest.raises(ValueError, match="no protocol 'bivalirudin-"):
        dosing.Course("argatroban", "bivalirudin-ummc-2008", {})
    pci = dosing.start("bivalirudin", indication="pci", weight_kg=70, crcl_ml_min=80)
    with pytest.raises(ValueError, match="does not titrate mg/kg/h"):
        dosing.Course.begin(pci, at=START, protocol="argatroban-uhs-2016")
    assert dosing.Course.begin(advice, at=START, protocol="argatroban-uhs-2016").unit == UNIT


def test_nothing_measured_is_refused():
    course = begin()
    with pytest.raises(ValueError, match="at least one result"):
        course.measure(at=at(1))
    with pytest.raises(ValueError, match="before the last entry"):
        course.measure(at=at(-1), aptt_s=60)


def test_what_was_measured_is_kept_with_what_it_led_to():
    course = begin()
    step = course.measure(at=at(2), aptt_s="44", platelets=80)
    assert course.events[-1].data == {"aptt_s": 44, "platelets": 80, "step": step.to_dict()}
    course.measure(at=at(3), inr=1.2)
    assert course.events[-1].data == {"inr": 1.2}


def test_platelets_typed_in_either_unit_are_the_count_before():
    course = begin(platelets_per_ul=60_000)
    step = course.measure(at=at(2), aptt_s=60, platelets=40)
    assert any("platelets fall" in f.text for f in step.findings)


@pytest.mark.parametrize("aptt", [47, 97])
def test_falling_platelets_warn_only_while_the_aptt_is_in_range(aptt):
    step = begin(platelets=60).measure(at=at(2), aptt_s=aptt, platelets=40)
    assert not any("platelets fall" in f.text for f in step.findings)


@pytest.mark.parametrize("aptt", [48, 96])
def test_both_ends_of_the_range_are_in_range(aptt):
    course = begin(platelets=60)
    step = course.measure(at=at(2), aptt_s=aptt, platelets=40)
    assert step.in_range
    assert any("platelets fall" in f.text for f in step.findings)
    assert course.timeline(at(2)).results[0].position == "in"


def test_a_stop_that_is_recommended_needs_no_reason():
    course = begin("argatroban-ummc-2008-critical")
    course.measure(at=at(2), aptt_s=105)
    course.stop(at=at(2))
    assert course.state(at(2)).stopped
    by_hand = begin()
    by_hand.measure(at=at(2), aptt_s=44)
    with pytest.raises(ValueError, match="Give a reason"):
        by_hand.stop(at=at(2))


def test_a_stopped_infusion_can_neither_be_held_nor_resumed():
    course = begin()
    course.stop(at=at(1), reason=" bleeding ")
    assert course.events[-1].data == {"reason": "bleeding"}
    with pytest.raises(ValueError, match="not running"):
        course.hold(at=at(2), reason="again")
    with pytest.raises(ValueError, match="not held"):
        course.resume(at=at(2))
    assert course.state(at(2)).running == 0


def test_a_hold_by_hand_resumes_at_the_rate_before_or_at_one_that_is_named():
    course = begin()
    course.hold(at=at(1), resume_rate="0.3", reason=" procedure ")
    assert course.events[-1].data == {"resume_rate": 0.3, "reason": "procedure"}
    assert course.state(at(1)).held_from == 0.3
    with pytest.raises(ValueError, match="Give a reason"):
        course.resume(0.4, at=at(2))
    course.resume(0.4, at=at(2), reason=" more bleeding ")
    assert course.events[-1].data == {"rate": 0.4, "reason": "more bleeding"}
    assert course.state(at(2)).running == 0.4


def test_a_rate_set_while_held_resumes_and_one_set_while_running_changes():
    course = begin()
    course.set_rate(0.4, at=at(1), reason=" bruises ")
    assert (course.events[-1].kind, course.events[-1].data["reason"]) == ("rate", "bruises")
    course.hold(at=at(2), reason="procedure")
    course.set_rate(0.3, at=at(3), reason="lower")
    assert course.events[-1].kind == "resumed"
    assert not course.state(at(3)).held


def test_the_rate_of_a_recommended_hold_is_no_reason_to_go_on_at_it():
    course = begin()
    step = course.measure(at=at(2), aptt_s=110)
    assert step.action == "hold"
    with pytest.raises(ValueError, match="Give a reason"):
        course.set_rate(0.25, at=at(2))


def test_the_largest_rate_may_be_set_and_no_larger():
    course = begin()
    top = course.seed.limits.top
    course.set_rate(top, at=at(1), reason="trial")
    assert course.state(at(1)).running == top
    with pytest.raises(ValueError, match=f"above the largest rate, {top:g}"):
        course.set_rate(top + 0.1, at=at(1), reason="trial")
    with pytest.raises(ValueError, match="Enter a rate above 0 mcg/kg/min"):
        course.set_rate(0, at=at(1), reason="trial")


def test_what_is_followed_is_timed_as_it_was_recommended():
    course = begin()
    course.measure(at=at(2), aptt_s=110)
    course.follow(at=at(2))
    assert course.events[-1].data == {"resume_rate": 0.25, "recheck_h": 4}
    course.measure(at=at(6), aptt_s=70)
    course.follow(at=at(6))
    assert (course.events[-1].kind, course.events[-1].data) == (
        "resumed", {"rate": 0.25, "recheck_h": 4},
    )  # fmt: skip
    course.measure(at=at(10), aptt_s=44)
    course.follow(at=at(10))
    assert (course.events[-1].kind, course.events[-1].data["recheck_h"]) == ("rate", 4)


def test_a_remark_is_kept_and_an_empty_one_refused():
    course = begin()
    course.note(" MRI at noon ", at=at(1))
    assert (course.events[-1].kind, course.events[-1].data) == ("noted", {"text": "MRI at noon"})
    with pytest.raises(ValueError, match="note is empty"):
        course.note("  ", at=at(1))
    assert course.undo().kind == "noted"
    assert len(course.events) == 1


def test_events_at_the_same_minute_are_in_order():
    course = begin()
    course.note("first", at=at(1))
    course.note("second", at=at(1))
    with pytest.raises(ValueError, match=r"^2026-11-21 08:30 is before .*, 2026-11-21 09:00"):
        course.note("third", at=at(0.5))


def test_the_dose_so_far_counts_neither_a_hold_nor_the_time_to_come():
    course = begin()
    course.hold(at=at(2), reason="procedure")
    course.resume(at=at(3))
    assert course.cumulative_dose_mg(at(0)) == 0
    assert course.cumulative_dose_mg(at(1)) == pytest.approx(2.1)
    assert course.cumulative_dose_mg(at(3)) == pytest.approx(4.2)
    assert course.cumulative_dose_mg(at(5)) == pytest.approx(8.4)
    assert course.state(at(5)).cumulative_dose_mg == pytest.approx(8.4)
    assert course.cumulative_dose_mg(at(1 / 7)) == 0.3


def test_time_in_range_is_that_of_the_log():
    course = begin()
    assert course.state(at(1)).time_in_range is None
    course.measure(at=at(2), aptt_s=60)
    course.measure(at=at(6), aptt_s=60, platelets=120)
    assert course.state(at(6)).time_in_range == 1
    course.measure(at=at(10), aptt_s=24)
    assert course.time_in_range() == pytest.approx((4 + 4 / 3) / 8, abs=1e-4)


def test_the_pump_shows_what_the_order_showed():
    course = begin()
    assert course.state(at(1)).pump_ml_h == 2.1
    assert course.timeline(at(1)).rates[0].pump_ml_h == 2.1
    course.hold(at=at(2), reason="procedure")
    assert course.state(at(2)).pump_ml_h == 0
    assert [s.pump_ml_h for s in course.timeline(at(3)).rates] == [2.1, 0]


def test_platelets_before_the_start_stand_first_in_the_timeline():
    course = begin(platelets=60)
    course.measure(at=at(24), platelets=155)
    told = course.timeline()
    assert told.platelets == ((START, 60), (at(24), 155))
    assert told.now == at(24)
    assert course.timeline(at(1)).now == at(24)
    assert course.timeline(at(30)).now == at(30)
    assert (told.drug, told.start, told.measure_label, told.measure_unit) == (
        "argatroban", START, "aPTT", "s",
    )  # fmt: skip


def test_without_platelets_there_is_no_gate_and_without_a_target_no_side():
    told = begin("argatroban-uhs-2016").timeline(at(1))
    assert (told.platelet_gate, told.gate_text, told.platelets) == (None, "", ())
    advice = dosing.start("argatroban", weight_kg=70, child_pugh="B")
    course = dosing.Course.begin(advice, at=START, protocol="argatroban-smpc-reduced")
    course.measure(at=at(2), aptt_s=126)
    assert course.window() is None
    assert course.timeline().results[0].position == ""
    assert course.time_in_range() is None


def test_a_reason_stands_beside_the_rate_that_it_explains():
    course = begin()
    course.set_rate(0.4, at=at(1), reason="bruises")
    course.stop(at=at(2), reason="bleeding")
    first, second = course.timeline(at(3)).rates
    assert (first.label, second.label) == ("", "bruises")
    assert (first.start, first.end, second.end) == (START, at(1), at(2))
    assert first.unit == UNIT


def test_an_event_of_no_kind_is_named():
    record = begin().to_dict()
    record["events"][0]["kind"] = "exploded"
    with pytest.raises(ValueError, match="'exploded' is no event"):
        dosing.Course.from_dict(record)
    with pytest.raises(ValueError, match=r"^This is not the record of a course: KeyError"):
        dosing.Course.from_dict({})


def test_a_result_is_in_range_when_its_protocol_reads_it_so():
    course = begin("argatroban-ummc-2008-critical")  # whole seconds: 45.5 s reads as 46 s
    assert course.window() == (46, 90)
    assert course.measure(at=at(2), aptt_s=45.5).in_range
    course.measure(at=at(4), aptt_s=45.4)
    course.measure(at=at(6), aptt_s=91)
    assert [r.position for r in course.timeline().results] == ["in", "below", "above"]


ZONE = dt.timezone(dt.timedelta(hours=1))


def test_the_frame_holds_moments_numbers_and_answers():
    course = begin()
    course.measure(at=at(2), aptt_s=44, platelets=90)
    course.hold(at=at(3), reason="bleeding")
    frame = course.to_frame(at(4)).set_index("event")
    assert str(frame["time"].dtype).startswith("datetime64")
    assert frame["value"].dtype == float
    assert frame["pump_ml_h"].dtype == float
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


def test_a_frame_across_a_change_of_the_clocks_is_in_utc():
    course = begin(start=START.replace(tzinfo=ZONE))
    later = (START + dt.timedelta(hours=2)).replace(tzinfo=dt.UTC)
    course.measure(at=later, aptt_s=44)
    times = course.to_frame(later)["time"]
    assert str(times.dt.tz) == "UTC"
    assert times.iloc[0] == START.replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    "act",
    [
        lambda course, at: course.measure(at=at, aptt_s=44),
        lambda course, at: course.measure(at=at, platelets=90),
        lambda course, at: course.set_rate(0.4, at=at, reason="x"),
        lambda course, at: course.hold(at=at, reason="x"),
        lambda course, at: course.stop(at=at, reason="x"),
        lambda course, at: course.note("x", at=at),
        lambda course, at: course.follow(at=at),
        lambda course, at: course.resume(at=at),
        lambda course, at: course.state(at),
        lambda course, at: course.timeline(at),
        lambda course, at: course.to_frame(at),
        lambda course, at: course.cumulative_dose_mg(at),
    ],
)
@pytest.mark.parametrize(
    ("moment", "wish"),
    [
        (at(2).replace(tzinfo=ZONE), "one says its offset from UTC and the other does not"),
        (pd.NaT, "NaT is no date and time"),
        ("2026-11-21 10:00", "is no date and time"),
        (dt.date(2026, 11, 21), "is no date and time"),
    ],
)
def test_a_moment_that_cannot_be_compared_is_refused_in_a_sentence(act, moment, wish):
    course = begin()
    with pytest.raises(ValueError, match=wish):
        act(course, moment)
    assert len(course.events) == 1


def test_a_course_begins_at_a_moment():
    with pytest.raises(ValueError, match="NaT is no date and time"):
        begin(start=pd.NaT)


def test_a_rate_of_400_digits_is_refused_in_a_sentence():
    course = begin()
    with pytest.raises(ValueError, match="Rate running now"):
        course.set_rate(10**400, at=at(1), reason="x")
    with pytest.raises(ValueError, match="aPTT"):
        course.measure(at=at(1), aptt_s=10**400)
