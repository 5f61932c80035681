"""Warfarin equations through the score door, with their traps."""

import attrs
import numpy as np
import pytest

import dosing
from dosing.knowledge.library import load
from dosing.knowledge.seedtypes import Check
from dosing.rules.columns import many_patients, one_patient
from dosing.rules.derive import derive
from dosing.scoring.door import score_of, scores
from dosing.scoring.warfarin import CALCULATIONS

NO = {"enzyme_inducer": "no", "amiodarone": "no"}
IWPC = {"age_y": 65, "height_cm": 170, "weight_kg": 70, "ancestry": "white"} | NO
GENES = {"vkorc1": "AG", "cyp2c9": "*1/*3"}
GAGE = {
    "age_y": 65, "target_inr": 2.5, "ancestry": "white", "amiodarone": "no", "smoker": "no",
    "dvt_or_pe": "no",
}  # fmt: skip
WILD = {"vkorc1": "GG", "cyp2c9": "*1/*1"}
EXAMPLES = {
    "iwpc": IWPC | GENES,
    "iwpc-clinical": IWPC,
    "gage-2008": GAGE | GENES | {"bsa_m2": 1.8},
    "gage-2008-clinical": GAGE | {"height_cm": 170, "weight_kg": 70},
    "eu-pact-loading": {"daily_maintenance_mg": 1.2, "cyp2c9": "*3/*3"},
    "warfarin-week": {"weekly_dose_mg": 35, "change_pct": -10, "tablet_mg": 5},
}


def worked(seeds, name, inputs):
    return score_of(scores(seeds, name, derive(one_patient(seeds, inputs))), 0, inputs)


def says(found, text, level=None):
    return any(text in f.text and level in (None, f.level) for f in found.findings)


@pytest.mark.parametrize("name", CALCULATIONS)
def test_every_finding_names_a_source_that_exists(name):
    found = dosing.score(name, **EXAMPLES[name])
    assert found.value is not None
    assert {f.cite for f in found.findings if f.cite} <= load().evidence.keys()


def test_a_week_is_not_a_day():
    iwpc, gage = (dosing.score(name, **EXAMPLES[name]) for name in ("iwpc", "gage-2008"))
    assert iwpc.unit == "mg a week"
    assert iwpc.components["mg daily"] == pytest.approx(iwpc.value / 7, abs=1e-3)
    assert gage.unit == "mg daily"
    assert gage.components["mg a week"] == pytest.approx(gage.value * 7, abs=1e-3)
    assert says(iwpc, "mg a week; the equations of Gage give mg daily")
    assert says(gage, "mg daily; the equations of the IWPC give mg a week")


def test_age_in_decades_is_said():
    found = dosing.score("iwpc", **EXAMPLES["iwpc"] | {"age_y": 69})
    assert found.components["age in decades"] == 6
    assert says(found, "whole decades: 6")


def test_a_tiny_dose_is_shown_with_a_warning():
    tiny = {"age_y": 90, "height_cm": 150, "weight_kg": 45, "vkorc1": "AA", "cyp2c9": "*3/*3"}
    found = dosing.score("iwpc", **IWPC | tiny | {"amiodarone": "yes"})
    assert 0 < found.value < 3.5
    assert says(found, "less than any dose of the label's genotype table", "warn")
    large = dosing.score("iwpc", **IWPC | WILD | {"age_y": 40, "enzyme_inducer": "yes"})
    assert says(large, "more than any dose", "warn")


def test_a_root_of_nothing_is_refused():
    tiny = {"age_y": 110, "height_cm": 120, "weight_kg": 30, "vkorc1": "AA", "cyp2c9": "*3/*3"}
    found = dosing.score("iwpc", **IWPC | tiny | {"amiodarone": "yes", "ancestry": "Asian"})
    assert found.value is None
    assert says(found, "not above zero", "stop")


@pytest.mark.parametrize("name", ["iwpc", "iwpc-clinical", "gage-2008", "gage-2008-clinical"])
def test_the_sign_of_the_ancestry_term_is_said(name):
    found = dosing.score(name, **EXAMPLES[name] | {"ancestry": "Black"})
    assert says(found, "changes its sign")
    assert says(found, "dose without the genotype", "warn") == (not name.endswith("clinical"))
    assert not says(dosing.score(name, **EXAMPLES[name]), "changes its sign")


@pytest.mark.parametrize("name", ["iwpc", "iwpc-clinical", "gage-2008", "gage-2008-clinical"])
def test_for_adults(name):
    child = EXAMPLES[name] | {"age_y": 12}
    assert says(dosing.score(name, **child), "for adults", "warn")


def test_another_target_than_2_to_3():
    assert says(dosing.score("iwpc", **EXAMPLES["iwpc"], target_inr=3.5), "not 3.5", "warn")
    assert not says(dosing.score("iwpc", **EXAMPLES["iwpc"], target_inr=3), "target INR")


def test_an_unknown_genotype_has_a_term_in_one_equation_only():
    unknown = {"vkorc1": "unknown"}
    assert says(dosing.score("iwpc", **EXAMPLES["iwpc"] | unknown), "average term")
    refused = dosing.score("gage-2008", **EXAMPLES["gage-2008"] | unknown)
    assert refused.value is None
    assert says(refused, "gage-2008-clinical", "stop")
    loading = dosing.score("eu-pact-loading", daily_maintenance_mg=5, cyp2c9="unknown")
    assert loading.value is None


def test_alleles_are_counted():
    doses = [
        dosing.score("gage-2008", **GAGE | {"bsa_m2": 1.8, "cyp2c9": "*1/*1", "vkorc1": v}).value
        for v in ("GG", "AG", "AA")
    ]
    assert doses == pytest.approx([5.901, 4.269, 3.088], abs=0.002)
    mixed = dosing.score("gage-2008", **GAGE | {"bsa_m2": 1.8, "cyp2c9": "*2/*3", "vkorc1": "GG"})
    assert mixed.value == pytest.approx(doses[0] * 2.718281828 ** (-0.4008 - 0.2066), abs=1e-3)


def test_the_surface_is_the_one_given_else_du_bois():
    body = {"height_cm": 170, "weight_kg": 70}
    reckoned = dosing.score("gage-2008-clinical", **GAGE | body)
    assert reckoned.components["body surface (Du Bois), m²"] == pytest.approx(1.8097, abs=1e-4)
    given = dosing.score("gage-2008-clinical", **GAGE | body | {"bsa_m2": 1.7})
    assert given.components["body surface (as given), m²"] == 1.7
    assert dosing.score("gage-2008-clinical", **GAGE).missing == ("height_cm", "weight_kg")


def test_loading_days():
    found = dosing.score("eu-pact-loading", **EXAMPLES["eu-pact-loading"])
    assert [*found.components.values()] == pytest.approx([3.714, 2.876, 2.038, 1.2], abs=0.001)


def test_a_week_in_tablets():
    found = dosing.score("warfarin-week", **EXAMPLES["warfarin-week"])
    assert found.value == pytest.approx(31.5)
    assert found.components["Monday"] == "2.5 mg: 0.5 of 5 mg"
    assert found.components["Tuesday"] == "5 mg: 1 of 5 mg"
    assert found.components["planned minus sought, mg a week"] == 1
    assert says(found, "changes by -7.1%, not -10%")
    two = dosing.score("warfarin-week", **EXAMPLES["warfarin-week"], second_tablet_mg=2)
    assert two.components["Sunday"] == "4.5 mg: 0.5 of 5 mg and 1 of 2 mg"
    assert says(two, "make the week exactly")


def test_tablets_too_large_for_the_change_are_warned_about():
    found = dosing.score("warfarin-week", weekly_dose_mg=35, change_pct=-2, tablet_mg=5)
    assert found.components["planned, mg a week"] == 35
    assert says(found, "does not change as intended", "warn")


def test_a_day_without_a_tablet_is_said():
    found = dosing.score("warfarin-week", weekly_dose_mg=5, change_pct=0, tablet_mg=5)
    assert "none" in found.components.values()


def test_without_a_strength_there_is_a_total_and_no_plan():
    found = dosing.score("warfarin-week", weekly_dose_mg=28, change_pct=15)
    assert found.value == pytest.approx(32.2)
    assert "Monday" not in found.components


@pytest.mark.parametrize(
    ("changed", "weekly"),
    [({}, 20.043), ({"vkorc1": "GG"}, 28.565), ({"cyp2c9": "*1/*1"}, 29.296),
     ({"amiodarone": "yes"}, 15.418)],
)  # fmt: skip
def test_eu_pact_is_shown_beside_the_iwpc(changed, weekly):
    # By hand, AG and *1/*3: 5.6044 - 0.02614 x 65 + 0.0087 x 170 + 0.0128 x 70 - 0.8677 - 0.9357.
    found = dosing.score("iwpc", **EXAMPLES["iwpc"] | changed).components
    (shown,) = (value for name, value in found.items() if name.startswith("as EU-PACT"))
    assert shown == pytest.approx(weekly, abs=0.002)


def test_the_surface_and_the_alleles_that_were_counted_are_shown():
    found = dosing.score("gage-2008", **EXAMPLES["gage-2008"]).components
    assert found["body surface (as given), m²"] == 1.8
    assert found["A alleles of VKORC1, counted"] == 1


def week(weekly, change, **tablets):
    given = {"weekly_dose_mg": weekly, "change_pct": change} | tablets
    return dosing.score("warfarin-week", **given)


def test_a_days_average_is_shown_beside_the_plan():
    found = week(35, -10, tablet_mg=5)
    assert found.components["mg daily on average"] == 4.5
    assert not says(found, "Give a tablet strength")


def test_a_week_that_is_off_is_not_called_exact_and_its_miss_is_a_note():
    found = week(35, -10, tablet_mg=5)
    assert found.components["planned minus sought, mg a week"] == 1
    assert not says(found, "make the week exactly")
    assert says(found, "changes by -7.1%, not -10%", "note")
    assert not says(found, "does not change as intended")
    slightly = week(100, 1.2, tablet_mg=1)
    assert says(slightly, "changes by 1%, not 1.2%", "note")


def test_a_change_of_one_percent_that_the_tablets_make_is_as_intended():
    found = week(100, 1, tablet_mg=1)
    assert found.components["planned, mg a week"] == 101
    assert says(found, "make the week exactly")
    assert not says(found, "as intended")


def test_a_file_may_ask_whether_there_is_a_plan():
    said = Check(when={"planned": "yes"}, level="note", text="There is a plan.")
    own = attrs.evolve(load().equations["warfarin-week"], checks=(said,))
    seeds = attrs.evolve(load(), equations={own.id: own})
    for tablets, planned in (({"tablet_mg": 5}, True), ({}, False)):
        given = {"weekly_dose_mg": 35, "change_pct": 0} | tablets
        assert says(worked(seeds, own.id, given), "There is a plan.") == planned


def test_many_weeks_are_planned_as_each_alone():
    rng = np.random.default_rng(11)
    columns = {
        "weekly_dose_mg": rng.integers(2, 140, 80) / 2,
        "change_pct": rng.integers(-20, 21, 80).astype(float),
        "tablet_mg": rng.choice([1, 2.5, 5, np.nan], 80),
        "second_tablet_mg": rng.choice([1, 2, 3, np.nan], 80),
    }
    seeds = load()
    many = scores(seeds, "warfarin-week", derive(many_patients(seeds, columns, 80)))
    planned = 0
    for i in range(80):
        one = {n: c[i] for n, c in columns.items() if c[i] == c[i]}
        alone = dosing.score("warfarin-week", **one)
        assert score_of(many, i, one) == alone
        planned += "Monday" in alone.components
    assert 60 < planned < 80


def test_a_surface_given_to_some_is_not_taken_for_that_of_the_others():
    columns = {name: [value] * 3 for name, value in GAGE.items()}
    columns |= {"height_cm": [170] * 3, "weight_kg": [70] * 3, "bsa_m2": [1.7, None, 1.9]}
    seeds = load()
    many = scores(seeds, "gage-2008-clinical", derive(many_patients(seeds, columns, 3)))
    shown = [[*score_of(many, i, {}).components][1] for i in range(3)]
    assert [text.partition("(")[2].partition(")")[0] for text in shown] == [
        "as given", "Du Bois", "as given"
    ]  # fmt: skip


def test_alleles_of_a_genotype_that_is_not_known_are_not_counted():
    columns = {n: [v] * 3 for n, v in GAGE.items()} | {"bsa_m2": [1.8] * 3}
    columns |= {"vkorc1": ["AG", "unknown", "AA"], "cyp2c9": ["*1/*3", "*1/*1", "unknown"]}
    seeds = load()
    many = scores(seeds, "gage-2008", derive(many_patients(seeds, columns, 3)))
    assert many.status.tolist() == [0, 1, 1]
    assert [score_of(many, i, {}).components == {} for i in range(3)] == [False, True, True]
