"""The rules beside the rows: they may keep a rate from rising, and never from falling."""

import numpy as np
import pytest

import dosing
from dosing.advice.stepchecks import asked_beside
from dosing.advice.titrate import steps, titrated
from dosing.knowledge.library import load
from dosing.rules.protocols import ACTIONS, now_name
from dosing.rules.timing import timing_of

SEEDS = load()
PROTOCOLS = list(SEEDS.protocols.values())
EACH = pytest.mark.parametrize("protocol", PROTOCOLS, ids=[p.id for p in PROTOCOLS])
LOWERING = ("decrease", "hold", "stop")
USUAL = {"units/kg/h": 18, "units/h": 1000, "mcg/kg/min": 2, "mg/kg/h": 0.1}
REDUCED, STANDARD = "argatroban-smpc-reduced", "argatroban-smpc-standard"
RASCHKE, JECT, DURHAM = "heparin-raschke-1993", "heparin-ject-2023", "heparin-durham-va-2009"
UMICH = "heparin-umich-anti-xa-vte"
B_AT_70 = {"weight_kg": 70, "child_pugh": "B", "baseline_aptt_s": 32}


def ask(protocol, **inputs):
    """The same answer alone and in a frame."""
    import pandas as pd

    alone = dosing.titrate(protocol, **inputs)
    frame = dosing.titrate(protocol, pd.DataFrame([inputs]))
    action = frame["action"][0]
    assert alone.action == (action if isinstance(action, str) else "")
    for name in ("rate", "resume_rate", "recheck_h", "pump_ml_h"):
        value = getattr(alone, name)
        assert frame[name][0] == pytest.approx(np.nan if value is None else value, nan_ok=True)
    return alone


def said(found, level):
    return " ".join(f.text for f in found.findings if f.level == level)


def low(protocol):
    return {"anti_xa_units_ml": 0.25} if protocol.id == UMICH else {"aptt_s": 42}


def high(protocol):
    if protocol.id == UMICH:
        return {"anti_xa_units_ml": 0.85}
    return {"aptt_s": 99 if protocol.drug == "bivalirudin" else 140}


def usual(protocol):
    return {"running": USUAL[protocol.dose_unit], "weight_kg": 70, "baseline_aptt_s": 32}


# First of all

# What may be given beside the result, and what of it is left out (None) or drawn (low, high).
NUMBERS = {
    "hours_since_change": (0, 30), "hours_since_drawn": (0, 30), "hours_since_bolus": (0, 30),
    "running_ml_h": (0, 2500), "weight_kg": (2, 450), "started_at": (0, 20), "age_y": (0, 90),
    "aptt_before_s": (20, 250), "platelets": (1, 400), "bilirubin_mg_dl": (0.1, 20),
    "albumin_g_dl": (1, 5), "baseline_aptt_s": (20, 90), "aptt_ratio": (0.5, 6),
}  # fmt: skip
CHOICES = {
    "pump_step_ml_h": [0.1, 1, 10], "concentration_mg_ml": [0.5, 1, 5, 100, 1000],
    "concentration_units_ml": [40, 100, 5000], "ecmo": ["yes", "no", "perhaps"],
    "child_pugh": ["A", "B", "C"], "critically_ill": ["yes"], "bleeding": ["minor", "major"],
    "hit_confirmed": ["yes"], "ascites": ["none", "severe"], "encephalopathy_grade": [0, 3],
}  # fmt: skip
MOST = {"units/kg/h": 120, "units/h": 25000, "mcg/kg/min": 30, "mg/kg/h": 1}


def anybody(protocol, size, seed):
    """Patients of whom anything may be given, absent, impossible, or contradict the rest."""
    rng = np.random.default_rng(seed)

    def some(values, share):
        return [v if rng.random() < share else None for v in values]

    columns = {n: some(rng.uniform(*ends, size), 0.25) for n, ends in NUMBERS.items()}
    columns |= {n: some(rng.choice(v, size).tolist(), 0.15) for n, v in CHOICES.items()}
    running = np.round(rng.uniform(-0.05, 1, size) * MOST[protocol.dose_unit], 3)
    columns["running"] = some(running, 0.9)
    columns["rate_now"] = some(np.round(running * rng.choice([0.5, 1, 1.5], size), 3), 0.1)
    if protocol.id == UMICH:
        columns["anti_xa_units_ml"] = rng.uniform(0, 3, size)
    else:
        columns["aptt_s"] = rng.uniform(20, 299, size)
    return columns


@EACH
def test_no_rule_withholds_a_reduction_a_hold_or_a_stop(protocol):
    size = 3000
    patients = titrated(SEEDS, protocol, anybody(protocol, size, seed=11), size)
    found = steps(protocol, patients)
    row = found.decision.row
    actions = np.array([*ACTIONS, ""])[np.where(found.known, found.action, -1)]
    halts = np.array([*(r.then.holds or r.then.stop for r in protocol.rows), False])[
        np.maximum(row, -1)
    ]
    lowers = np.array([*(r.then.lowers for r in protocol.rows), False])[np.maximum(row, -1)]
    explained = timing_of(protocol, patients).after_bolus & (actions == "wait")
    now = patients.numbers(now_name(protocol))
    done = ~halts & (now != found.running) & ~np.isnan(now) & (actions == "wait")
    asked = (lowers & (found.running > 0)) | halts
    asked &= ~explained & ~done
    assert asked.sum() > size / 20
    assert set(actions[asked]) <= set(LOWERING)
    lower = found.rate[asked] < found.running[asked]
    assert (lower | ~(found.running[asked] > 0)).all()
    raised = actions == "increase"
    assert raised.any()
    assert (found.rate[raised] > found.running[raised]).all()


@EACH
def test_a_hold_or_stop_needs_no_running_rate(protocol):
    result = {"anti_xa_units_ml": 1.1} if protocol.id == UMICH else {"aptt_s": 140}
    found = ask(protocol.id, weight_kg=70, baseline_aptt_s=32, **result)
    assert found.action in ("hold", "stop")
    assert (found.rate, found.resume_rate) == (0, None)
    assert "running" in found.missing or "heparin_units_h" in found.missing


def test_above_the_ceiling_a_high_result_holds_and_a_low_one_asks():
    held = ask(REDUCED, running=12, aptt_s=126, **B_AT_70)
    assert (held.action, held.rate, held.resume_rate, held.notify) == ("hold", 0, None, True)
    assert "above this protocol's largest rate" in said(held, "stop")
    assert ask(REDUCED, running=12, aptt_s=44, **B_AT_70).action == ""
    lowered = ask("bivalirudin-accp-2012", running=0.3, aptt_s=80, weight_kg=70)
    assert (lowered.action, lowered.rate) == ("decrease", 0.2)


def test_values_that_contradict_each_other_withhold_no_hold():
    parts = {
        "bilirubin_mg_dl": 5, "albumin_g_dl": 2, "ascites": "severe", "encephalopathy_grade": 3,
        "inr": 3,
    }  # fmt: skip
    smpc = {"baseline_aptt_s": 32, "weight_kg": 70, "child_pugh": "A", **parts}
    assert ask(STANDARD, running=2, aptt_s=105, **smpc).action == "hold"
    assert ask(STANDARD, running=2, aptt_s=40, **smpc).action == ""


def test_of_two_ratios_that_contradict_each_other_the_higher_one_holds():
    inputs = {"running": 2, "baseline_aptt_s": 30, "weight_kg": 70}
    assert ask(STANDARD, aptt_s=40, aptt_ratio=3.5, **inputs).action == "hold"
    assert ask(STANDARD, aptt_s=95, aptt_ratio=1.2, **inputs).action == "hold"
    assert ask(STANDARD, aptt_s=40, aptt_ratio=2, **inputs).action == ""


def test_in_hit_a_high_result_holds_heparin_with_no_rate_to_resume_at():
    found = ask(RASCHKE, running=18, aptt_s=110, weight_kg=70, hit_confirmed="yes")
    assert (found.action, found.resume_rate) == ("hold", None)
    assert found.sentence.startswith("Hold the infusion. Settle what is said below")


def test_a_level_that_says_nothing_of_heparin_holds_nothing():
    found = ask(UMICH, running=18, anti_xa_units_ml=1.1, weight_kg=70, xa_inhibitor_taken="yes")
    assert (found.action, found.status) == ("", "stop")


# Too early


@pytest.mark.parametrize(
    ("hours", "action", "rate", "recheck"),
    [
        (2, "wait", 0.5, 2),
        (3.7, "wait", 0.5, 0.3),
        (3.75, "increase", 0.6, 4),
        (4, "increase", 0.6, 4),
    ],
)
def test_a_sample_drawn_too_early_raises_nothing(hours, action, rate, recheck):
    found = ask(REDUCED, running=0.5, aptt_s=44, hours_since_change=hours, **B_AT_70)
    assert (found.action, found.rate) == (action, rate)
    assert found.recheck_h == pytest.approx(recheck)
    assert "before steady state" in said(found, "warn")


@EACH
def test_early_or_on_time_by_each_protocol(protocol):
    interval = protocol.recheck.after_change_h
    inputs = {**usual(protocol), **low(protocol)}
    on_time = ask(protocol.id, hours_since_change=interval - 0.25, **inputs)
    early = ask(protocol.id, hours_since_change=interval - 0.26, **inputs)
    assert (on_time.action, early.action) == ("increase", "wait")
    assert (early.rate, early.bolus, early.pump_ml_h) == (
        inputs["running"], None, early.running_rates["mL/h"],
    )  # fmt: skip
    assert early.recheck_h == pytest.approx(0.26)


@EACH
def test_early_a_high_result_still_lowers(protocol):
    inputs = {**usual(protocol), **high(protocol)}
    expected = dosing.titrate(protocol.id, **inputs)
    found = ask(protocol.id, hours_since_change=0.1, **inputs)
    assert found.action == expected.action
    assert found.action in LOWERING
    assert (found.rate, found.resume_rate) == (expected.rate, expected.resume_rate)


@EACH
def test_after_a_bolus_a_high_result_waits_unless_it_bleeds(protocol):
    interval = protocol.recheck.after_change_h
    inputs = {**usual(protocol), **high(protocol), "hours_since_change": 30}
    soon = {"hours_since_bolus": interval - 0.26}
    found = ask(protocol.id, **soon, **inputs)
    assert (found.action, found.rate, found.notify) == ("wait", inputs["running"], False)
    assert "a bolus, which may explain this high" in said(found, "warn")
    assert ask(protocol.id, hours_since_bolus=interval - 0.25, **inputs).action in LOWERING
    assert ask(protocol.id, **soon, **inputs, bleeding="minor").action in LOWERING
    beyond = {"anti_xa_units_ml": 2} if protocol.id == UMICH else {"aptt_s": 200}
    assert ask(protocol.id, **soon, **(inputs | beyond)).action in LOWERING


def test_the_interval_is_assumed_once_and_said():
    without = ask(REDUCED, running=0.5, aptt_s=44, **B_AT_70)
    known = ask(REDUCED, running=0.5, aptt_s=44, hours_since_change=4, **B_AT_70)
    assert said(without, "note").count("It is assumed that the sample was drawn at least 4 h") == 1
    assert "It is assumed" not in said(known, "note")
    assert (without.action, without.rate) == (known.action, known.rate)


def test_in_range_too_early_waits_as_well():
    found = ask(REDUCED, running=0.5, aptt_s=60, in_range_before=3, hours_since_change=1, **B_AT_70)
    assert (found.action, found.rate, found.recheck_h, found.redraw_now) == ("wait", 0.5, 3, False)
    assert found.sentence.endswith("Next aPTT 3 h after this one was drawn.")


# Too old, and drawn before a change


@EACH
def test_a_sample_too_old_raises_nothing_and_may_lower(protocol):
    old, fresh = {"hours_since_drawn": 4.1}, {"hours_since_drawn": 4}
    inputs = {**usual(protocol), **low(protocol)}
    found = ask(protocol.id, **old, **inputs)
    assert (found.action, found.rate, found.recheck_h) == ("wait", inputs["running"], 4.1)
    assert found.redraw_now
    assert "again now" in found.sentence
    assert ask(protocol.id, **fresh, **inputs).action == "increase"
    assert ask(protocol.id, **old, **usual(protocol), **high(protocol)).action in LOWERING


def test_a_sample_too_old_resumes_nothing():
    found = ask(REDUCED, held_from=0.3, aptt_s=60, hours_since_drawn=5, **B_AT_70)
    assert (found.action, found.rate) == ("wait", 0)
    assert "stays held" in found.sentence
    assert ask(REDUCED, held_from=0.3, aptt_s=60, hours_since_drawn=4, **B_AT_70).action == "resume"


@pytest.mark.parametrize(
    ("aptt", "now", "action", "rate"),
    [
        (40, 20, "wait", 20), (60, 20, "wait", 20), (60, 18, "continue", 18),
        (80, 20, "decrease", 16), (80, 16.1, "decrease", 16), (80, 16, "wait", 16),
        (80, 12, "wait", 12),
    ],
)  # fmt: skip
def test_a_sample_drawn_before_a_change_lowers_only_below_what_runs_now(aptt, now, action, rate):
    found = ask(RASCHKE, running=18, rate_now=now, aptt_s=aptt, weight_kg=70)
    assert (found.action, found.rate) == (action, rate)
    assert found.running_rates["units/kg/h"] == now


@pytest.mark.parametrize(("now", "resume"), [(20, 15), (12, 12)])
def test_a_late_hold_stands_and_resumes_no_higher_than_what_runs_now(now, resume):
    found = ask(RASCHKE, running=18, rate_now=now, aptt_s=95, weight_kg=70)
    assert (found.action, found.resume_rate) == ("hold", resume)


def test_a_late_sample_by_the_hour():
    found = dosing.titrate("heparin-acs-2016", running=1000, rate_now=1100, aptt_s=60)
    assert (found.action, found.rate) == ("wait", 1100)


# Proportion


@pytest.mark.parametrize(
    ("protocol", "running", "action"),
    [
        (STANDARD, 0.05, ""), (STANDARD, 0.49, ""), (STANDARD, 0.5, "increase"),
        (REDUCED, 0.05, ""), (REDUCED, 0.1, "increase"),
        ("argatroban-ummc-2008-normal", 0.9, ""), ("argatroban-ummc-2008-normal", 1, "increase"),
        ("argatroban-ummc-2008-critical", 0.24, ""),
        ("argatroban-ummc-2008-critical", 0.25, "increase"),
        ("argatroban-uhs-2016", 0.05, "increase"), ("bivalirudin-accp-2012", 0.02, "increase"),
        (RASCHKE, 3.9, ""), (RASCHKE, 4, "increase"), (DURHAM, 3.9, ""), (DURHAM, 4, "increase"),
        (JECT, 3.9, ""), (JECT, 4, "increase"), (UMICH, 1.4, ""), (UMICH, 1.5, "increase"),
        ("heparin-nsccm-standard", 3.9, ""), ("heparin-nsccm-standard", 4, "increase"),
        ("heparin-nsccm-high-risk", 1.9, ""), ("heparin-nsccm-high-risk", 2, "increase"),
        ("heparin-pmc8891818", 2.9, ""), ("heparin-pmc8891818", 3, "increase"),
        ("heparin-pmc8891818-no-bolus", 2.9, ""), ("heparin-pmc8891818-no-bolus", 3, "increase"),
        ("heparin-acs-2016", 230, ""), ("heparin-acs-2016", 240, "increase"),
    ],
)  # fmt: skip
def test_no_increase_beyond_twice_but_where_the_protocol_is_written_for_it(
    protocol, running, action
):
    result = {"anti_xa_units_ml": 0.1} if protocol == UMICH else {"aptt_s": 29}
    found = ask(protocol, running=running, weight_kg=170, baseline_aptt_s=30, **result)
    assert found.action == action
    asked = "Check the running rate" in said(found, "needed")
    assert asked == (action == "")


@EACH
def test_each_protocol_says_for_which_rates_it_is_written(protocol):
    assert protocol.written_for is not None


# Domain


@pytest.mark.parametrize(
    ("protocol", "inputs", "fits"),
    [
        (STANDARD, {"child_pugh": "B"}, REDUCED),
        (STANDARD, {"child_pugh": "C"}, ""),
        (STANDARD, {"critically_ill": "yes"}, REDUCED),
        (STANDARD, {"post_cardiac_surgery": "yes"}, REDUCED),
        (STANDARD, {"started_at": 0.5}, REDUCED),
        (STANDARD, {"age_y": 17}, "argatroban-ummc-2008-critical"),
        (REDUCED, {"child_pugh": "C"}, ""),
        (REDUCED, {"started_at": 2}, STANDARD),
        (REDUCED, {"started_at": 2, "child_pugh": "B"}, ""),
        (REDUCED, {"started_at": 2, "critically_ill": "yes"}, ""),
        ("argatroban-ummc-2008-normal", {"child_pugh": "A"}, "argatroban-ummc-2008-critical"),
        ("argatroban-uhs-2016", {"age_y": 10}, "argatroban-ummc-2008-critical"),
        ("bivalirudin-accp-2012", {"age_y": 10}, ""),
        (RASCHKE, {"age_y": 10}, ""),
    ],
)
def test_a_patient_whom_the_protocol_is_not_for_is_told_so_and_nothing_is_raised(
    protocol, inputs, fits
):
    common = usual(SEEDS.protocols[protocol])
    found = ask(protocol, aptt_s=42, **common, **inputs)
    assert (found.action, found.rate, found.status) == ("", None, "stop")
    assert (fits or "No protocol that fits is shipped") in said(found, "stop")
    held = ask(protocol, aptt_s=140, **common, **inputs)
    assert held.action in LOWERING
    assert "this protocol is not written for it" in said(held, "warn")


@EACH
def test_on_ecmo_nothing_is_raised(protocol):
    on = ask(protocol.id, ecmo="yes", **usual(protocol), **low(protocol))
    off = ask(protocol.id, ecmo="no", **usual(protocol), **low(protocol))
    assert (on.action, off.action) == ("", "increase")


@pytest.mark.parametrize(
    ("protocol", "inputs"),
    [
        (STANDARD, {"child_pugh": "A", "started_at": 2, "age_y": 18}),
        (REDUCED, {"child_pugh": "B", "started_at": 0.5, "critically_ill": "yes"}),
        ("argatroban-ummc-2008-critical", {"age_y": 10, "child_pugh": "B"}),
    ],
)
def test_a_patient_whom_the_protocol_is_for_is_told_nothing(protocol, inputs):
    found = ask(protocol, aptt_s=42, **usual(SEEDS.protocols[protocol]), **inputs)
    assert found.action == "increase"
    assert "not written for" not in str(found)


# Beside the table


@pytest.mark.parametrize(
    ("aptt", "before", "action", "resume", "notify"),
    [
        (201, None, "stop", None, True), (200, 100, "hold", 11, True),
        (200, 121, "stop", None, True), (121, 121, "stop", None, True),
        (121, 120, "hold", 12, False), (121, None, "hold", 12, True),
        (120, 121, "hold", 12, False), (110, None, "hold", 12, False),
    ],
)  # fmt: skip
def test_ject_stops_with_no_restart_above_200_s_or_twice_above_120(
    aptt, before, action, resume, notify
):
    found = ask(JECT, running=15, aptt_s=aptt, aptt_before_s=before, weight_kg=70)
    assert (found.action, found.resume_rate, found.notify) == (action, resume, notify)
    assert (found.hold_min is None) == (action == "stop")


@pytest.mark.parametrize(
    ("inputs", "notify"),
    [
        ({"aptt_s": 107}, False), ({"aptt_s": 107.1}, True),
        ({"aptt_s": 80, "platelets": 100}, False), ({"aptt_s": 80, "platelets": 99}, True),
        ({"aptt_s": 80, "platelet_fall_pct": 29}, False),
        ({"aptt_s": 80, "platelet_fall_pct": 30}, True),
        ({"aptt_s": 80, "bleeding": "none"}, False), ({"aptt_s": 80, "bleeding": "minor"}, True),
    ],
)  # fmt: skip
def test_durham_va_says_when_to_notify(inputs, notify):
    assert ask(DURHAM, running=18, weight_kg=70, **inputs).notify == notify


@pytest.mark.parametrize("protocol", ["heparin-nsccm-standard", "heparin-nsccm-high-risk"])
@pytest.mark.parametrize(("fall", "notify"), [(30, False), (30.1, True)])
def test_nsccm_calls_for_a_fall_of_platelets(protocol, fall, notify):
    found = ask(protocol, running=18, aptt_s=90, weight_kg=70, platelet_fall_pct=fall)
    assert (found.action, found.notify) == ("continue", notify)


# What the infusion hardly explains


@pytest.mark.parametrize(
    ("inputs", "asked"),
    [
        ({"aptt_s": 199}, False), ({"aptt_s": 200}, True),
        ({"aptt_s": 95, "aptt_before_s": 47}, True), ({"aptt_s": 95, "aptt_before_s": 48}, False),
    ],
)  # fmt: skip
def test_a_result_far_off_is_asked_about_and_acted_on(inputs, asked):
    found = ask(RASCHKE, running=18, weight_kg=70, **inputs)
    assert found.action == "hold"
    assert ("drawn from the arm of the infusion" in said(found, "note")) == asked


@pytest.mark.parametrize(("aptt", "asked"), [(32, True), (32.1, False)])
def test_a_result_at_the_baseline_asks_for_the_line(aptt, asked):
    found = ask(REDUCED, running=0.5, aptt_s=aptt, **B_AT_70)
    assert ("the line was lost" in said(found, "note")) == asked


def test_what_is_asked_beside_the_rows():
    assert set(asked_beside(SEEDS, SEEDS.protocols[REDUCED])) >= {
        "hours_since_change", "rate_now", "child_pugh", "started_at", "ecmo", "age_y",
    }  # fmt: skip
    assert "rate_now_units_h" in asked_beside(SEEDS, SEEDS.protocols["heparin-acs-2016"])
    assert "anti_xa_before_units_ml" in asked_beside(SEEDS, SEEDS.protocols[UMICH])
