"""Exchange, heparin, protamine and research equations through the score door, with their traps."""

import attrs
import pytest

import dosing
from dosing.knowledge.library import load
from dosing.rules.columns import one_patient
from dosing.rules.derive import derive
from dosing.scoring.door import score_of, scores
from dosing.scoring.drugs import CALCULATIONS

PLASMA = {"weight_kg": 80, "hematocrit_pct": 40}
GRAMS = {"weight_kg": 80, "immunoglobulin_g_kg": 1, "immunoglobulin_days": 2}
ATRYN = {"antithrombin_pct": 50, "weight_kg": 70}
EXAMPLES = {
    "plasma-volume": PLASMA | {"height_cm": 175, "sex": "male", "plasma_volumes": 1.5},
    "plasma-removal": {"plasma_volumes": 1.5, "exchange_sessions": 3},
    "immunoglobulin-grams": GRAMS | {"ivig_weight": "actual"},
    "immunoglobulin-response": {"platelets_before": 20, "platelets": 70},
    "heparin-day": {"heparin_units_h": 1600, "weight_kg": 100},
    "antithrombin-load": ATRYN | {"antithrombin_target_pct": 120},
    "antithrombin-recombinant": ATRYN | {"pregnancy": "no"},
    "plasma-antithrombin": {"plasma_ml": 1000, "weight_kg": 70, "antithrombin_pct": 40},
    "protamine-infusion": {"heparin_units_h": 1250, "heparin_hours_on": 24},
    "argatroban-link-2009": {"apache2": 20},
    "argatroban-dingman-2020": {"modified_sofa": 10},
}


def worked(seeds, name, inputs):
    return score_of(scores(seeds, name, derive(one_patient(seeds, inputs))), 0, inputs)


def says(found, text, level=None):
    return any(text in f.text and level in (None, f.level) for f in found.findings)


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_finding_names_a_source_that_exists(name):
    found = dosing.score(name, **EXAMPLES[name])
    assert found.value is not None
    cited = {f.cite.split()[0] for f in found.findings if f.cite}
    assert cited
    assert cited <= load().evidence.keys()


def test_every_equation_has_an_example():
    assert CALCULATIONS.keys() == EXAMPLES.keys()


def test_every_variant_of_the_plasma_volume_is_shown():
    found = dosing.score("plasma-volume", **EXAMPLES["plasma-volume"])
    assert found.value == pytest.approx(3.12)
    shown = found.components
    assert shown["blood volume (Nadler), L"] == pytest.approx(5.1457, abs=1e-4)
    assert shown["plasma, Nadler, L"] == pytest.approx(3.0874, abs=1e-4)
    assert shown["plasma, 0.07 L/kg, L"] == pytest.approx(3.36)
    assert shown["plasma, 70 mL/kg in men, 65 in women, L"] == pytest.approx(3.36)
    assert shown["exchange of 1.5 plasma volumes, Nadler, L"] == pytest.approx(4.6311, abs=1e-4)


def test_without_height_there_is_no_nadler_and_both_usual_exchanges_are_shown():
    found = dosing.score("plasma-volume", **PLASMA)
    assert found.value == pytest.approx(3.12)
    assert not any("Nadler" in name for name in found.components)
    assert says(found, "after Nadler as well")
    shown = [n for n in found.components if n.startswith("exchange")]
    assert [n.split()[2] for n in shown] == ["1", "1.5"]


def test_a_hematocrit_as_a_fraction_is_read_as_one_or_refused():
    right = dosing.score("plasma-volume", weight_kg=80, hematocrit_fraction=0.4)
    assert right.value == pytest.approx(3.12)
    wrong = dosing.score("plasma-volume", weight_kg=80, hematocrit_pct=0.4)
    assert wrong.value is None
    assert says(wrong, "0.4 % is not possible", "needed")


def test_removal_says_what_it_leaves_out():
    found = dosing.score("plasma-removal", plasma_volumes=1.5)
    assert found.value == pytest.approx(77.687, abs=1e-3)
    assert says(found, "it is 78%")
    many = dosing.score("plasma-removal", plasma_volumes=1, exchange_sessions=3)
    assert many.value == pytest.approx(95.02, abs=0.01)
    assert many.components["removed by one session, %"] == pytest.approx(63.21, abs=0.01)
    assert says(many, "at the most", "warn")


def test_immunoglobulin_by_both_weights():
    actual = dosing.score("immunoglobulin-grams", **GRAMS, ivig_weight="actual")
    assert (actual.value, actual.components["whole course, g"]) == (80, 160)
    assert says(actual, "2 g/kg in all", "warn")
    heavy = GRAMS | {"weight_kg": 120}
    lacking = dosing.score("immunoglobulin-grams", **heavy, ivig_weight="adjusted")
    assert lacking.missing == ("height_cm", "sex")
    adjusted = dosing.score(
        "immunoglobulin-grams", **heavy, ivig_weight="adjusted", height_cm=170, sex="male"
    )
    assert adjusted.value == pytest.approx(87.56, abs=0.01)
    assert adjusted.components["rounded to 5 g, g a day"] == 90


def test_immunoglobulin_comes_after_the_exchange():
    given = GRAMS | {"ivig_weight": "actual", "plasma_exchange_planned": "planned"}
    assert says(dosing.score("immunoglobulin-grams", **given), "after the exchange", "warn")
    low = dosing.score("immunoglobulin-grams", **given | {"immunoglobulin_g_kg": 0.4})
    assert says(low, "after the third dose")


@pytest.mark.parametrize(
    ("after", "rise", "fifty", "hundred"),
    [(69, 49, "no", "no"), (70, 50, "yes", "no"), (100, 80, "yes", "no"), (101, 81, "yes", "yes")],
)
def test_response_by_both_definitions(after, rise, fifty, hundred):
    found = dosing.score("immunoglobulin-response", platelets_before=20, platelets=after)
    assert found.value == rise
    assert [*found.components.values()] == [fifty, hundred]


def test_a_daily_total_that_only_the_weight_explains():
    heavy = dosing.score("heparin-day", heparin_units_h=1600, weight_kg=100)
    assert heavy.components["more than 35,000 units in 24 h"] == "yes"
    assert heavy.components["at least 20 units/kg/h"] == "no"
    assert says(heavy, "Above 81.02 kg", "warn")
    light = dosing.score("heparin-day", heparin_units_h=1600, weight_kg=81)
    assert not says(light, "Above 81.02 kg")
    below = dosing.score("heparin-day", heparin_units_h=1000, weight_kg=100)
    assert says(below, "Above 81.02 kg", "note")


@pytest.mark.parametrize(
    ("rate", "answers"),
    [(1999, "no no no"), (2000, "yes no no"), (2100, "yes yes no"), (2500, "yes yes yes")],
)
def test_thresholds_by_weight_are_compared_unrounded(rate, answers):
    found = dosing.score("heparin-day", heparin_units_h=rate, weight_kg=100)
    shown = [v for n, v in found.components.items() if n.startswith("at least")]
    assert " ".join(shown) == answers
    assert says(found, "were recalled, not read")


def test_antithrombin_entered_as_a_fraction_is_refused():
    found = dosing.score(
        "antithrombin-load", antithrombin_pct=0.5, antithrombin_target_pct=120, weight_kg=80
    )
    assert found.value is None
    assert says(found, "not possible (1 to 150)", "needed")


def test_antithrombin_above_its_target_is_not_given():
    found = dosing.score(
        "antithrombin-load", antithrombin_pct=125, antithrombin_target_pct=120, weight_kg=80
    )
    assert found.value == 0
    assert says(found, "nothing to give", "warn")
    assert dosing.score("antithrombin-recombinant", antithrombin_pct=100, weight_kg=70,
                        pregnancy="yes").value == 0  # fmt: skip


def test_recombinant_antithrombin_says_both_steps():
    found = dosing.score("antithrombin-recombinant", **ATRYN, pregnancy="no")
    assert found.components["maintenance, units/h"] == pytest.approx(343.1373, abs=1e-3)
    assert found.components["if below 80% after 2 h, units/h"] == pytest.approx(446.08, abs=0.01)
    assert found.components["if above 120% after 2 h, units/h"] == pytest.approx(240.2, abs=0.01)
    assert says(found, "heparin again within 2 to 6 h", "warn")


def test_plasma_says_the_level_to_expect():
    found = dosing.score("plasma-antithrombin", **EXAMPLES["plasma-antithrombin"])
    assert found.value == pytest.approx(20)
    assert found.components["expected level, %"] == pytest.approx(60)


def test_protamine_shows_both_methods_and_caps_after_the_sum():
    found = dosing.score("protamine-infusion", heparin_units_h=1250, heparin_hours_on=24)
    assert found.value == 25
    assert found.components["last 2.5 h in full, protamine, mg"] == 31.25
    assert found.components["last 3 h as 1, 1/2 and 1/4, protamine, mg"] == pytest.approx(21.875)
    assert not says(found, "held at 50 mg")
    high = dosing.score("protamine-infusion", heparin_units_h=4000, heparin_hours_on=24)
    assert high.value == 50
    assert says(high, "up to 100 mg: held at 50 mg", "warn")


def test_link_takes_any_of_its_scores_and_the_lowest_of_several():
    assert dosing.score("argatroban-link-2009", saps2=40).value == pytest.approx(0.86)
    both = dosing.score("argatroban-link-2009", apache2=20, saps2=60, renal_replacement="ihd")
    assert both.value == pytest.approx(0.26)
    assert says(both, "not on continuous dialysis", "warn")
    none = dosing.score("argatroban-link-2009")
    assert none.missing == ("apache2", "saps2", "icg_pdr_pct_min")
    assert says(none, "One of these is needed", "needed")


@pytest.mark.parametrize(
    "scores", [{"apache2": 36}, {"saps2": 69}, {"icg_pdr_pct_min": 4}, {"apache2": 20, "saps2": 69}]
)
def test_at_nothing_or_less_link_is_refused_and_not_clamped(scores):
    found = dosing.score("argatroban-link-2009", **scores)
    assert found.value is None
    assert says(found, "does not hold", "stop")


@pytest.mark.parametrize("name", ["argatroban-link-2009", "argatroban-dingman-2020"])
def test_a_research_equation_is_never_an_order(name):
    assert says(dosing.score(name, **EXAMPLES[name]), "never an order", "warn")


def test_a_score_of_nought_is_an_answer():
    assert dosing.score("argatroban-link-2009", apache2=0).value == pytest.approx(2.15)
    assert dosing.score("argatroban-dingman-2020", modified_sofa=0).value == pytest.approx(0.54)


@pytest.mark.parametrize(
    ("more", "nadler"),
    [({}, False), ({"sex": "male"}, False), ({"height_cm": 175}, False),
     ({"sex": "male", "height_cm": 175}, True)],
)  # fmt: skip
def test_nadler_needs_both_height_and_sex(more, nadler):
    found = dosing.score("plasma-volume", **PLASMA, **more)
    assert any("Nadler" in name for name in found.components) == nadler
    assert says(found, "after Nadler as well") == (not nadler)
    by_sex = [v for n, v in found.components.items() if "in men" in n]
    assert by_sex == ([3.36] if "sex" in more else [])


def exchanges(**more):
    found = dosing.score("plasma-volume", **PLASMA, **more).components
    return {n.split(",")[0]: v for n, v in found.items() if n.startswith("exchange")}


def test_the_exchange_that_is_wanted_takes_the_place_of_the_usual_ones():
    assert exchanges() == {
        "exchange of 1 plasma volume": 3.12, "exchange of 1.5 plasma volumes": 4.68
    }  # fmt: skip
    assert exchanges(plasma_volumes=1.2) == {"exchange of 1.2 plasma volumes": 3.744}


def test_what_is_removed_and_what_is_left_are_the_whole():
    found = dosing.score("plasma-removal", plasma_volumes=1)
    assert found.components["left, %"] == pytest.approx(36.788, abs=0.001)


def test_a_course_of_immunoglobulin_is_added_up_exactly_and_by_rounded_days():
    given = {"weight_kg": 70, "immunoglobulin_g_kg": 0.4, "immunoglobulin_days": 5}
    found = dosing.score("immunoglobulin-grams", **given, ivig_weight="actual").components
    assert found["weight used (actual), kg"] == 70
    assert (found["whole course, g"], found["whole course, rounded days, g"]) == (140, 150)


def test_which_row_of_recombinant_antithrombin_was_taken_is_shown():
    rows = [
        dosing.score("antithrombin-recombinant", **ATRYN, pregnancy=p).components["row"]
        for p in ("yes", "no")
    ]
    assert rows == ["pregnant", "surgical"]


def test_plasma_is_shown_for_each_kilogram():
    found = dosing.score("plasma-antithrombin", plasma_ml=1050, weight_kg=70)
    assert found.components["plasma, mL/kg"] == 15


def test_an_equation_that_does_not_hold_has_no_value_whatever_its_file_says():
    silent = attrs.evolve(load().equations["argatroban-link-2009"], checks=())
    seeds = attrs.evolve(load(), equations={silent.id: silent})
    given = {"apache2": 20, "saps2": 69}
    assert worked(seeds, silent.id, given).value is None
