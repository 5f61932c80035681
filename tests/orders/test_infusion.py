"""From dose to pump and back."""

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dosing
from dosing.knowledge.library import load
from dosing.orders import infusion as orders

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
    pump = orders.label_pump_ml_h(label, then.dose, table.outputs["dose"], row["weight_kg"])
    assert float(pump) == row["pump_ml_h"]
    if "bolus_ml" in row:
        order, _, _ = infusion(
            SEEDS.drugs[table.drug], then.dose, row["weight_kg"], label.concentration_mg_ml,
            label=label, bolus=then.bolus, bolus_unit=table.outputs["bolus"],
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


BIVALIRUDIN_LABEL = SEEDS.tables["bivalirudin-pci-us-label"].label_table


def pci(mg_ml=5, weight_kg=72, **more):
    return infusion(
        BIVALIRUDIN, 1.75, weight_kg, mg_ml, label=BIVALIRUDIN_LABEL, bolus=0.75,
        bolus_unit="mg/kg", **more,
    )  # fmt: skip


def test_a_printed_pump_table_is_never_used_for_another_strength():
    # The rates of the label are for 5 mg/mL: at 0.5 mg/mL they would be a tenth of the dose.
    printed, said, trace = pci()
    assert (printed.pump_ml_h, printed.bolus_ml, said) == (24.5, 10.5, [])  # read at 70 kg
    assert any("rounded as the label's table prints it: 24.5 mL/h" in line for line in trace)
    other, said, _ = pci(0.5)
    assert (other.pump_ml_h, other.bolus_ml, other.given_dose) == (252, 108, 1.75)
    assert [(f.level, f.cite) for f in said] == [("note", BIVALIRUDIN_LABEL.cite)]
    assert said[0].text == (
        "The label's pump table is printed for 5 mg/mL: it is not used for 0.5 mg/mL."
    )
    assert not other.capped
    advice = dosing.start(
        "bivalirudin", "pci", "us-label", label_table=True, weight_kg=70, crcl_ml_min=90,
        concentration_mg_ml=0.5,
    )  # fmt: skip
    assert advice.order.pump_ml_h == 245


def test_a_cap_on_the_rate_binds_where_a_label_prints_more():
    order, said, _ = pci(max_rate=100)
    assert (order.pump_ml_h, order.rate_cap, order.capped) == (20, 100, True)
    assert [f.level for f in said] == ["warn"]


HEPARIN = attrs.evolve(SEEDS.drugs["heparin"], label="Drug", route="iv", usual_units_ml=(100, 50))


def heparin(dose=18, weight_kg=100.0, strength=100, **more):
    return infusion(HEPARIN, dose, weight_kg, strength, **more)


def test_an_order_in_units_says_its_strength_in_units():
    order, said, trace = heparin(bag_ml=250)
    assert (order.concentration, order.concentration_unit) == (100, "units/mL")
    assert (order.route, order.weight_kg, order.capped, order.bolus_total) == (
        "iv", 100, False, None,
    )  # fmt: skip
    assert (order.pump_ml_h, order.bag_life_h, said) == (18, 13.89, [])
    assert trace == [
        "18 units/kg/h × 100 kg ÷ 100 units/mL = 18 mL/h",
        "rounded to the pump's step of 0.1 mL/h: 18 mL/h, which gives 18 units/kg/h",
    ]
    assert infusion()[0].concentration_unit == "mg/mL"
    assert order.to_dict()["pump_ml_h"] == 18


def test_the_arithmetic_is_rounded_to_three_decimals():
    _, _, trace = heparin(weight_kg=70.077)
    assert trace[0].endswith("÷ 100 units/mL = 12.614 mL/h")
    assert trace[1].endswith("12.6 mL/h, which gives 17.98 units/kg/h")
    _, (stop,), _ = infusion(dose=0.0012345, weight_kg=10)
    assert stop.level == "stop"
    assert stop.text.startswith("0.001234 mcg/kg/min is 0.001 mL/h, less than")


@pytest.mark.parametrize(
    ("weight_kg", "cap", "pump", "capped"),
    [(100, 1800, 18, False), (100.01, 1800, 18, True), (120, 1800, 18, True), (120, None, 21.6, 0)],
)
def test_a_cap_on_the_rate_binds_above_it_only(weight_kg, cap, pump, capped):
    order, said, trace = heparin(weight_kg=weight_kg, max_rate=cap)
    assert (order.pump_ml_h, order.capped) == (pump, bool(capped))
    assert order.rate_cap == (cap if capped else None)
    if capped:
        assert "capped at 1,800 units/h" in trace
        assert [f.level for f in said] == ["warn"]
        assert said[0].text == (
            f"The rate by weight, {18 * weight_kg:,.0f} units/h, is above the cap:"
            " 1,800 units/h is ordered."
        )
    else:
        assert said == []


@pytest.mark.parametrize("strength", [100, None], ids=["with a pump rate", "without"])
@pytest.mark.parametrize(
    ("weight_kg", "total", "capped"),
    [(60, 4800, False), (62.5, 5000, False), (62.503, 5000, True), (80, 5000, True)],
)
def test_a_cap_on_the_bolus_binds_above_it_only(strength, weight_kg, total, capped):
    order, said, trace = infusion(
        HEPARIN, 1000, weight_kg, strength, unit="units/h", bolus=80, bolus_unit="units/kg",
        max_bolus=5000,
    )  # fmt: skip
    assert (order.bolus_total, order.capped) == (total, capped)
    warned = [f.text for f in said if f.level == "warn"]
    assert warned == capped * [
        f"The bolus by weight, {80 * weight_kg:,.0f} units, is above the cap:"
        " 5,000 units is ordered."
    ]
    if strength:
        assert order.bolus_ml == total / 100
        assert trace[-1].endswith(f"= {total / 100:g} mL")


def test_an_order_without_a_strength_is_whole_but_for_the_pump():
    order, said, trace = infusion(HEPARIN, 1000, 70, None, unit="units/h", for_h=24)
    assert (order.drug, order.dose, order.unit, order.route) == ("Drug", 1000, "units/h", "iv")
    assert (order.weight_kg, order.capped, order.for_h) == (70, False, 24)
    assert (order.bolus, order.bolus_unit, order.bolus_total) == (None, None, None)
    assert [(f.level, f.text) for f in said] == [
        ("note", "Give the concentration for the pump rate."),
    ]  # fmt: skip
    assert trace == []
    none, said, _ = infusion(HEPARIN, 18, 70, None)
    assert (none, [f.level for f in said]) == (None, ["needed"])


def test_a_unit_without_a_bolus_is_no_bolus():
    for strength in (100, None):
        order, _, _ = infusion(HEPARIN, 1000, 70, strength, unit="units/h", bolus_unit="units/kg")
        assert (order.bolus, order.bolus_unit, order.bolus_total) == (None, None, None)
        assert order.bolus_words() == ""


def test_a_bolus_in_words_as_mass_and_volume():
    order, _, trace = heparin(weight_kg=70.077, bolus=80, bolus_unit="units/kg")
    assert order.bolus_words() == "5,606.16 units = 56.06 mL"
    assert order.bolus_words(1) == "5,606.16 units = 56.1 mL"
    assert trace[-1] == "bolus 80 units/kg × 70.077 kg = 5,606.16 units = 56.06 mL"
    flat, _, trace = heparin(bolus=5000, bolus_unit="units")
    assert flat.bolus_words() == "5,000 units = 50 mL"
    assert trace[-1] == "bolus 5,000 units = 50 mL"


def test_later_steps_of_an_infusion_have_pump_rates_in_their_own_unit_only():
    then = ({"dose": 12}, {"dose": 5, "unit": "mg"}, {"text": "stop"})
    order, _, _ = heparin(then=then)
    assert order.then == ({"dose": 12, "pump_ml_h": 12}, *then[1:])


def test_a_pump_rate_by_weight_and_one_that_is_not_are_undone_as_they_were_made():
    for unit in ("mcg/kg/min", "mg/kg/h", "mg/h", "units/kg/h", "units/h"):
        rate = orders.pump_rate_ml_h(3, unit, 70, 5)
        assert orders.dose_of_pump_rate(rate, unit, 70, 5) == pytest.approx(3)
    assert orders.dose_of_pump_rate(10, "units/h", 70, 100) == 1000
    assert orders.dose_of_pump_rate(10, "units/kg/h", 50, 100) == 20
    assert orders.strength_name("units/kg/h") == "concentration_units_ml"
    assert orders.strength_name("mcg/kg/min") == "concentration_mg_ml"


def test_an_unusual_strength_is_named_with_the_usual_ones():
    (said,) = orders.check_concentration(HEPARIN, 75)
    assert said.text.startswith(
        "Drug at 75 units/mL is not a usual strength (usual: 100 or 50 units/mL)."
    )
    assert said.level == "warn"
    (said,) = orders.check_concentration(BIVALIRUDIN, 1)
    assert "at 1 mg/mL is not a usual strength (usual: 5 or 0.5 mg/mL)" in said.text
    (stop,) = orders.check_concentration(ARGATROBAN, 100)
    assert stop.cite == ARGATROBAN.concentrate.cite


def test_a_dose_above_the_ceiling_says_both_and_its_source():
    (stop,) = orders.check_ceiling(ARGATROBAN, 10.5, "mcg/kg/min", "hit")
    assert (stop.level, stop.cite) == ("stop", ARGATROBAN.ceiling.cite)
    assert stop.text == (
        "10.5 mcg/kg/min is above the largest dose of argatroban in the label, 10 mcg/kg/min."
    )
    assert orders.check_ceiling(ARGATROBAN, 10.5, "mg/h", "hit") == []


LABELLED = {"drug": "x", "dose": 15, "unit": "mg", "route": "oral"}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "x 15 mg"),
        ({"every_h": 12}, "x 15 mg oral every 12 h"),
        ({"how": "with food"}, "x 15 mg oral with food"),
        ({"on_days": (1, 4)}, "x 15 mg oral on days 1 and 4"),
        ({"every_h": 12, "for_days": 21}, "x 15 mg oral every 12 h for 21 days"),
        ({"every_h": 12, "for_days": 1}, "x 15 mg oral every 12 h for 1 day"),
        ({"every_h": 12, "for_h": 36}, "x 15 mg oral every 12 h for 36 h"),
        ({"every_h": 24, "route": ""}, "x 15 mg daily"),
        ({"every_h": 24, "for_days": 2, "how": "with food"},
         "x 15 mg oral daily for 2 days with food"),
        ({"total": 1050, "total_unit": "mg", "unit": "mg/kg"}, "x 15 mg/kg = 1,050 mg"),
        ({"then": ({"text": "stop"},)}, "x 15 mg oral, then stop"),
        ({"then": ({"dose": 20, "every_h": 24, "how": "with food"}, {"text": "stop"})},
         "x 15 mg oral, then 20 mg daily with food, then stop"),
        ({"then": ({"dose": 3, "unit": "mg/h", "pump_ml_h": 4.5, "for_h": 4},)},
         "x 15 mg oral, then 3 mg/h (pump 4.5 mL/h) for 4 h"),
        ({"total_unit": "mg", "then": ({"dose": 3, "total": 180, "on_days": [4], "for_days": 7},)},
         "x 15 mg oral, then 3 mg = 180 mg on day 4 for 7 days"),
    ],
    ids=lambda x: x if isinstance(x, str) else "",
)  # fmt: skip
def test_an_order_in_words(fields, words):
    assert str(orders.Order(**LABELLED | fields)) == words


def test_further_fields_and_later_steps_reach_the_order_with_and_without_a_pump_rate():
    then = ({"dose": 500, "for_h": 4},)
    for strength in (100, None):
        order, _, _ = infusion(
            HEPARIN, 1000, 70, strength, unit="units/h", for_h=24, recheck_h=6, then=then
        )
        assert (order.for_h, order.recheck_h, order.then[0]["dose"]) == (24, 6, 500)


def test_the_volume_of_a_capped_bolus_keeps_three_decimals():
    order, _, _ = heparin(strength=120, bolus=80, bolus_unit="units/kg", max_bolus=5000)
    assert (order.bolus_total, order.bolus_ml) == (5000, 41.667)


def test_a_unit_that_no_pump_takes_is_refused_with_those_that_it_does():
    with pytest.raises(ValueError, match=r"one of mcg/kg/min, mg/kg/h, mg/h, units/kg/h, units/h$"):
        orders.pump_rate_ml_h(5, "mg", 70, 1)
