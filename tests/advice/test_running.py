"""The rate that runs, however it was given, and one rate in all units."""

import numpy as np
import pytest

import dosing
from dosing.advice.running import alternatives, in_all_units, mass_an_hour
from dosing.knowledge.library import load

SEEDS = load()
RASCHKE, ACS = "heparin-raschke-1993", "heparin-acs-2016"
STANDARD, BIVALIRUDIN = "argatroban-smpc-standard", "bivalirudin-accp-2012"
AT_70 = {"weight_kg": 70}


@pytest.mark.parametrize(
    ("protocol", "given", "result", "rate", "new"),
    [
        (RASCHKE, {"running_ml_h": 12.6}, {"aptt_s": 40}, 18, 20),
        (RASCHKE, {"running_ml_h": 25.2, "concentration_units_ml": 50}, {"aptt_s": 40}, 18, 20),
        (RASCHKE, {"heparin_units_h": 1260}, {"aptt_s": 40}, 18, 20),
        (RASCHKE, {"heparin_units_kg_h": 18}, {"aptt_s": 40}, 18, 20),
        (ACS, {"running_ml_h": 10}, {"aptt_s": 40}, 1000, 1080),
        (ACS, {"heparin_units_kg_h": 10}, {"aptt_s": 40}, 700, 780),
        (STANDARD, {"running_ml_h": 8.4}, {"aptt_s": 40, "baseline_aptt_s": 30}, 2, 2.5),
        (STANDARD, {"running_mg_h": 8.4}, {"aptt_s": 40, "baseline_aptt_s": 30}, 2, 2.5),
        (STANDARD, {"running_mg_kg_h": 0.12}, {"aptt_s": 40, "baseline_aptt_s": 30}, 2, 2.5),
        (STANDARD, {"running_mcg_kg_min": 2}, {"aptt_s": 40, "baseline_aptt_s": 30}, 2, 2.5),
        (BIVALIRUDIN, {"running_ml_h": 1.4}, {"aptt_s": 40}, 0.1, 0.125),
        (BIVALIRUDIN, {"running_mg_kg_h": 0.1}, {"aptt_s": 40}, 0.1, 0.125),
    ],
)
def test_a_rate_is_read_in_any_unit_alone_and_in_a_frame(protocol, given, result, rate, new):
    import pandas as pd

    found = dosing.titrate(protocol, **given, **result, **AT_70)
    unit = SEEDS.protocols[protocol].dose_unit
    assert found.running_rates[unit] == pytest.approx(rate, rel=1e-6)
    assert (found.action, found.rate) == ("increase", pytest.approx(new, rel=1e-6))
    frame = dosing.titrate(protocol, pd.DataFrame([{**given, **result, **AT_70}]))
    assert frame["rate"][0] == pytest.approx(new, rel=1e-6)


def test_old_and_new_stand_side_by_side_in_every_unit():
    found = dosing.titrate(RASCHKE, running_ml_h=12.6, aptt_s=40, **AT_70)
    assert found.running_rates == {"units/kg/h": 18, "units/h": 1260, "mL/h": 12.6}
    assert found.rates == {"units/kg/h": 20, "units/h": 1400, "mL/h": 14}
    assert found.side_by_side == "12.6 → 14 mL/h; 18 → 20 units/kg/h; 1,260 → 1,400 units/h"
    assert f"\n  {found.side_by_side}\n" in str(found)


def test_nothing_stands_side_by_side_where_nothing_changes():
    found = dosing.titrate(RASCHKE, running_ml_h=12.6, aptt_s=60, **AT_70)
    assert (found.action, found.side_by_side, found.pump_ml_h) == ("continue", "", 12.6)


def test_what_goes_on_goes_on_as_the_pump_shows_it():
    found = dosing.titrate(RASCHKE, running_ml_h=12.63, aptt_s=60, **AT_70)
    assert (found.action, found.pump_ml_h) == ("continue", 12.63)
    assert found.rate == pytest.approx(18.042857)


def test_two_rates_that_differ_raise_nothing_and_are_both_shown():
    found = dosing.titrate(RASCHKE, running=9, running_ml_h=12.6, aptt_s=40, **AT_70)
    assert (found.action, found.rate, found.rates) == ("", None, {})
    said = [f.text for f in found.findings if f.level == "needed"]
    assert "9 units/kg/h and 12.6 mL/h (18 units/kg/h)" in said[0]


@pytest.mark.parametrize(("aptt", "action", "rate"), [(80, "decrease", 7), (95, "hold", 0)])
def test_two_rates_that_differ_withhold_no_reduction_and_no_hold(aptt, action, rate):
    found = dosing.titrate(RASCHKE, running=9, running_ml_h=12.6, aptt_s=aptt, **AT_70)
    assert (found.action, found.rate, found.resume_rate) == (action, rate, None)


@pytest.mark.parametrize(
    ("pump", "action"), [(12.6, "increase"), (12.65, "increase"), (13.2, "increase"), (13.4, "")]
)
def test_a_rate_that_the_pump_rounded_is_no_other_rate(pump, action):
    assert (
        dosing.titrate(RASCHKE, running=18, running_ml_h=pump, aptt_s=40, **AT_70).action == action
    )


def test_the_weight_is_asked_for_where_the_rate_follows_from_it():
    assert dosing.titrate(RASCHKE, running_ml_h=12.6, aptt_s=40).missing == ("weight_kg",)
    assert dosing.titrate(ACS, running_ml_h=10, aptt_s=40).rate == 1080
    assert dosing.titrate(STANDARD, running_mg_kg_h=0.12, aptt_s=40, baseline_aptt_s=30).rate == 2.5


def test_a_rate_that_cannot_be_is_refused_in_any_unit():
    found = dosing.titrate(RASCHKE, running_ml_h=5000, aptt_s=40, **AT_70)
    assert (found.action, found.status) == ("", "impossible")


def test_one_rate_in_all_units():
    assert in_all_units(18, "units/kg/h", np.nan, None) == {"units/kg/h": 18}
    assert in_all_units(1260, "units/h", 70, 12.6) == {
        "units/kg/h": 18, "units/h": 1260, "mL/h": 12.6,
    }  # fmt: skip
    assert in_all_units(None, "units/h", 70, 1) == in_all_units(np.nan, "units/h", 70, 1) == {}
    assert mass_an_hour(0.1, "mg/kg/h", 70) == pytest.approx(7)


def test_each_protocol_takes_the_rate_by_the_pump():
    assert all(alternatives(p)[-1] == "running_ml_h" for p in SEEDS.protocols.values())
