"""What the pump is set to: rounded, capped, refused where it cannot be."""

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dosing
from dosing.knowledge.library import load
from dosing.orders.infusion import (
    Bolus,
    Pump,
    bolus_given,
    ceiling_remarks,
    dosing_weight,
    infusions,
    pump_of,
    strength_of,
    strength_remarks,
    trace_of,
)
from dosing.orders.pump import dose_of_pump_rate, pump_rate_ml_h
from dosing.rules.remarks import findings_at
from tests.support import patient

SEEDS = load()
ARGATROBAN, BIVALIRUDIN, HEPARIN = (
    SEEDS.drugs[d] for d in ("argatroban", "bivalirudin", "heparin")
)
LABEL = SEEDS.tables["bivalirudin-pci-us-label"].label_table


def made(dose=2.0, unit="mcg/kg/min", kg=70.0, strength=1.0, step=0.1, label=None, **more):
    each = np.broadcast_arrays(*(np.atleast_1d(np.array(x, float)) for x in (dose, kg, strength)))
    dose, kg, bag = (x.copy() for x in each)
    bolus = more.pop("bolus", None)
    if bolus is not None:
        amount, bolus_unit, *most = bolus
        most = np.full(dose.shape, most[0]) if most else np.nan
        bolus = Bolus(np.full(dose.shape, amount, float), bolus_unit, most)
    if "max_rate" in more:
        more["max_rate"] = np.full(dose.shape, more["max_rate"], float)
    return infusions(SEEDS, dose, unit, kg, Pump(bag, step, label), bolus=bolus, **more)


def said(found, i=0):
    return list(findings_at(found.remarks, i))


@pytest.mark.parametrize(
    ("dose", "unit", "kg", "strength", "ml_h"),
    [
        (2, "mcg/kg/min", 70, 1, 8.4), (0.5, "mcg/kg/min", 70, 1, 2.1),
        (10, "mcg/kg/min", 70, 1, 42), (0.15, "mg/kg/h", 70, 5, 2.1),
        (0.15, "mg/kg/h", 70, 0.5, 21), (0.13, "mg/kg/h", 70, 5, 1.8),
        (0.08, "mg/kg/h", 70, 5, 1.1), (0.05, "mg/kg/h", 70, 5, 0.7),
        (0.09, "mg/kg/h", 70, 5, 1.3),
    ],
)  # fmt: skip
def test_pump_rates(dose, unit, kg, strength, ml_h):
    found = made(dose, unit, kg, strength)
    assert found.pump_ml_h[0] == pytest.approx(ml_h)
    assert said(found) == []


@given(st.floats(0.1, 10), st.floats(30, 200), st.sampled_from([0.5, 1.0, 2.0, 5.0]),
       st.sampled_from([0.1, 0.01, 1.0]))  # fmt: skip
def test_rounding_is_never_off_by_more_than_half_a_step(dose, kg, strength, step):
    exact = pump_rate_ml_h(dose, "mcg/kg/min", kg, strength)
    found = made(dose, "mcg/kg/min", kg, strength, step)
    assert abs(found.pump_ml_h[0] - exact) <= step / 2 + 1e-9
    back = dose_of_pump_rate(found.pump_ml_h[0], "mcg/kg/min", kg, strength)
    assert found.given_dose[0] == pytest.approx(back, abs=1e-6)
    assert bool(found.too_slow[0]) == (found.pump_ml_h[0] <= 0)


def test_a_rate_below_the_pumps_step_is_refused():
    found = made(0.0012345, kg=10)
    (stop,) = said(found)
    assert stop.level == "stop"
    assert stop.text.startswith("0.001234 mcg/kg/min is 0.001 mL/h, less than the pump can be set")
    assert trace_of(found, 0)[-1].startswith("0.001234 mcg/kg/min × 10 kg")


def test_the_arithmetic_is_written_out_to_three_decimals():
    assert trace_of(made(), 0) == [
        "2 mcg/kg/min × 70 kg × 60 min/h ÷ 1,000 mcg/mg ÷ 1 mg/mL = 8.4 mL/h",
        "rounded to the pump's step of 0.1 mL/h: 8.4 mL/h, which gives 2 mcg/kg/min",
    ]
    lines = trace_of(made(18, "units/kg/h", 70.077, 100), 0)
    assert lines[0].endswith("÷ 100 units/mL = 12.614 mL/h")
    assert lines[1].endswith("12.6 mL/h, which gives 17.98 units/kg/h")


@pytest.mark.parametrize(
    ("kg", "cap", "pump", "capped"),
    [(100, 1800, 18, False), (100.01, 1800, 18, True), (120, 1800, 18, True), (120, None, 21.6, 0)],
)
def test_a_cap_on_the_rate_binds_above_it_only(kg, cap, pump, capped):
    more = {} if cap is None else {"max_rate": cap}
    found = made(18, "units/kg/h", kg, 100, **more)
    assert found.pump_ml_h[0] == pytest.approx(pump)
    assert np.isnan(found.rate_cap[0]) != bool(capped)
    if capped:
        assert "capped at 1,800 units/h" in trace_of(found, 0)
        (warned,) = said(found)
        assert warned.level == "warn"
        assert warned.text == (
            f"The rate by weight, {18 * kg:,.0f} units/h, is above the cap:"
            " 1,800 units/h is ordered."
        )
    else:
        assert said(found) == []


@pytest.mark.parametrize(
    ("kg", "total", "capped"),
    [(60, 4800, False), (62.5, 5000, False), (62.503, 5000, True), (80, 5000, True)],
)
def test_a_cap_on_the_bolus_binds_above_it_only(kg, total, capped):
    found = made(1000, "units/h", kg, 100, bolus=(80, "units/kg", 5000))
    assert found.bolus_total[0] == total
    assert found.bolus_ml[0] == pytest.approx(total / 100)
    warned = [f.text for f in said(found) if f.level == "warn"]
    assert warned == capped * [
        f"The bolus by weight, {80 * kg:,.0f} units, is above the cap: 5,000 units is ordered."
    ]
    assert trace_of(found, 0)[-1].endswith(f"= {total / 100:g} mL")


def test_the_working_of_a_capped_bolus_adds_up():
    trace = dosing.start("heparin", indication="vte", authority="umich", weight_kg=140).trace
    assert "bolus 80 units/kg × 140 kg = 11,200 units" in trace
    assert "bolus capped at 10,000 units = 100 mL" in trace


def test_a_flat_bolus_and_one_by_weight_together():
    dose, by_weight = np.array([80.0, 5000, np.nan]), np.array([True, False, True])
    wanted, total, capped = bolus_given(dose, by_weight, np.array([70.0, np.nan, 70]), 5500)
    assert wanted[:2].tolist() == [5600, 5000]
    assert total[:2].tolist() == [5500, 5000]
    assert capped.tolist() == [True, False, False]
    assert np.isnan(total[2])


def test_the_volume_of_a_capped_bolus_keeps_three_decimals():
    found = made(18, "units/kg/h", 100, 120, bolus=(80, "units/kg", 5000))
    assert (found.bolus_total[0], found.bolus_ml[0]) == (5000, 41.667)


def test_without_a_strength_a_dose_by_weight_waits_and_another_is_ordered():
    by_weight = made(18, "units/kg/h", 70, np.nan)
    assert by_weight.lacking[0]
    assert [f.level for f in said(by_weight)] == ["needed"]
    assert "Concentration in the pump is needed" in said(by_weight)[0].text
    flat = made(1000, "units/h", 70, np.nan)
    assert not flat.lacking[0]
    assert np.isnan(flat.pump_ml_h[0])
    assert [(f.level, f.text) for f in said(flat)] == [
        ("note", "Give the concentration for the pump rate.")
    ]
    assert trace_of(flat, 0) == []


def pci(strength=5.0, kg=72.0, **more):
    return made(1.75, "mg/kg/h", kg, strength, label=LABEL, bolus=(0.75, "mg/kg"), **more)


def test_a_printed_pump_table_is_never_used_for_another_strength():
    # The rates of the label are for 5 mg/mL: at 0.5 mg/mL they would be a tenth of the dose.
    printed = pci()
    assert (printed.pump_ml_h[0], printed.bolus_ml[0]) == (24.5, 10.5)  # read at 70 kg
    assert said(printed) == []
    assert any(
        "rounded as the label's table prints it: 24.5 mL/h" in x for x in trace_of(printed, 0)
    )
    other = pci(0.5)
    assert (other.pump_ml_h[0], other.bolus_ml[0], other.given_dose[0]) == (252, 108, 1.75)
    (note,) = said(other)
    assert (note.level, note.cite) == ("note", LABEL.cite)
    assert note.text == (
        "The label's pump table is printed for 5 mg/mL: it is not used for 0.5 mg/mL."
    )
    advice = dosing.start(
        "bivalirudin", indication="pci", authority="us-label", label_table=True, weight_kg=70,
        crcl_ml_min=90, concentration_mg_ml=0.5,
    )  # fmt: skip
    assert advice.order.pump_ml_h == 245


def test_a_cap_on_the_rate_binds_where_a_label_prints_more():
    found = pci(max_rate=100)
    assert (found.pump_ml_h[0], found.rate_cap[0]) == (20, 100)
    assert [f.level for f in said(found)] == ["warn"]


def test_each_patient_is_set_as_each_alone():
    doses, kgs, bags = [0.5, 2, 0.0005], [70, 100, 50], [1, 2, 1]
    many = made(doses, kg=kgs, strength=bags)
    for i, (dose, kg, bag) in enumerate(zip(doses, kgs, bags, strict=True)):
        alone = made(dose, kg=kg, strength=bag)
        assert many.pump_ml_h[i] == alone.pump_ml_h[0]
        assert said(many, i) == said(alone)
        assert trace_of(many, i) == trace_of(alone, 0)


@pytest.mark.parametrize(
    ("strength", "level"), [(np.nan, None), (1, None), (2, "warn"), (99.9, "warn"), (100, "stop")]
)
def test_the_concentrate_is_never_in_the_pump(strength, level):
    found = [
        f
        for r in strength_remarks(SEEDS, ARGATROBAN, np.array([float(strength)]))
        for f in [r.at(0)]
        if r.holds(0)
    ]
    assert [f.level for f in found] == ([level] if level else [])
    if level == "stop":
        assert "dilute it 100 times" in found[0].text
        assert found[0].cite == ARGATROBAN.concentrate.cite


def test_an_unusual_strength_is_named_with_the_usual_ones():
    drug = attrs.evolve(HEPARIN, label="Drug", usual_units_ml=(100, 50))
    (one,) = strength_remarks(SEEDS, drug, np.array([75.0]))
    assert one.text_at(0).startswith(
        "Drug at 75 units/mL is not a usual strength (usual: 100 or 50 units/mL)."
    )


@pytest.mark.parametrize(("dose", "stops"), [(10, False), (10.01, True), (15.5, True)])
def test_the_ceiling_is_the_labels(dose, stops):
    (one,) = ceiling_remarks(SEEDS, ARGATROBAN, np.array([dose]), "mcg/kg/min", "hit")
    assert one.holds(0) == stops
    assert (one.level, one.cite) == ("stop", ARGATROBAN.ceiling.cite)
    assert "is above the largest dose of argatroban in the label, 10 mcg/kg/min" in one.text_at(0)
    assert ceiling_remarks(SEEDS, ARGATROBAN, np.array([25.0]), "mcg/kg/min", "pci") == []
    assert ceiling_remarks(SEEDS, ARGATROBAN, np.array([25.0]), "mg/h", "hit") == []


def test_the_sites_weight_cap_and_strength():
    site = attrs.evolve(SEEDS.site, weight_caps={"argatroban": 120.0})
    own = attrs.evolve(SEEDS, site=site)
    weight, (capped,) = dosing_weight(own, ARGATROBAN, np.array([100.0, 140]))
    assert weight.tolist() == [100, 120]
    assert capped.where.tolist() == [False, True]
    assert dosing_weight(SEEDS, ARGATROBAN, np.array([400.0]))[1] == []
    assert strength_of(patient({}), ARGATROBAN, "mcg/kg/min")[0] == 1
    assert strength_of(patient({"concentration_mg_ml": 2}), ARGATROBAN, "mcg/kg/min")[0] == 2


def test_the_pump_of_one_patient():
    assert pump_of(SEEDS, 2, "mcg/kg/min", 70, 1) == pytest.approx(8.4)
    assert pump_of(SEEDS, 0, "mcg/kg/min", 70, 1) == 0
    assert pump_of(SEEDS, 2, "mcg/kg/min", None, 1) is None
    assert pump_of(SEEDS, 0.0001, "mcg/kg/min", 70, 1) is None


def test_a_bolus_in_micrograms_is_a_volume_of_milligrams():
    found = made(2, "mcg/kg/min", 70, 0.5, bolus=(350, "mcg/kg"))
    assert (found.bolus_total[0], found.bolus_ml[0]) == (24500, 49)
