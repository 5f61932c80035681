"""A next step for a result off the scale: the most cautious that the true value could meet."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dosing
from dosing.knowledge.library import cases
from dosing.rules.protocols import ACTIONS
from tests.support import SEEDS

PROTOCOLS = list(SEEDS.protocols)
# The most cautious first, written down apart from the code.
ORDER = ["stop", "hold", "decrease", "", "continue", "wait", "increase", "resume"]


CASES = [
    (n, line)
    for n, lines in cases()
    if n in PROTOCOLS
    for line in lines
    if line["why"].startswith("off the scale")
]
NUMBERS = ("rate", "resume_rate", "hold_min", "recheck_h")


def measured(protocol):
    columns = SEEDS.protocols[protocol].columns
    return "anti_xa_units_ml" if "anti_xa_units_ml" in columns else "aptt_s"


def running(protocol):
    found = SEEDS.protocols[protocol]
    usual = {"units/kg/h": 18, "units/h": 1200}
    return usual.get(found.dose_unit, found.limits.top / 2)


def step(protocol, result, **more):
    given_ = {"running": running(protocol), "baseline_aptt_s": 32, "weight_kg": 70, **more}
    return dosing.titrate(protocol, **{measured(protocol): result, **given_})


def test_every_protocol_has_worked_cases_on_both_sides_of_the_scale():
    for protocol in PROTOCOLS:
        signs = {line[measured(protocol)][:1] for name, line in CASES if name == protocol}
        assert {"<", ">"} <= signs, protocol


@pytest.mark.parametrize(("name", "line"), CASES, ids=[f"{n}: {c['why']}" for n, c in CASES])
def test_case(name, line):
    result = measured(name)
    given_ = {n: line[n] for n in ("running", "weight_kg", "baseline_aptt_s") if line.get(n)}
    found = dosing.titrate(name, **{result: line[result]}, **given_)
    assert found.action == line["action"]
    for number in NUMBERS:
        if number in line and (found.action != "stop" or line[number]):
            assert getattr(found, number) == (float(line[number]) if line[number] else None)
    bolus = line.get("bolus") or line.get("flat_bolus")
    assert found.bolus == (float(bolus) if bolus else None)


def texts(found, level="warn"):
    """What is said at a level; critical values have a test of their own."""
    said = (f.text for f in found.findings if f.level == level)
    return [text for text in said if not text.startswith("Critical: ")]


def test_every_action_has_its_place_in_the_order():
    assert set(ACTIONS) <= set(ORDER)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    "text", [">200", "> 150", "over 180", "above 180", "no clot", "unclottable"]
)
def test_what_is_beyond_the_highest_holds_or_stops(protocol, text):
    if measured(protocol) != "aptt_s":
        text = ">2"
    found = step(protocol, text)
    assert found.status == "ok"
    assert found.action in ("hold", "stop")
    assert found.inputs[measured(protocol)] == text
    assert "the most cautious row that it could meet was taken." in texts(found)[0]


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("number", [300.5, 999, 1000, "720"])
def test_numbers_that_an_analyser_prints_are_not_turned_away(protocol, number):
    if measured(protocol) != "aptt_s":
        number = float(number) / 100
    assert step(protocol, number).action in ("hold", "stop")


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("text", ["-3", "> -3", "1001", "> 5000", "clotted", "high", ">", "> many"])
def test_what_is_plainly_wrong_is_refused_in_a_sentence(protocol, text):
    found = step(protocol, text)
    assert (found.action, found.rate, found.status) == ("", None, "impossible")
    assert texts(found, "needed")


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_unit_of_another_test_is_refused(protocol):
    found = step(protocol, 0.5 if measured(protocol) == "aptt_s" else 60)
    assert (found.action, found.status) == ("", "impossible")


def test_the_sentence_names_the_result_as_it_was_given():
    assert texts(step("heparin-raschke-1993", "> 200"))[0] == (
        "aPTT is given as more than 200 s: the most cautious row that it could meet was taken."
    )
    assert texts(step("heparin-raschke-1993", "< 20"))[0].startswith(
        "aPTT is given as less than 20 s"
    )
    assert texts(step("heparin-raschke-1993", "no clot"))[0].startswith("aPTT is given as no clot")


def test_the_working_shows_the_bound_with_its_sign():
    assert (
        step("argatroban-smpc-reduced", ">200").trace[0] == "aPTT > 200 s ÷ baseline 32 s: > 6.25"
    )
    assert step("heparin-raschke-1993", "< 20").trace[0] == "aPTT < 20 s"
    assert step("heparin-umich-anti-xa-vte", ">2").trace[0] == "anti-Xa > 2 units/mL"
    both = step("argatroban-smpc-reduced", "> 200", baseline_aptt_s="> 40")
    assert both.trace[0] == "aPTT > 200 s ÷ baseline > 40 s: not known"


@pytest.mark.parametrize(
    ("protocol", "result", "action", "rate", "bolus"),
    [
        ("heparin-acs-2016", "< 50", "increase", 1280, None),  # 80 of 80, 160 and 240
        ("heparin-acs-2016", "< 35", "increase", 1360, 600),
        ("heparin-acs-2016", "< 30", "increase", 1440, 1200),
        ("heparin-acs-2016", "<= 30", "increase", 1360, 600),
        ("heparin-raschke-1993", "< 46", "increase", 20, 40),
        ("heparin-raschke-1993", "< 35", "increase", 22, 80),
        ("heparin-raschke-1993", "< 60", "continue", 18, None),
        ("heparin-raschke-1993", "< 80", "decrease", 16, None),
        ("heparin-raschke-1993", "> 30", "hold", 0, None),
        ("heparin-umich-anti-xa-vte", "< 0.1", "increase", 19.5, 80),
        ("heparin-umich-anti-xa-vte", "< 0.25", "increase", 19, 40),
        ("argatroban-uhs-2016", "< 45", "increase", 6, None),
    ],
)
def test_a_low_bound_gives_the_smallest_increase_that_it_could_meet(
    protocol, result, action, rate, bolus
):
    found = step(protocol, result)
    assert (found.action, found.rate, found.bolus) == (action, rate, bolus)


def test_while_held_a_high_bound_keeps_holding_and_a_low_one_resumes():
    more = {"running": 0, "held_from": 0.3}
    assert step("argatroban-smpc-reduced", "> 200", **more).action == "hold"
    assert step("argatroban-smpc-reduced", "> 60", **more).action == "hold"
    assert step("argatroban-smpc-reduced", "< 60", **more).action == "resume"


def test_a_bound_needs_no_baseline_where_the_row_would_hold_whatever_the_ratio():
    assert step("argatroban-smpc-reduced", "> 100", baseline_aptt_s=None).action == "hold"
    low = step("argatroban-smpc-reduced", "< 20", baseline_aptt_s=None)
    assert (low.action, low.missing) == ("", ("baseline_aptt_s",))


def test_a_baseline_off_the_scale_gives_the_most_cautious_row_too():
    assert step("argatroban-smpc-reduced", 60, baseline_aptt_s="< 30").action == "hold"
    assert step("argatroban-smpc-reduced", 60, baseline_aptt_s="< 15.5").action == "hold"


def test_where_some_number_forbids_a_step_its_need_is_said():
    found = step("argatroban-smpc-reduced", 60, baseline_aptt_s="> 30")
    assert (found.action, found.status) == ("", "stop")  # above 66.7 s no target exists
    assert any("the answer depends on the number itself" in t for t in texts(found, "needed"))


def test_a_ratio_that_was_given_may_be_a_bound():
    found = dosing.titrate("argatroban-smpc-reduced", running=0.5, aptt_ratio="> 5", aptt_s=60)
    assert found.action == "hold"


def test_a_given_ratio_on_the_side_of_a_bound_is_no_contradiction():
    one = step("argatroban-smpc-reduced", "> 200", aptt_ratio=9)
    assert one.action == "hold"
    other = step("argatroban-smpc-reduced", "> 200", aptt_ratio=2)
    assert (
        "which is right" in " ".join(texts(other, "needed") + texts(other))
        or other.action == "hold"
    )


@pytest.mark.parametrize("name", ["weight_kg", "running", "held_from", "in_range_before"])
def test_a_bound_is_no_sense_where_a_number_is_needed(name):
    found = step("heparin-raschke-1993", 60, **{name: "> 10"})
    assert (found.action, found.status) == ("", "impossible")
    assert any("is only a bound; a number is needed here." in t for t in texts(found, "needed"))


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_frame_gives_the_same_step_as_the_keyword(protocol):
    results = [">200", "over 100", "no clot", "< 20", "< 50", "60", "> 60", "999", "< 70", ">= 90"]
    if measured(protocol) != "aptt_s":
        results = [">2", "over 1", "> 0.3", "< 0.1", "< 0.25", "0.5", "> 0.75", "9.5", "<= 0.3"]
    frame = pd.DataFrame({
        measured(protocol): results, "running": running(protocol), "weight_kg": 70.0,
        "baseline_aptt_s": 32.0,
    })  # fmt: skip
    found = dosing.titrate(protocol, frame, findings=True)
    for i, result in enumerate(results):
        one = step(protocol, result)
        row = found.iloc[i]
        assert (row["action"], row["rate"]) == (one.action, one.rate)
        assert row["findings"] == [f.to_dict() for f in one.findings]
        for name in ("bolus", "hold_min", "resume_rate", "recheck_h"):
            assert (None if np.isnan(row[name]) else row[name]) == getattr(one, name)


def caution(found):
    """A step as numbers that are smaller the more cautious it is."""
    return (
        ORDER.index(found.action),
        np.inf if found.rate is None else found.rate,
        found.resume_rate or 0,
        found.bolus or 0,
    )


@pytest.mark.parametrize("protocol", PROTOCOLS)
@settings(max_examples=40, deadline=None)
@given(
    above=st.booleans(), at=st.floats(0.02, 0.98), held=st.booleans(),
    share=st.lists(st.floats(0, 1), min_size=5, max_size=5),
    baseline=st.sampled_from([22, 30, 37.5]),
)  # fmt: skip
def test_no_number_that_could_be_meant_asks_for_a_more_cautious_step(
    protocol, above, at, share, baseline, held
):
    low, high = (15, 180) if measured(protocol) == "aptt_s" else (0, 1.4)
    end = {"aptt_s": (15, 1000), "anti_xa_units_ml": (0, 10)}[measured(protocol)][above]
    bound = round(low + at * (high - low), 2)
    more = {"baseline_aptt_s": baseline}
    more |= {"running": 0, "held_from": running(protocol)} if held else {}
    found = step(protocol, f"{'>' if above else '<'} {bound}", **more)
    numbers = [bound + s**3 * (end - bound) for s in share if s > 0.001]
    for number in numbers:
        assert caution(found) <= caution(step(protocol, number, **more)), number
