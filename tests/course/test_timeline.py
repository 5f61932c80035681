"""A course is told in words and as a table as it is drawn: nothing lost, nothing decided."""

from datetime import datetime, timedelta

import pytest

from dosing.course.timeline import (
    Result,
    Segment,
    Timeline,
    clock,
    is_overdue,
    running,
    summary,
    table,
    target_text,
)

START = datetime(2026, 11, 21, 8)
UNIT = "mcg/kg/min"


def at(hours):
    return START + timedelta(hours=hours)


def course(now, **fields):
    return Timeline("argatroban", START, at(now), "aPTT", "s", window=(46.0, 90.0), **fields)


def with_hold(now=9.0):
    return course(
        now,
        results=(
            Result(at(2), 38, "below"),
            Result(at(6), 104, "above"),
            Result(at(8.5), 70, "in"),
        ),
        rates=(
            Segment(at(0), at(2.5), 0.5, UNIT, 2.1),
            Segment(at(2.5), at(6.5), 0.75, UNIT, 3.2, label="aPTT 38"),
            Segment(at(6.5), at(8), 0, UNIT, held=True),
            Segment(at(8), None, 0.5, UNIT, 2.1),
        ),
        due=at(10.5),
    )


def test_the_summary_tells_result_rate_due_and_holds():
    assert summary(with_hold()) == (
        "Argatroban. Latest aPTT 70 s at 16:30, in target (46 to 90 s)."
        " Running at 0.5 mcg/kg/min, pump 2.1 mL/h, since 16:00."
        " Next aPTT due 18:30, in 1 h 30 min."
        " Held earlier: 14:30 to 16:00 (1 h 30 min)."
    )


def test_overdue_is_said_in_words():
    late = course(2 + 25 / 60, rates=(Segment(START, None, 5, UNIT),), due=at(2))
    assert is_overdue(late)
    assert "aPTT was due 10:00: overdue by 25 min." in summary(late)
    assert table(late)[-1].meaning == "overdue by 25 min"


def test_due_this_minute_is_not_overdue():
    assert "aPTT is due now." in summary(course(2, due=at(2)))
    assert not is_overdue(course(2, due=at(2)))


def test_a_hold_in_force_is_not_a_rate():
    held = course(
        2, rates=(Segment(START, at(1), 1, UNIT), Segment(at(1), None, 0, UNIT, held=True))
    )
    assert running(held).held
    assert "The infusion is held since 09:00." in summary(held)
    assert "Running" not in summary(held)


def test_an_infusion_that_ended_is_not_running():
    ended = course(5, rates=(Segment(START, at(1), 1, UNIT),))
    assert running(ended) is None
    assert "The infusion is not running: it ended at 09:00." in summary(ended)
    assert [row.event for row in table(ended)] == ["Infusion rate", "Infusion ended"]


def test_a_rate_to_come_is_planned_not_running():
    planned = course(
        2, rates=(Segment(START, at(4), 0, UNIT, held=True), Segment(at(4), None, 0.5, UNIT))
    )
    assert "held since 08:00 until 12:00. Planned: 0.5 mcg/kg/min from 12:00." in summary(planned)
    assert table(planned)[-1].meaning.endswith("planned")


def test_nothing_known_is_said_not_guessed():
    assert summary(course(0)) == "Argatroban. No aPTT yet. No infusion rate entered."
    assert table(course(0)) == []


def test_platelets_gate_and_inr():
    text = summary(
        course(
            48,
            platelets=((at(48), 162), (at(0), 62)),
            platelet_gate=150,
            gate_text="Warfarin may start: platelets 162, gate at least 150",
            inr=((at(47), 1.9),),
        )
    )
    assert "Latest platelets 162 × 10⁹/L at 08:00, above the gate of 150." in text
    assert "Warfarin may start: platelets 162, gate at least 150." in text
    assert "Latest INR 1.9 at 07:00." in text


@pytest.mark.parametrize(
    ("count", "words"),
    [(149, "below the gate of 150"), (150, "at the gate of 150"), (151, "above the gate of 150")],
)
def test_the_table_says_on_which_side_of_the_gate(count, words):
    (row,) = table(course(1, platelets=((START, count),), platelet_gate=150))
    assert row.meaning == words


def test_the_table_is_in_order_and_explains_each_change():
    rows = table(with_hold())
    assert [row.time for row in rows] == sorted(row.time for row in rows)
    said = [(r.event, r.value, r.meaning) for r in rows if r.event.startswith("Infusion")]
    assert said == [
        ("Infusion rate", "0.5", "started; pump 2.1 mL/h"),
        ("Infusion rate", "0.75", "raised from 0.5; pump 3.2 mL/h; aPTT 38"),
        ("Infusion held", "", "for 1 h 30 min, until 16:00"),
        ("Infusion rate", "0.5", "resumed (was 0.75); pump 2.1 mL/h; running now"),
    ]
    assert [r.meaning for r in rows if r.event == "aPTT"] == [
        "below target (46 to 90 s)",
        "above target (46 to 90 s)",
        "in target (46 to 90 s)",
    ]
    assert (rows[-1].event, rows[-1].meaning) == ("aPTT due", "not yet drawn")


def test_numbers_are_shown_without_trailing_zeros_and_with_commas():
    heparin = Timeline(
        "heparin", START, at(1), "aPTT", "s", rates=(Segment(START, None, 1250.0, "units/h", 12.5),)
    )
    assert "Running at 1,250 units/h, pump 12.5 mL/h" in summary(heparin)
    assert "5.0" not in summary(course(1, results=(Result(START, 5.0),)))


def test_the_forecast_is_in_words_and_rows():
    ahead = course(1, forecast=((at(2), at(3)), (50, 48.44), (55, 60), (60, 80)))
    assert "Forecast aPTT at 11:00: 48.4 to 80 s." in summary(ahead)
    assert table(ahead)[-1].meaning == "between 48.4 and 80"


def test_times_on_other_days_carry_the_date():
    assert clock(at(20), START) == "04:00 on 22 Nov"


def test_results_given_out_of_order_are_sorted():
    mixed = course(5, results=(Result(at(4), 60, "in"), Result(at(2), 38, "below")))
    assert [r.value for r in mixed.results] == [38, 60]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"results": (Result(START, float("nan")),)}, "finite numbers"),
        ({"rates": (Segment(START, None, float("inf"), UNIT),)}, "finite numbers"),
        ({"rates": (Segment(at(1), START, 1, UNIT),)}, "ends before it"),
        (
            {"rates": (Segment(START, None, 1, UNIT), Segment(at(1), None, 2, UNIT))},
            "Two rates run at once from 2026-11-21 09:00",
        ),
        (
            {"rates": (Segment(START, at(1), 1, UNIT), Segment(at(1), None, 2, "mg/kg/h"))},
            "share a unit",
        ),
        ({"forecast": ((START,), (1.0,), (1.0, 2.0), (3.0,))}, "as many low"),
    ],
)
def test_what_cannot_be_told_truly_is_refused(fields, message):
    with pytest.raises(ValueError, match=message):
        course(2, **fields)


def test_a_target_out_of_order_is_refused():
    with pytest.raises(ValueError, match="not in order"):
        Timeline("argatroban", START, START, "aPTT", "s", window=(90, 46))


def test_a_rate_runs_from_its_first_minute_to_the_last_before_its_end():
    rates = (Segment(START, at(2), 1, UNIT), Segment(at(2), at(4), 2, UNIT))
    assert [running(course(h, rates=rates)).rate for h in (0, 1, 2, 3)] == [1, 1, 2, 2]
    assert running(course(4, rates=rates)) is None
    assert "not running: it ended at 12:00" in summary(course(4, rates=rates))
    early = (Segment(at(1), None, 1, UNIT),)
    assert running(course(0, rates=early)) is None
    assert summary(course(0, rates=early)) == (
        "Argatroban. No aPTT yet. The infusion has not started. Planned: 1 mcg/kg/min from 09:00."
    )


def test_a_planned_hold_is_a_hold():
    rates = (Segment(START, at(2), 1, UNIT), Segment(at(2), at(3), 0, UNIT, held=True))
    assert "Planned: hold from 10:00." in summary(course(1, rates=rates))
    assert [(r.event, r.meaning) for r in table(course(1, rates=rates))] == [
        ("Infusion rate", "started; running now"),
        ("Infusion held", "for 1 h, until 11:00; planned"),
        ("Hold ends", "planned"),
    ]


def test_holds_that_are_over_are_told_with_their_length():
    def hold(start, end):
        return Segment(at(start), at(end), 0, UNIT, held=True)

    rates = (
        hold(0, 1),
        Segment(at(1), at(2), 1, UNIT),
        hold(2, 2.5),
        Segment(at(2.5), None, 1, UNIT),
    )
    assert "Held earlier: 08:00 to 09:00 (1 h); 10:00 to 10:30 (30 min)." in summary(
        course(2.5, rates=rates)
    )
    assert "Held earlier: 08:00 to 09:00 (1 h)." in summary(course(2.25, rates=rates))


def test_each_change_of_the_rate_is_named():
    rates = (
        Segment(at(0), at(1), 1, UNIT),
        Segment(at(1), at(2), 1, UNIT),
        Segment(at(2), at(3), 0.5, UNIT),
        Segment(at(4), at(5), 0.5, UNIT, label="after a pause"),
        Segment(at(5), None, 0, UNIT, held=True),
    )
    assert [(r.event, r.value, r.unit, r.meaning) for r in table(course(6, rates=rates))] == [
        ("Infusion rate", "1", UNIT, "started"),
        ("Infusion rate", "1", UNIT, "unchanged"),
        ("Infusion rate", "0.5", UNIT, "lowered from 1"),
        ("Infusion ended", "", "", ""),
        ("Infusion rate", "0.5", UNIT, "resumed (was 0.5); after a pause"),
        ("Infusion held", "", "", "until further notice; held now"),
    ]


def test_the_end_of_the_last_rate_is_told_once_it_is_past():
    rates = (Segment(at(0), at(2), 1, UNIT),)
    assert [table(course(h, rates=rates))[-1].meaning for h in (1, 2)] == ["planned", ""]


def test_without_a_target_a_result_has_no_side():
    told = Timeline("heparin", START, at(1), "anti-Xa", "", results=(Result(START, 0.5),))
    assert target_text(told) == ""
    assert "Latest anti-Xa 0.5 at 08:00." in summary(told)
    (row,) = table(told)
    assert (row.event, row.value, row.unit, row.meaning) == ("anti-Xa", "0.5", "", "")
    sided = Timeline("heparin", START, at(1), "aPTT", "s", results=(Result(START, 50, "in"),))
    assert "Latest aPTT 50 s at 08:00, in target." in summary(sided)


def test_platelets_without_a_gate_and_inr_are_rows_of_their_own():
    told = course(1, platelets=((START, 62),), inr=((at(0.5), 1.9),))
    assert "Latest platelets 62 × 10⁹/L at 08:00. Latest INR 1.9 at 08:30." in summary(told)
    assert [(r.time, r.event, r.value, r.unit, r.meaning) for r in table(told)] == [
        ("2026-11-21 08:00", "Platelets", "62", "× 10⁹/L", ""),
        ("2026-11-21 08:30", "INR", "1.9", "", ""),
    ]
    assert "Wait. Latest INR" in summary(
        course(1, gate_text="Wait.", platelets=((START, 62),), inr=((START, 1.9),))
    )


def test_a_forecast_is_a_row_for_each_time_with_one_decimal():
    ahead = course(1, forecast=((at(2), at(3)), (50, 48.44), (55, 60.06), (60, 80)))
    assert [(r.event, r.value, r.unit, r.meaning) for r in table(ahead)] == [
        ("aPTT forecast", "55", "s", "between 50 and 60"),
        ("aPTT forecast", "60.1", "s", "between 48.4 and 80"),
    ]
    assert "Forecast" not in summary(course(1, forecast=((), (), (), ())))


def test_the_edges_of_what_can_be_told():
    assert course(2, rates=(Segment(START, START, 1, UNIT),)).rates[0].end == START
    with pytest.raises(ValueError, match="not in order"):
        Timeline("argatroban", START, START, "aPTT", "s", window=(46, 46))
    with pytest.raises(ValueError, match="finite numbers"):
        course(1, rates=(Segment(START, None, 1, UNIT, pump_ml_h=float("nan")),))
    with pytest.raises(ValueError, match="finite numbers"):
        course(1, inr=((START, float("nan")),))
    with pytest.raises(ValueError, match="finite numbers"):
        course(1, platelets=((START, float("inf")),))
    with pytest.raises(ValueError, match="finite numbers"):
        course(1, forecast=((START,), (1.0,), (float("nan"),), (3.0,)))
