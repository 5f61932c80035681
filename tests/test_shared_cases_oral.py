"""Worked patients with known answers: fixed doses, oral agents, warfarin, antidotes."""

import datetime as dt

import pytest

import dosing
from dosing.advice.guide import look_up
from dosing.knowledge.library import load
from dosing.orders.fixed import calendar
from tests.support import patient

SEEDS = load("")
FREE = {"pgp_inhibitor": "none"}
EVERY_12, DAILY = 12, 24


def ordered(case, drug, indication, authority=None, **inputs):
    advice = dosing.start(drug, indication=indication, authority=authority, **inputs)
    assert advice.order is not None, (case, advice.findings)
    return advice.order


def says(advice, level, words):
    return any(f.level == level and words in f.text for f in advice.findings)


def on_day(order, day):
    """The dose that is due on a day of treatment."""
    return {d: dose for d, _, dose in calendar(order, dt.date(2026, 1, 1), day)}[day]


@pytest.mark.parametrize(
    ("case", "weight", "crcl", "caution"),
    [("FPX-02", 50, 80, 0), ("FPX-03", 100, 80, 0), ("FPX-06", 70, 30, 1), ("FPX-07", 70, 50, 1)],
)
@pytest.mark.parametrize("authority", ["us-label", "eu-smpc"])
def test_fondaparinux(case, weight, crcl, caution, authority):
    for indication in ("vte", "hit"):
        found = dosing.start(
            "fondaparinux",
            indication=indication,
            authority=authority,
            weight_kg=weight,
            crcl_ml_min=crcl,
        )
        assert found.order is not None
        assert (found.order.dose, found.order.every_h) == (7.5, DAILY)
        assert says(found, "warn", "caution") == bool(caution)


def test_fondaparinux_for_prophylaxis_below_50_kg():
    # FPX-08
    found = dosing.start(
        "fondaparinux", indication="prophylaxis", authority="us-label", weight_kg=48, crcl_ml_min=80
    )
    assert found.order is None
    assert says(found, "stop", "contraindicated below 50 kg")


@pytest.mark.parametrize(
    ("case", "weight", "dose"),
    [("FPX-11", 10, 1), ("FPX-12", 20, 2), ("FPX-14", 40, 2.5), ("FPX-16", 60, 5)],
)
def test_fondaparinux_in_children(case, weight, dose):
    found = dosing.start("fondaparinux", indication="vte-paediatric", weight_kg=weight, age_y=8)
    assert found.order is not None
    assert (found.order.dose, found.order.every_h) == (dose, DAILY)
    assert says(found, "note", "0.5 to 1 mg/L")
    assert says(found, "note", "never more than 7.5 mg")


@pytest.mark.parametrize("tenth", range(100, 201))
def test_fondaparinux_in_small_children_is_the_rounded_tenth(tenth):
    weight = tenth / 10
    order = ordered("", "fondaparinux", "vte-paediatric", weight_kg=weight, age_y=5)
    assert order.dose == (tenth + 5) // 10 / 10


@pytest.mark.parametrize(
    ("case", "weight", "renal", "bolus", "last"),
    [("DAN-02", 60, "no", 2250, 200), ("DAN-03", 75, "no", 2250, 200), ("", 90, "no", 3000, 200),
     ("DAN-05", 90.1, "yes", 3750, 150)],
)  # fmt: skip
def test_danaparoid(case, weight, renal, bolus, last):
    found = dosing.start("danaparoid", weight_kg=weight, renal_dysfunction=renal)
    order = found.order
    assert order is not None
    assert (order.bolus_total, order.bolus_unit, order.pump_ml_h) == (bolus, "units", None)
    steps = [(order.dose, order.for_h), *((s["dose"], s.get("for_h")) for s in order.then)]
    assert steps == [(400, 4), (300, 4), (last, None)]
    assert says(found, "note", "0.5 to 0.8 units/mL")
    assert says(found, "note", "Give the concentration for the pump rate.")
    assert says(found, "warn", "2,250 and 3,000 units") == (weight == 75)


def test_danaparoid_by_the_older_uk_label():
    # DAN-06: 2,500 units are 3.33 ampoules of 0.6 mL
    order = ordered("DAN-06", "danaparoid", "hit", "uk-spc-older", weight_kg=70,
                    concentration_units_ml=1250)  # fmt: skip
    steps = [(order.dose, order.for_h), *((s["dose"], s.get("for_h")) for s in order.then)]
    assert (order.bolus_total, steps) == (2500, [(400, 2), (300, 2), (200, None)])
    assert order.bolus_ml / 0.6 == pytest.approx(3.33, abs=0.01)
    assert order.then[-1]["for_days"] == 5


@pytest.mark.parametrize(
    ("case", "crcl", "every_h"), [("LMWH-02", 29.9, DAILY), ("LMWH-03", 30, EVERY_12)]
)
def test_enoxaparin(case, crcl, every_h):
    order = ordered(case, "enoxaparin", "vte", weight_kg=80, crcl_ml_min=crcl)
    assert (order.total, order.total_unit, order.every_h) == (80, "mg", every_h)


@pytest.mark.parametrize("drug", ["enoxaparin", "dalteparin"])
def test_no_low_molecular_weight_heparin_in_hit(drug):
    assert says(dosing.start(drug, weight_kg=70), "stop", f"No {drug} in HIT")
    found = dosing.start(drug, indication="vte", weight_kg=70, crcl_ml_min=80, hit_history="yes")
    assert found.order is None


FRAIL = ("age_y", "weight_kg", "creatinine_mg_dl")


@pytest.mark.parametrize(
    ("case", "frail", "dose"),
    [("DOAC-01", (80, 60, 1.4), 2.5), ("DOAC-02", (79, 60, 1.5), 2.5),
     ("DOAC-05", (79, 61, 2.4), 5)],
)  # fmt: skip
def test_apixaban_in_atrial_fibrillation(case, frail, dose):
    order = ordered(case, "apixaban", "af", **dict(zip(FRAIL, frail, strict=True)))
    assert (order.dose, order.every_h) == (dose, EVERY_12)


def test_apixaban_in_venous_thrombosis_by_day():
    # DOAC-07: frailty never reduces this dose
    order = ordered("DOAC-07", "apixaban", "vte", age_y=85, weight_kg=50, creatinine_mg_dl=2)
    assert [on_day(order, day) for day in (1, 7, 8)] == [10, 10, 5]
    assert order.every_h == order.then[0]["every_h"] == EVERY_12


def test_rivaroxaban_in_venous_thrombosis_by_day():
    # DOAC-08
    order = ordered("DOAC-08", "rivaroxaban", "vte", crcl_ml_min=60)
    assert [on_day(order, day) for day in (1, 21, 22)] == [15, 15, 20]
    assert (order.every_h, order.how) == (EVERY_12, "with food")
    assert order.then[0] == {"dose": 20, "every_h": DAILY, "how": "with food"}


def test_rivaroxaban_and_the_kidneys():
    # DOAC-10
    found = dosing.start("rivaroxaban", indication="vte", authority="us-label", crcl_ml_min=14.9)
    assert found.order is None
    assert says(found, "stop", "avoid")
    assert (
        dosing.start(
            "rivaroxaban", indication="vte", authority="us-label-older", crcl_ml_min=29.9
        ).order
        is None
    )


@pytest.mark.parametrize(("case", "crcl", "dose"), [("DOAC-12", 51, 20), ("DOAC-13", 50, 15)])
def test_rivaroxaban_in_atrial_fibrillation(case, crcl, dose):
    order = ordered(case, "rivaroxaban", "af", crcl_ml_min=crcl)
    assert (order.dose, order.every_h, order.how) == (dose, DAILY, "with the evening meal")


@pytest.mark.parametrize(
    ("case", "crcl", "inhibitor", "dose"),
    [("DOAC-16", 30.1, "none", 150), ("DOAC-21", 40, "dronedarone", 75)],
)
def test_dabigatran_in_atrial_fibrillation(case, crcl, inhibitor, dose):
    order = ordered(case, "dabigatran", "af", crcl_ml_min=crcl, pgp_inhibitor=inhibitor)
    assert (order.dose, order.every_h) == (dose, EVERY_12)


def test_dabigatran_refused():
    # DOAC-19 and DOAC-20
    assert says(
        dosing.start("dabigatran", indication="af", crcl_ml_min=14.9, **FREE), "stop", "no dose"
    )
    found = dosing.start("dabigatran", indication="vte", crcl_ml_min=30, parenteral_days=6, **FREE)
    assert found.order is None
    assert says(found, "stop", "30 mL/min or less")


@pytest.mark.parametrize(
    ("case", "crcl", "weight", "inhibitor", "dose"),
    [("DOAC-22", 51, 61, "none", 60), ("DOAC-23", 50, 70, "none", 30),
     ("DOAC-27", 80, 70, "verapamil", 30)],
)  # fmt: skip
def test_edoxaban_in_venous_thrombosis(case, crcl, weight, inhibitor, dose):
    order = ordered(case, "edoxaban", "vte", crcl_ml_min=crcl, weight_kg=weight,
                    pgp_inhibitor=inhibitor, parenteral_days=5)  # fmt: skip
    assert (order.dose, order.every_h) == (dose, DAILY)


def test_edoxaban_above_95():
    # DOAC-28
    assert says(
        dosing.start("edoxaban", indication="af", crcl_ml_min=96), "stop", "above 95 mL/min"
    )


def test_apixaban_in_hit_without_thrombosis():
    # HIT167
    order = ordered("HIT167", "apixaban", "hit", hit_with_thrombosis="no")
    assert (order.dose, order.every_h, order.for_days) == (5, EVERY_12, None)
    assert order.how == "until the platelets have recovered"


@pytest.mark.parametrize("drug", ["rivaroxaban", "apixaban", "dabigatran", "edoxaban"])
@pytest.mark.parametrize("inputs", [{"mechanical_valve": "yes"}, {"triple_positive_aps": "yes"}])
def test_where_no_direct_oral_anticoagulant_belongs(drug, inputs):
    given = {"crcl_ml_min": 80, "age_y": 60, "weight_kg": 70, "creatinine_mg_dl": 1, **FREE}
    assert ordered("", drug, "af", **given)
    assert dosing.start(drug, indication="af", **given, **inputs).order is None


@pytest.mark.parametrize(("case", "day", "inr", "dose"), [("WAR-07", 2, 2.6, 0),
                                                          ("WAR-08", 4, 1.49, 10)])  # fmt: skip
def test_warfarin_from_5_mg(case, day, inr, dose):
    order = ordered(case, "warfarin", "initiation", "crowther", warfarin_day=day, inr=inr)
    assert (order.dose, order.high) == (dose, None)


@pytest.mark.parametrize(
    ("case", "genes", "ends"),
    [("WAR-10", ("AA", "*1/*1"), (3, 4)), ("WAR-11", ("GG", "*3/*3"), (0.5, 2))],
)
def test_warfarin_by_genotype(case, genes, ends):
    order = ordered(case, "warfarin", "initiation-genotype", vkorc1=genes[0], cyp2c9=genes[1])
    assert (order.low, order.high) == ends


def test_vitamin_k():
    # WAR-12 and WAR-14
    found = dosing.start("vitamin-k", indication="vka", inr=4.5, bleeding="none")
    assert found.order is None
    assert says(found, "stop", "No routine vitamin K")
    order = ordered("WAR-14", "vitamin-k", "vka", inr=10.1, bleeding="none")
    assert (order.low, order.high, order.route) == (2.5, 5, "by mouth")


@pytest.mark.parametrize(
    ("case", "inr", "weight", "units"),
    [("PCC-01", 2, 70, 1750), ("PCC-02", 3.99, 70, 1750), ("PCC-04", 6, 70, 2450),
     ("PCC-06", 3, 120, 2500)],
)  # fmt: skip
def test_prothrombin_complex(case, inr, weight, units):
    order = ordered(case, "pcc-4f", "vka", inr=inr, weight_kg=weight)
    assert (order.total, order.total_unit) == (units, "units")


def test_prothrombin_complex_refused():
    # PCC-09, and in HIT
    assert says(
        dosing.start("pcc-4f", indication="vka", inr=1.8, weight_kg=80), "stop", "outside the label"
    )
    for word in ("hit_recent", "hit_history", "hit_confirmed"):
        found = dosing.start("pcc-4f", indication="vka", inr=3, weight_kg=70, **{word: "yes"})
        assert found.order is None
        assert says(found, "stop", "contain heparin")


@pytest.mark.parametrize(
    ("case", "agent", "dose", "hours", "bolus", "rate", "infused"),
    [("REV-03", "apixaban", 5, 2, 400, 4, 480), ("REV-05", "apixaban", 10, 8, 400, 4, 480),
     ("REV-07", "rivaroxaban", 20, 7.9, 800, 8, 960)],
)  # fmt: skip
def test_andexanet(case, agent, dose, hours, bolus, rate, infused):
    given = {"xa_inhibitor": agent, "xa_dose_mg": dose, "hours_since_h": hours}
    order = ordered(case, "andexanet", "xa-inhibitor", region="EU", **given)
    (step,) = order.then
    assert (order.dose, step["dose"], step["unit"]) == (bolus, rate, "mg/min")
    assert step["dose"] * step["for_h"] * 60 == infused
    assert f"{infused} mg" in step["how"]
    found = dosing.start("andexanet", indication="xa-inhibitor", region="US", **given)
    assert says(found, "stop", "no longer made or sold in the US")


@pytest.mark.parametrize(
    ("source", "inr", "change"),
    [("esc", 1.4, 15), ("esc", 1.9, 10), ("esc", 5, -15), ("finnish", 4.6, -20),
     ("aurora-2017", 4, -12.5), ("uw-2014", 1.4, [10, 20])],
)  # fmt: skip
def test_warfarin_maintenance(source, inr, change):
    table = SEEDS.tables[f"warfarin-maintenance-{source}"]
    found, _ = look_up(table, patient({"inr": inr}))
    assert found["change_pct"] == change


def test_warfarin_maintenance_where_a_list_is_silent_or_contradicts_itself():
    table = SEEDS.tables["warfarin-maintenance-esc"]
    found, said = look_up(table, patient({"inr": 1.5}))
    assert (found, said[0].level) == ({}, "stop")
    found, said = look_up(table, patient({"inr": 3}))
    assert (found["change_pct"], said[0].level) == (-10, "warn")


def test_the_cap_of_enoxaparin_in_stemi_holds_for_the_first_day_only():
    order = ordered("", "enoxaparin", "stemi", weight_kg=120, age_y=60, crcl_ml_min=80)
    assert (order.total, order.bolus_total) == (100, 30)
    assert [on_day(order, day) for day in (1, 2)] == [100, 120]
    order = ordered("", "enoxaparin", "stemi", weight_kg=120, age_y=75, crcl_ml_min=80)
    assert (order.total, order.bolus_total) == (75, None)
    assert on_day(order, 2) == 90
