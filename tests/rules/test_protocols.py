"""Titration goes from the rate that runs, in the right direction, within its limits."""

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dosing.knowledge.library import cases, load
from dosing.knowledge.seedtypes import Change, Limits, ProtocolRow, Recheck
from dosing.orders.infusion import bolus_given
from dosing.rules import protocols
from dosing.rules.protocols import (
    ACTIONS,
    bolus_unit,
    inputs_of,
    measure_word,
    running_name,
    target_of,
)
from dosing.rules.tables import MISSING, OUTSIDE, grid_of

SEEDS = load()
PROTOCOLS = list(SEEDS.protocols.values())
# Those off the scale are worked in tests/advice/test_offscale.py.
CASES = [
    (n, line)
    for n, lines in cases()
    if n in SEEDS.protocols
    for line in lines
    if not line["why"].startswith("off the scale")
]
NUMBERS = ("rate", "resume_rate", "hold_min", "recheck_h", "bolus", "flat_bolus")
TYPICAL = {"units/kg/h": 30, "units/h": 2000}  # where the source prints no largest rate


def changes(protocol, running, result, before=0):
    """What a protocol makes of results, a ratio formed from its two parts."""
    result = {n: np.asarray(v, float) for n, v in result.items()}
    if {"aptt_s", "baseline_aptt_s"} <= set(result):
        ratio = np.divide(result["aptt_s"], result["baseline_aptt_s"])
        result = {"aptt_ratio": ratio, **result}
    values = {n: np.asarray(result[n], float) for n in protocol.columns if n in result}
    row = np.asarray(grid_of(SEEDS, protocol).rows_for(values))
    row, running = np.broadcast_arrays(row, np.asarray(running, float))
    return protocols.changes(protocol, row, running, before)


def bolus_total(protocol, change, weight_kg):
    """The bolus that is given, and whether its cap bound."""
    flat = ~np.isnan(change.flat_bolus)
    dose = np.where(flat, change.flat_bolus, change.bolus)
    cap = protocol.limits.max_bolus
    by_weight = ~flat & ("/kg" in protocol.dose_unit)
    return bolus_given(dose, by_weight, weight_kg, np.nan if cap is None else cap)[1:]


def most(found):
    return TYPICAL[found.dose_unit] if found.limits.unlimited else found.limits.max_rate


def results(found, seconds, baseline):
    """A result as the protocol measures it: anti-Xa from 0 to 1.5 in place of 15 to 165 s."""
    if "anti_xa_units_ml" in found.columns:
        return {"anti_xa_units_ml": (np.asarray(seconds) - 15) / 100}
    return {"aptt_s": seconds, "baseline_aptt_s": baseline}


@pytest.mark.parametrize(("name", "line"), CASES, ids=[f"{n}: {c['why']}" for n, c in CASES])
def test_case(name, line):
    found = SEEDS.protocols[name]
    given_ = {n: float(line[n]) for n in inputs_of(found) if line.get(n)}
    step = changes(found, float(line["running"]), given_, int(line.get("in_range_before") or 0))
    if line.get("action"):
        assert ACTIONS[int(step.action)] == line["action"]
    for number in NUMBERS:
        if line.get(number):
            assert float(getattr(step, number)) == pytest.approx(float(line[number]), abs=1e-9)


@pytest.mark.parametrize("found", PROTOCOLS, ids=[p.id for p in PROTOCOLS])
@given(
    st.floats(15, 300), st.floats(15, 300), st.floats(20, 60), st.floats(0.01, 1),
)  # fmt: skip
def test_a_higher_result_never_gives_a_higher_rate(found, one, other, baseline, share):
    low, high = sorted((one, other))
    running = share * most(found)
    pair = results(found, np.array([low, high]), np.full(2, baseline))
    step = changes(found, running, pair)
    assert step.rate[1] <= step.rate[0]
    assert step.rate[0] <= found.limits.top
    assert not (np.nan_to_num(step.bolus)[1] > np.nan_to_num(step.bolus)[0])


@pytest.mark.parametrize("found", PROTOCOLS, ids=[p.id for p in PROTOCOLS])
def test_many_are_changed_as_one_by_one(found):
    rng = np.random.default_rng(5)
    aptt, baseline = rng.uniform(15, 150, 200), rng.uniform(20, 60, 200)
    running = rng.uniform(-0.2, 1.2, 200) * most(found)
    aptt[::17] = np.nan
    many = changes(found, running, results(found, aptt, baseline))
    for i in range(200):
        one = changes(found, running[i], results(found, aptt[i], baseline[i]))
        for name in ("row", "action", *NUMBERS):
            assert np.array_equal(getattr(one, name), getattr(many, name)[i], equal_nan=True)


@pytest.mark.parametrize("found", PROTOCOLS, ids=[p.id for p in PROTOCOLS])
@pytest.mark.parametrize("running", [0, -1, np.nan, 1e6])
def test_an_impossible_running_rate_gives_no_next_rate(found, running):
    if running > 0 and found.limits.unlimited:
        running = -running  # above what is possible stops at the door: tests/test_titration.py
    step = changes(found, running, results(found, 40, 30))
    assert int(step.row) < 0
    assert np.isnan(step.rate)
    assert int(step.action) == -1


@pytest.mark.parametrize("found", PROTOCOLS, ids=[p.id for p in PROTOCOLS])
def test_a_missing_result_gives_no_next_rate(found):
    step = changes(found, 0.1, {})
    assert int(step.row) < 0
    assert np.isnan(step.rate)


def test_the_ceiling_binds_and_says_so():
    found = SEEDS.protocols["argatroban-smpc-standard"]
    step = changes(found, 9.8, {"aptt_s": 35, "baseline_aptt_s": 30})
    assert (float(step.rate), bool(step.capped), bool(step.notify)) == (10, True, True)
    at_top = changes(found, 10, {"aptt_s": 35, "baseline_aptt_s": 30})
    assert ACTIONS[int(at_top.action)] == "continue"
    assert bool(at_top.capped)


def test_the_largest_step_binds():
    found = attrs.evolve(
        SEEDS.protocols["argatroban-uhs-2016"], id="own", limits=Limits(max_rate=10, max_step=0.1)
    )
    step = changes(found, 2, {"aptt_s": 30})
    assert float(step.rate) == pytest.approx(2.1)
    assert bool(step.limited)


def test_a_reduction_to_nothing_becomes_a_stop():
    found = SEEDS.protocols["argatroban-ummc-2008-critical"]
    for running, action in ((0.26, "hold"), (0.25, "stop"), (0.1, "stop")):
        step = changes(found, running, {"aptt_s": 95})
        assert ACTIONS[int(step.action)] == action
        assert bool(step.emptied) == (action == "stop")
        assert bool(step.notify) == (action == "stop")


def test_two_results_in_range_widen_the_interval():
    found = SEEDS.protocols["argatroban-smpc-reduced"]
    result = {"aptt_s": 60, "baseline_aptt_s": 30}
    assert float(changes(found, 0.5, result, 0).recheck_h) == 4
    assert float(changes(found, 0.5, result, 1).recheck_h) == 24


def test_the_change_is_from_the_running_rate():
    found = SEEDS.protocols["argatroban-uhs-2016"]
    assert float(changes(found, 1, {"aptt_s": 40}).rate) == 1.2
    assert float(changes(found, 3, {"aptt_s": 40}).rate) == pytest.approx(3.6)


def test_too_long_in_seconds_wins_over_a_low_ratio():
    found = SEEDS.protocols["argatroban-smpc-standard"]
    step = changes(found, 1, {"aptt_s": 101, "baseline_aptt_s": 70})
    assert ACTIONS[int(step.action)] == "hold"


def test_what_a_protocol_measures_and_seeks():
    assert inputs_of(SEEDS.protocols["argatroban-uhs-2016"]) == ("aptt_s",)
    assert set(inputs_of(SEEDS.protocols["argatroban-smpc-standard"])) == {
        "aptt_s", "baseline_aptt_s",
    }  # fmt: skip
    assert 46 in target_of(SEEDS.protocols["argatroban-ummc-2008-normal"])
    assert isinstance(ProtocolRow(when={}, then=Change()).then, Change)


def test_a_bolus_is_by_weight_or_flat_and_capped():
    raschke, flat = SEEDS.protocols["heparin-raschke-1993"], SEEDS.protocols["heparin-acs-2016"]
    low = changes(raschke, 18, {"aptt_s": 30})
    assert bolus_unit(raschke) == "units/kg"
    assert [float(x) for x in bolus_total(raschke, low, 70)] == [5600, False]
    assert np.isnan(bolus_total(raschke, low, np.nan)[0])
    assert np.isnan(bolus_total(raschke, changes(raschke, 18, {"aptt_s": 60}), 70)[0])
    assert bolus_unit(flat) == "units"
    assert float(bolus_total(flat, changes(flat, 1000, {"aptt_s": 29}), np.nan)[0]) == 1200
    capped = SEEDS.protocols["heparin-nsccm-standard"]
    found = bolus_total(capped, changes(capped, 18, {"aptt_s": 55}), np.array([125, 126]))
    assert (found[0].tolist(), found[1].tolist()) == ([10000, 10000], [False, True])


def test_a_flat_bolus_in_a_protocol_by_weight():
    found = SEEDS.protocols["heparin-nsccm-high-risk"]
    step = changes(found, 18, {"aptt_s": 50})
    assert (float(bolus_total(found, step, 100)[0]), bolus_unit(found, True)) == (2000, "units")


def test_words_and_names_follow_measure_and_unit():
    raschke, anti_xa = "heparin-raschke-1993", "heparin-umich-anti-xa-vte"
    assert measure_word(SEEDS.protocols[raschke]) == "aPTT"
    assert measure_word(SEEDS.protocols[anti_xa]) == "anti-Xa"
    assert running_name(SEEDS.protocols[raschke]) == "running"
    assert running_name(SEEDS.protocols["heparin-acs-2016"]) == "heparin_units_h"


def test_without_a_printed_ceiling_none_binds():
    step = changes(SEEDS.protocols["heparin-raschke-1993"], 90, {"aptt_s": 30})
    assert (float(step.rate), bool(step.capped)) == (94, False)


SMPC = SEEDS.protocols["argatroban-smpc-standard"]
RASCHKE = SEEDS.protocols["heparin-raschke-1993"]
LOW = {"aptt_s": 35, "baseline_aptt_s": 30}


@pytest.mark.parametrize(
    ("running", "result"),
    [
        (None, LOW),
        (1, {"aptt_s": None, "baseline_aptt_s": 30}),
        (1, {"aptt_s": 35, "baseline_aptt_s": None}),
    ],
    ids=["no rate", "no aPTT", "no baseline"],
)
def test_what_is_not_known_gives_no_step_and_raises_nothing(running, result):
    step = changes(SMPC, running, result)
    assert int(step.row) == MISSING
    assert np.isnan(step.recheck_h)
    for flag in (step.in_range, step.notify, step.until_in_range, step.limited, step.emptied):
        assert not flag.item()


def test_a_result_outside_is_not_called_missing_when_the_rate_is_missing_too():
    assert int(changes(RASCHKE, np.nan, {"aptt_s": 1e6}).row) == OUTSIDE
    assert int(changes(RASCHKE, np.nan, {"aptt_s": 60}).row) == MISSING
    assert int(changes(RASCHKE, -1, {"aptt_s": 60}).row) == MISSING


def test_in_range_is_a_yes_or_no_for_each_patient():
    step = changes(RASCHKE, 18, {"aptt_s": np.array([34, 60, np.nan])})
    assert step.in_range.dtype == bool
    assert step.in_range.tolist() == [False, True, False]


def test_a_decrease_that_empties_the_infusion_is_a_stop():
    step = changes(RASCHKE, np.array([2, 2.1]), {"aptt_s": 80})
    assert [ACTIONS[a] for a in step.action] == ["stop", "decrease"]
    assert step.emptied.tolist() == [True, False]
    assert step.notify.tolist() == [True, False]
    assert step.rate.tolist() == [0, pytest.approx(0.1)]


def test_the_largest_step_binds_a_decrease_too_and_is_said_only_where_it_binds():
    found = attrs.evolve(RASCHKE, id="own", limits=Limits(unlimited=True, max_step=1))
    step = changes(found, 18, {"aptt_s": np.array([30, 40, 60, 80, 200])})
    assert step.rate.tolist() == [19, 19, 18, 17, 0]
    assert step.resume_rate[4] == 15
    assert step.limited.tolist() == [True, True, False, True, False]
    assert not changes(RASCHKE, 18, {"aptt_s": 30}).limited.item()


def test_a_rate_that_comes_to_the_ceiling_itself_is_not_capped():
    found = attrs.evolve(RASCHKE, id="own", limits=Limits(max_rate=22))
    step = changes(found, np.array([18, 18.1]), {"aptt_s": 30})
    assert step.rate.tolist() == [22, 22]
    assert step.capped.tolist() == [False, True]
    assert step.notify.tolist() == [False, True]


def test_without_a_count_the_result_is_the_first_in_range():
    result = {"aptt_s": 60, "baseline_aptt_s": 30}
    assert float(changes(SEEDS.protocols["argatroban-smpc-reduced"], 0.5, result).recheck_h) == 4


@pytest.mark.parametrize("half", [{"stable_after": 2}, {"stable_h": 24}])
def test_half_a_rule_for_stable_patients_is_none(half):
    rule = Recheck(after_change_h=6, in_range_h=4, **half)
    found = attrs.evolve(RASCHKE, id="own", recheck=rule)
    assert float(changes(found, 18, {"aptt_s": 60}, 5).recheck_h) == 4


def test_a_bolus_is_not_rounded_to_whole_units_before_its_cap():
    low = changes(RASCHKE, 18, {"aptt_s": 30})
    assert float(bolus_total(RASCHKE, low, 70.33)[0]) == 5626.4
    found = SEEDS.protocols["heparin-nsccm-standard"]
    total, capped = bolus_total(found, changes(found, 18, {"aptt_s": 55}), 125.005)
    assert (float(total), bool(capped)) == (10000, True)
