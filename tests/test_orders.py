"""From dose to pump and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dosing
from dosing import orders
from dosing.library import load

SEEDS = load()
ARGATROBAN, BIVALIRUDIN = SEEDS.drugs["argatroban"], SEEDS.drugs["bivalirudin"]
LABELS = [t for t in SEEDS.tables.values() if t.label_table]
PRINTED = [(t, row) for t in LABELS for row in t.label_table.rows]


def infusion(drug=ARGATROBAN, dose=2.0, weight_kg=70.0, mg_ml=1.0, **more):
    return orders.infusion(
        drug, dose, weight_kg=weight_kg, concentration_mg_ml=mg_ml, step_ml_h=0.1, **more
    )


@pytest.mark.parametrize(
    ("table", "row"), PRINTED, ids=[f"{t.id} {r['weight_kg']:g} kg" for t, r in PRINTED]
)
def test_every_printed_row_of_a_label_is_reproduced(table, row):
    label = table.label_table
    then = table.rows[0].then
    pump = orders.label_pump_ml_h(label, then["dose"], table.outputs["dose"], row["weight_kg"])
    assert float(pump) == row["pump_ml_h"]
    if "bolus_ml" in row:
        order, _, _ = infusion(
            SEEDS.drugs[table.drug], then["dose"], row["weight_kg"], label.concentration_mg_ml,
            label=label, bolus=then["bolus"], bolus_unit=table.outputs["bolus"],
        )  # fmt: skip
        assert order.bolus_ml == row["bolus_ml"]


@pytest.mark.parametrize(
    ("drug", "dose", "kg", "mg_ml", "ml_h"),
    [
        (ARGATROBAN, 2, 70, 1, 8.4),
        (ARGATROBAN, 0.5, 70, 1, 2.1),
        (ARGATROBAN, 10, 70, 1, 42),
        (BIVALIRUDIN, 0.15, 70, 5, 2.1),
        (BIVALIRUDIN, 0.15, 70, 0.5, 21),
        (BIVALIRUDIN, 0.13, 70, 5, 1.8),
        (BIVALIRUDIN, 0.08, 70, 5, 1.1),
        (BIVALIRUDIN, 0.05, 70, 5, 0.7),
        (BIVALIRUDIN, 0.09, 70, 5, 1.3),
    ],
)
def test_pump_rates(drug, dose, kg, mg_ml, ml_h):
    order, findings, _ = infusion(drug, dose, kg, mg_ml)
    assert order.pump_ml_h == ml_h
    assert findings == []


def test_the_arithmetic_is_written_out():
    _, _, trace = infusion()
    assert trace[0] == "2 mcg/kg/min × 70 kg × 60 min/h ÷ 1,000 mcg/mg ÷ 1 mg/mL = 8.4 mL/h"


@given(
    st.floats(0.1, 10), st.floats(30, 200), st.sampled_from([0.5, 1.0, 2.0, 5.0]),
    st.sampled_from([0.1, 0.01, 1.0]),
)  # fmt: skip
def test_rounding_is_never_off_by_more_than_half_a_step(dose, kg, mg_ml, step):
    exact = orders.pump_rate_ml_h(dose, "mcg/kg/min", kg, mg_ml)
    order, _, _ = orders.infusion(
        ARGATROBAN, dose, weight_kg=kg, concentration_mg_ml=mg_ml, step_ml_h=step
    )
    if order is None:
        assert exact < step / 2 + 1e-9
    else:
        assert abs(order.pump_ml_h - exact) <= step / 2 + 1e-9
        back = orders.dose_of_pump_rate(order.pump_ml_h, "mcg/kg/min", kg, mg_ml)
        assert order.given_dose == pytest.approx(back, abs=1e-6)


def test_a_rate_below_the_pumps_step_is_refused():
    order, findings, _ = infusion(dose=0.005, weight_kg=70)
    assert order is None
    assert "less than the pump can be set to" in findings[0].text


def test_the_time_at_which_a_bag_runs_out():
    order, _, _ = infusion(bag_ml=100)
    assert (order.bag_ml, order.bag_life_h) == (100, 11.9)
    assert infusion()[0].bag_ml == ARGATROBAN.bag_ml


@pytest.mark.parametrize(
    ("mg_ml", "level"), [(None, None), (1, None), (2, "warn"), (99.9, "warn"), (100, "stop")]
)
def test_the_concentrate_is_never_in_the_pump(mg_ml, level):
    found = orders.check_concentration(ARGATROBAN, mg_ml)
    assert [f.level for f in found] == ([level] if level else [])
    if level == "stop":
        assert "dilute it 100 times" in found[0].text


@pytest.mark.parametrize(("dose", "stops"), [(10, False), (10.01, True), (15.5, True)])
def test_the_ceiling_is_the_labels(dose, stops):
    found = orders.check_ceiling(ARGATROBAN, dose, "mcg/kg/min", "hit")
    assert bool(found) == stops
    assert orders.check_ceiling(ARGATROBAN, 25, "mcg/kg/min", "pci") == []


def test_doses_that_are_no_infusion_have_no_pump_rate():
    with pytest.raises(ValueError, match="mg is not a pump dose"):
        orders.pump_rate_ml_h(5, "mg", 70, 1)


def test_a_fixed_dose_reads_as_an_order():
    order = orders.Order(
        drug="fondaparinux", dose=7.5, unit="mg", route="subcutaneous injection", every_h=24
    )
    assert str(order) == "fondaparinux 7.5 mg subcutaneous injection daily"


def test_an_order_under_a_cap_says_the_cap_first():
    order = dosing.start("heparin", "vte", "umich", weight_kg=140).order
    assert order.rate_cap == 1800
    assert str(order) == "heparin 1,800 units/h (the cap; by weight 18 units/kg/h)"
    assert dosing.start("heparin", "vte", "umich", weight_kg=100).order.rate_cap is None


def test_the_working_of_a_capped_bolus_adds_up():
    trace = dosing.start("heparin", "vte", "umich", weight_kg=140).trace
    assert "bolus 80 units/kg × 140 kg = 11,200 units" in trace
    assert "bolus capped at 10,000 units = 100 mL" in trace


def test_a_rate_that_is_not_by_weight_needs_no_strength():
    drug = SEEDS.drugs["danaparoid"]
    then = ({"dose": 300, "for_h": 4}, {"text": "stop"})
    more = {"weight_kg": 70, "step_ml_h": 0.1, "bolus": 2250, "bolus_unit": "units", "then": then}
    order, said, _ = orders.infusion(drug, 400, concentration_mg_ml=None, **more)
    assert (order.pump_ml_h, order.bolus_words()) == (None, "2,250 units")
    assert [f.level for f in said] == ["note"]
    order, said, _ = orders.infusion(drug, 400, concentration_mg_ml=100, **more)
    assert (order.pump_ml_h, order.bolus_words(), said) == (4, "2,250 units = 22.5 mL", [])
    assert order.then == ({"dose": 300, "for_h": 4, "pump_ml_h": 3}, {"text": "stop"})
    order, said, _ = orders.infusion(
        SEEDS.drugs["argatroban"], 2, weight_kg=70, concentration_mg_ml=None, step_ml_h=0.1
    )
    assert order is None
    assert "Concentration in the pump is needed" in said[0].text
