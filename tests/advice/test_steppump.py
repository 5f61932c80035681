"""Whether the pump can give the next step, and what it is set to when it cannot quite."""

import pytest

import dosing

RASCHKE, BIVALIRUDIN = "heparin-raschke-1993", "bivalirudin-accp-2012"


def said(found, level):
    return " ".join(f.text for f in found.findings if f.level == level)


def test_rounding_beyond_the_site_s_limit_names_the_strength_that_would_do():
    found = dosing.titrate(BIVALIRUDIN, running=0.032, aptt_s=40, weight_kg=70)
    assert (found.action, found.rate, found.pump_ml_h) == ("increase", 0.04, 0.6)
    assert "0.6 mL/h for 0.56 mL/h, which is 7% off: 0.5 mg/mL gives 5.6 mL/h" in said(
        found, "warn"
    )


def test_rounding_within_it_is_not_spoken_of():
    found = dosing.titrate(BIVALIRUDIN, running=0.16, aptt_s=40, weight_kg=70)
    assert (found.action, found.pump_ml_h) == ("increase", 2.8)
    assert "off" not in said(found, "warn")


def test_an_increase_that_the_pump_cannot_give_is_not_ordered():
    found = dosing.titrate(BIVALIRUDIN, running=0.02, aptt_s=40, weight_kg=25)
    assert (found.action, found.rate) == ("", None)
    assert "0.1 mL/h for 0.125 mL/h, which is 20% off: 0.5 mg/mL gives 1.3 mL/h" in said(
        found, "stop"
    )
    coarse = dosing.titrate(RASCHKE, running=10.5, aptt_s=40, weight_kg=70, pump_step_ml_h=10)
    assert (coarse.action, coarse.rate) == ("increase", 12.5)
    refused = dosing.titrate(RASCHKE, running=16, aptt_s=40, weight_kg=70, pump_step_ml_h=10)
    assert (refused.action, refused.rate, refused.status) == ("", None, "stop")
    assert "10 mL/h for 12.6 mL/h, which is 21% off" in said(refused, "stop")


def test_the_step_of_the_pump_may_be_given():
    found = dosing.titrate(RASCHKE, running=18, aptt_s=40, weight_kg=70, pump_step_ml_h=1)
    assert found.pump_ml_h == 14
    found = dosing.titrate(RASCHKE, running=18, aptt_s=80, weight_kg=70, pump_step_ml_h=1)
    assert (found.action, found.pump_ml_h) == ("decrease", 11)


def test_a_reduction_that_the_pump_cannot_show_names_its_nearest_lower_setting():
    found = dosing.titrate(BIVALIRUDIN, running=0.02, aptt_s=80, weight_kg=40)
    # 0.12 mL/h are wanted of 0.16, which the pump shows as 0.2
    assert (found.action, found.pump_ml_h) == ("decrease", 0.1)
    assert "nearest lower setting, 0.1 mL/h" in said(found, "warn")
    assert found.given_dose == pytest.approx(0.0125)


def test_a_reduction_below_the_smallest_setting_is_a_hold():
    found = dosing.titrate(BIVALIRUDIN, running=0.01, aptt_s=80, weight_kg=40)
    assert (found.action, found.rate, found.pump_ml_h, found.resume_rate) == ("hold", 0, 0, None)
    assert found.notify
    assert "the infusion is held" in said(found, "warn")
    assert "Settle what is said below before it is resumed." in found.sentence


def test_a_reduction_never_leaves_the_pump_where_it_is():
    found = dosing.titrate(
        RASCHKE, running_ml_h=10, aptt_s=80, weight_kg=200, concentration_units_ml=100,
        pump_step_ml_h=5,
    )  # fmt: skip
    assert (found.action, found.pump_ml_h) == ("decrease", 5)


def test_an_increase_that_would_lower_the_pump_is_asked_about():
    found = dosing.titrate(RASCHKE, running_ml_h=14.4, aptt_s=40, weight_kg=10, pump_step_ml_h=5)
    assert (found.action, found.pump_ml_h) == ("increase", 15)
    found = dosing.titrate(RASCHKE, running_ml_h=11.5, aptt_s=40, weight_kg=25, pump_step_ml_h=1)
    assert (found.action, found.pump_ml_h) == ("increase", 12)
    found = dosing.titrate(RASCHKE, running_ml_h=10.5, aptt_s=40, weight_kg=20, pump_step_ml_h=2)
    assert (found.action, found.rate) == ("", None)
    assert "The pump shows 10.5 mL/h and the increase would set it to 10 mL/h" in said(
        found, "needed"
    )


def test_an_increase_that_the_pump_cannot_show_is_said():
    found = dosing.titrate(RASCHKE, running=20, aptt_s=40, weight_kg=5, pump_step_ml_h=0.5)
    assert (found.action, found.pump_ml_h) == ("increase", 1)
    assert "cannot show this increase: it stays at 1 mL/h" in said(found, "warn")


def test_the_step_after_this_one_is_looked_at():
    found = dosing.titrate(BIVALIRUDIN, running=0.03, aptt_s=40, weight_kg=70)
    assert "The step after this one could not be set" in said(found, "warn")
    found = dosing.titrate(RASCHKE, running=18, aptt_s=40, weight_kg=70)
    assert "The step after" not in said(found, "warn")


def test_the_concentrate_withholds_an_increase_and_no_hold():
    smpc = {"baseline_aptt_s": 32, "weight_kg": 70, "concentration_mg_ml": 100}
    low = dosing.titrate("argatroban-smpc-reduced", running=0.5, aptt_s=44, **smpc)
    high = dosing.titrate("argatroban-smpc-reduced", running=0.5, aptt_s=105, **smpc)
    assert (low.action, high.action, high.resume_rate) == ("", "hold", None)
