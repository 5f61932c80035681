"""HIT in the seeds: scores and their misprints, guide tables, agents and the ways through them."""

import itertools

import pandas as pd
import pytest

import dosing
from dosing.advice.guide import look_up
from dosing.advice.pathways import asked_by_pathway, rank
from dosing.knowledge.library import load
from tests.support import found_by, patient

SEEDS = load()
AGENTS = [t for t in SEEDS.tables.values() if t.purpose == "agent"]
HIT_PATHWAYS = {
    "hit", "hit-screening", "hit-procedures", "ivig", "plasma-exchange", "warfarin-start",
    "doac-switch",
}  # fmt: skip


def says(table, **inputs):
    found, _ = look_up(SEEDS.tables[table], patient(inputs))
    return " ".join(str(v) for v in found.values())


def findings(table, **inputs):
    found = SEEDS.tables[table]
    return {(f.level, f.text) for f in found_by(found.checks, inputs)}


def points(item, score="4ts", **inputs):
    return dosing.score(score, **inputs).components.get(item)


# 4Ts: the misprints that are about


@pytest.mark.parametrize(
    ("fall", "nadir", "worth"),
    [
        (60, 12, 1), (20, 100, 0),  # not: above 50% OR a lowest count of 20
        (60, 101, 2), (60, 400, 2),  # not: a lowest count of 20 to 100
        (29.9, 80, 0), (30, 80, 1), (31, 80, 1),  # not: 0 points above 30%
        (50, 80, 1), (50.1, 20, 2), (50.1, 19.9, 1), (96, 9.9, 0), (96, 10, 1),
    ],
)  # fmt: skip
@pytest.mark.parametrize("score", ["4ts", "4ts-warkentin"])
def test_platelets_are_scored_as_first_printed(score, fall, nadir, worth):
    found = points(
        "Thrombocytopenia", score, platelet_fall_pct=fall, platelets_nadir=nadir,
        surgery_3_days="no",
    )  # fmt: skip
    assert found == worth


@pytest.mark.parametrize(("before", "worth"), [("within 30 days", 2), ("31 to 100 days ago", 1)])
def test_only_heparin_within_30_days_gives_2_points_for_a_quick_fall(before, worth):
    assert points("Timing", onset_day=1, heparin_before=before) == worth


def test_surgery_costs_a_point_in_the_modified_version_only():
    given = {"platelet_fall_pct": 60, "platelets_nadir": 80, "surgery_3_days": "yes"}
    assert points("Thrombocytopenia", "4ts", **given) == 2
    assert points("Thrombocytopenia", "4ts-warkentin", **given) == 1
    assert any("4ts-warkentin" in f.text for f in dosing.score("4ts", **given).findings)


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"platelet_fall_pct": 25, "platelets_nadir": 15}, "rows overlap"),
        ({"platelet_fall_pct": 40, "platelets_nadir": 8}, "rows overlap"),
        ({"onset_day": 3, "heparin_before": "within 30 days"}, "No printed row"),
        ({"adrenal_hemorrhage": "yes"}, "adrenal"),
        ({"platelets_peak": 200, "platelets_nadir": 100}, "count on admission"),
    ],
)
def test_what_the_printed_table_leaves_open_is_said(inputs, words):
    assert any(words in f.text for f in dosing.score("4ts", **inputs).findings)


def test_every_total_of_the_4ts_has_its_band():
    totals = {}
    for fall, day, clot, cause in itertools.product(
        (20, 40, 60), (4, 11, 7), ("none", "suspected", "new"), ("definite", "possible", "none")
    ):
        one = dosing.score(
            "4ts", platelet_fall_pct=fall, platelets_nadir=80, onset_day=day,
            heparin_before="none", new_thrombosis=clot, other_cause=cause,
        )  # fmt: skip
        totals[one.value] = one.band
    assert [totals[n] for n in range(9)] == ["low"] * 4 + ["intermediate"] * 2 + ["high"] * 3


# HEP


@pytest.mark.parametrize(
    ("version", "early", "drug"),
    [(None, -2, -2), ("original", -2, -2), ("ash-2013", 0, -2), ("online", -1, -1)],
)
def test_each_version_of_the_hep_score(version, early, drug):
    given = {"hep_version": version, "fall_onset": "typical", "onset_day": 3, "new_drug": "yes"}
    assert points("Timing of the fall", "hep", **given) == early
    assert points("New drug known to lower platelets", "hep", **given) == drug


@pytest.mark.parametrize(("hours", "worth"), [(47.9, 2), (48, -1), (48.1, -1)])
def test_48_hours_are_disputed_and_it_is_said(hours, worth):
    found = dosing.score("hep", fall_onset="rapid", rapid_onset_h=hours)
    assert found.components["Timing of the fall"] == worth
    assert any("dispute" in f.text for f in found.findings) == (hours == 48)


@pytest.mark.parametrize(
    "cause",
    ["chronic_thrombocytopenia", "new_drug", "severe_infection", "severe_dic", "arterial_device",
     "bypass_96_h"],
)  # fmt: skip
def test_a_cause_beside_no_other_cause_is_a_contradiction(cause):
    found = dosing.score("hep", other_cause="none", **{cause: "yes"})
    assert any("another cause" in f.text and f.level == "warn" for f in found.findings)


# Warfarin


def test_argatroban_stops_only_above_4_after_5_days():
    def stops(rate, inr, days):
        text = says(
            "hit-argatroban-to-warfarin-us-label",
            argatroban_mcg_kg_min=rate, inr=inr, overlap_days=days,
        )  # fmt: skip
        return text.startswith("Stop argatroban")

    for rate, inr, days in itertools.product((0.5, 2, 2.1), (3.9, 4, 4.1), (4, 5, 6)):
        assert stops(rate, inr, days) == (rate <= 2 and inr > 4 and days >= 5)


def test_the_liver_makes_the_second_inr_too_early():
    found = findings("hit-argatroban-to-warfarin-us-label", child_pugh="C")
    assert any("about 12 h" in text for _, text in found)


def test_a_low_factor_x_is_no_reason_to_cut_the_overlap_short():
    found = findings("hit-factor-x", factor_x_pct=18, overlap_days=3)
    assert any("at least 5 days" in text for _, text in found)


# Agents


def ranked(**inputs):
    return {a.drug: a for a in rank(AGENTS, patient(inputs))}


def levels(drug, **inputs):
    return {level for level, _ in findings(f"{drug}-agent-hit", **inputs)}


def test_there_is_an_agent_table_for_each_drug():
    assert {t.drug for t in AGENTS} == {
        "argatroban", "bivalirudin", "fondaparinux", "danaparoid", "apixaban", "rivaroxaban",
        "dabigatran",
    }  # fmt: skip


@pytest.mark.parametrize("drug", ["apixaban", "rivaroxaban", "dabigatran"])
@pytest.mark.parametrize("grade", ["B", "C"])
def test_no_tablet_in_moderate_or_severe_liver_disease(drug, grade):
    assert "stop" in levels(drug, child_pugh=grade)
    assert "stop" not in levels(drug, child_pugh="A")


def test_the_region_decides_on_argatroban_in_child_pugh_c():
    assert levels("argatroban", child_pugh="C", region="EU") >= {"stop"}
    assert levels("argatroban", child_pugh="C", region="US") == {"warn"}
    assert levels("argatroban", child_pugh="B", region="EU") == {"warn"}


@pytest.mark.parametrize(
    ("drug", "clearance", "region", "level"),
    [
        ("fondaparinux", 29.9, "US", "stop"), ("fondaparinux", 30, "US", "warn"),
        ("fondaparinux", 50, "US", "warn"), ("fondaparinux", 50.1, "US", ""),
        ("bivalirudin", 29.9, "EU", "stop"), ("bivalirudin", 29.9, "US", "warn"),
        ("bivalirudin", 30, "EU", ""),
        ("rivaroxaban", 14.9, "US", "stop"), ("rivaroxaban", 15, "US", "warn"),
        ("rivaroxaban", 30, "US", ""),
        ("apixaban", 14.9, "EU", "stop"), ("apixaban", 14.9, "US", "warn"),
        ("dabigatran", 30, "US", "stop"), ("dabigatran", 30.1, "US", ""),
        ("argatroban", 10, "US", ""), ("danaparoid", 29.9, "EU", "warn"),
    ],
)  # fmt: skip
def test_the_kidneys_by_drug_and_region(drug, clearance, region, level):
    found = levels(drug, crcl_ml_min=clearance, region=region)
    if drug == "danaparoid":
        assert found == {"warn"}
    else:
        assert found == ({level} if level == "warn" else {"stop", "warn"} & found)
        assert ("stop" in found) == (level == "stop")


@pytest.mark.parametrize("reason", ["critically_ill", "high_bleeding_risk", "planned_procedure"])
def test_what_wears_off_soon_comes_first_in_the_unstable(reason):
    for drug in ("argatroban", "bivalirudin"):
        assert levels(drug, **{reason: "yes"}) == {"note"}
    for drug in ("fondaparinux", "danaparoid", "apixaban", "rivaroxaban", "dabigatran"):
        assert levels(drug, **{reason: "yes"}) == {"warn"}


@pytest.mark.parametrize("drug", ["argatroban", "bivalirudin", "fondaparinux", "danaparoid"])
def test_what_is_not_there_is_excluded(drug):
    assert levels(drug, **{f"{drug}_available": "no"}) == {"stop"}


def test_a_stable_patient_may_have_a_tablet_and_a_threatened_limb_may_not():
    stable = {"critically_ill": "no", "high_bleeding_risk": "no", "planned_procedure": "no"}
    patient = {"child_pugh": "none", "crcl_ml_min": 90, "hit_with_thrombosis": "no"}
    found = ranked(**stable, **patient, limb_or_life_threat="no")
    assert found["rivaroxaban"].place == found["apixaban"].place == "suits"
    threatened = ranked(**stable, limb_or_life_threat="yes", child_pugh="none", crcl_ml_min=90)
    assert threatened["apixaban"].place == "less suitable"
    assert threatened["argatroban"].place == "suits"


def test_pregnancy_speaks_for_danaparoid_only():
    assert levels("danaparoid", pregnancy="yes") == {"note"}
    for table in AGENTS:
        if table.drug != "danaparoid":
            oral = table.drug in {"rivaroxaban", "apixaban", "dabigatran"}
            assert levels(table.drug, pregnancy="yes") == {"stop" if oral else "warn"}


def test_dabigatran_waits_5_days_after_thrombosis():
    assert "stop" in levels("dabigatran", hit_with_thrombosis="yes", parenteral_days=4)
    assert levels("dabigatran", hit_with_thrombosis="yes", parenteral_days=5) == set()
    assert levels("dabigatran", hit_with_thrombosis="yes") == {"warn"}


# Procedures, immunoglobulin, plasma exchange


def test_no_licensed_thrombin_inhibitor_in_the_eu_when_both_organs_fail():
    found = says("hit-liver-and-kidneys", child_pugh="C", crcl_ml_min=20, region="EU")
    assert "no direct thrombin inhibitor is licensed" in found
    assert "licensed" not in says(
        "hit-liver-and-kidneys", child_pugh="C", crcl_ml_min=20, region="US"
    )


def test_dialysis_regimen_a_is_a_bolus_that_may_be_given_again():
    order = dosing.start(
        "argatroban", indication="hit-dialysis", authority="murray-2004-a",
        weight_kg=70, renal_replacement="ihd", child_pugh="none",
    ).order  # fmt: skip
    assert order is not None
    assert (order.total, order.total_unit, order.pump_ml_h) == (17500, "mcg", None)
    assert order.then[0]["dose"] == 250


def test_the_surgical_doses_of_bivalirudin_are_never_those_for_hit():
    rates = {}
    for indication in ("hit", "bypass", "off-pump-surgery"):
        order = dosing.start(
            "bivalirudin", indication=indication, weight_kg=70, crcl_ml_min=90
        ).order
        rates[indication] = order.dose
    assert rates == {"hit": 0.15, "bypass": 2.5, "off-pump-surgery": 1.75}


def test_immunoglobulin_comes_after_the_exchange_and_only_in_confirmed_hit():
    given = {"weight_kg": 80}
    assert dosing.start("immunoglobulin", **given, hit_confirmed="no").order is None
    before = dosing.start("immunoglobulin", **given, plasma_exchange_planned="planned")
    assert any("after the last exchange" in f.text for f in before.findings)
    assert (before.authority, before.order.total, before.order.for_days) == ("usual", 80, 2)


@pytest.mark.parametrize("genotype", ["not tested", "HH", "HR", "RR"])
def test_no_genotype_changes_the_answer(genotype):
    given = {
        "hit_confirmed": "yes", "platelets": 20, "days_treated": 8, "fcgr2a": genotype,
        "new_thrombosis_on_treatment": "no",
    }  # fmt: skip
    assert "more than 7 days" in says("hit-ivig", **given)
    stage = SEEDS.pathways["ivig"].stages[0]
    found = [f.text for f in found_by(stage.checks, given)]
    assert any("in all" in text for text in found)


# Pathways


def test_each_pathway_is_there():
    assert SEEDS.pathways.keys() >= HIT_PATHWAYS


@pytest.mark.parametrize("name", ["warfarin-start", "doac-switch", "hit-screening", "hit"])
def test_a_pathway_asks_what_its_parts_ask(name):
    asked = set(asked_by_pathway(SEEDS, SEEDS.pathways[name]))
    wanted = {
        "warfarin-start": {"on_vka", "platelets", "overlap_days", "inr", "factor_x_pct"},
        "doac-switch": {"child_pugh", "oral_intake", "infusion_stopped_h"},
        "hit-screening": {"heparin_setting", "hit_risk_pct", "heparin_before"},
        "hit": {"platelets_peak", "platelets_nadir", "four_ts", "region", "weight_kg", "dic"},
    }
    assert asked >= wanted[name]


def test_the_4ts_total_leads_to_what_to_do():
    found = dosing.pathway(
        "hit", platelets_peak=220, platelets_nadir=80, onset_day=7, heparin_before="none",
        new_thrombosis="none", other_cause="possible", high_bleeding_risk="yes",
        other_indication="no", dic="yes", bleeding="major", platelets=80, weight_kg=70,
    )  # fmt: skip
    assert found.stages[0].scores[0].value == 5
    now = found.stages[2]
    assert "Prophylactic intensity" in now.guidance[0].says["intensity"]
    texts = " ".join(f.text for s in found.stages for f in s.findings)
    for words in ("flushes", "filter", "Kcentra", "says decrease", "no vitamin K antagonist now"):
        assert words in texts


def test_a_low_total_leaves_heparin_alone():
    found = dosing.pathway("hit", four_ts=3)
    assert "as it is" in found.stages[2].guidance[0].says["text"]
    assert not any("All heparin stops" in f.text for f in found.stages[2].findings)


# Found by a second reading: what a clinician could have been led into


def texts(advice, level):
    return " ".join(f.text for f in advice.findings if f.level == level)


@pytest.mark.parametrize(
    ("authority", "inputs", "said"),
    [
        ("us-label", {"critically_ill": "yes"}, "usually too much"),
        ("us-label", {"multiple_organ_dysfunction": "yes"}, "3 of 5 patients bled"),
        ("us-label", {"ecmo": "yes"}, "later ones started at 0.2"),
        ("us-label", {"heart_failure": "yes"}, "0.5 to 1.2"),
        ("us-label", {"anasarca": "yes"}, "0.5 to 1.2"),
        ("us-label", {"post_cardiac_surgery": "yes"}, "0.5 to 1.2"),
        ("us-label", {"bilirubin_mg_dl": 1.51}, "0.5 to 1.2"),
        ("us-label", {"bilirubin_umol_l": 25.7}, "0.5 to 1.2"),
        ("us-label", {"bilirubin_mg_dl": 1.5}, None),
        ("us-label", {"bilirubin_umol_l": 25.6}, None),
        ("us-label", {"critically_ill": "no", "ecmo": "no", "heart_failure": "no"}, None),
        ("eu-smpc", {"multiple_organ_dysfunction": "yes"}, "3 of 5 patients bled"),
        ("eu-smpc", {"heart_failure": "yes"}, "0.5 to 1.2"),
    ],
)
def test_2_mcg_kg_min_never_stands_alone_where_less_was_needed(authority, inputs, said):
    base = {"critically_ill": "no", "post_cardiac_surgery": "no"} if authority == "eu-smpc" else {}
    advice = dosing.start(
        "argatroban",
        indication="hit",
        authority=authority,
        weight_kg=70,
        child_pugh="none",
        **base | inputs,
    )
    assert advice.order.dose == 2
    assert said in texts(advice, "warn") if said else not texts(advice, "warn")


def test_the_rank_of_argatroban_in_the_critically_ill_comes_with_the_lower_starts():
    found = ranked(critically_ill="yes", child_pugh="none", weight_kg=70, crcl_ml_min=20)
    assert found["argatroban"].place == "suits"
    assert any("usually too much" in f.text for f in found["argatroban"].findings)


@pytest.mark.parametrize("authority", ["us-label", "ash-2018", "uhs-2016"])
def test_child_pugh_c_always_names_the_contraindication_of_the_eu_label(authority):
    inputs = {"bilirubin_mg_dl": 4, "heart_failure": "no", "anasarca": "no"}
    inputs |= {"post_cardiac_surgery": "no", "high_bleeding_risk": "no", "dic": "no"}
    inputs |= {"critically_ill": "no", "crcl_ml_min": 90}
    advice = dosing.start(
        "argatroban", indication="hit", authority=authority, weight_kg=70, child_pugh="C", **inputs
    )
    assert advice.order.dose == 0.5
    assert "EU label contraindicates" in texts(advice, "warn")


DRUGS = (
    "argatroban", "bivalirudin", "fondaparinux", "danaparoid",
    "rivaroxaban", "apixaban", "dabigatran",
)  # fmt: skip
ENOUGH = {
    "weight_kg": 70, "age_y": 50, "child_pugh": "none", "crcl_ml_min": 90,
    "renal_dysfunction": "no", "hit_with_thrombosis": "yes", "parenteral_days": 6,
}  # fmt: skip


@pytest.mark.parametrize("drug", DRUGS)
def test_major_bleeding_stops_every_anticoagulant_and_minor_does_not(drug):
    assert dosing.start(drug, **ENOUGH, bleeding="minor").order is not None
    advice = dosing.start(drug, **ENOUGH, bleeding="major")
    assert advice.order is None
    assert "Major bleeding" in texts(advice, "stop")
    assert ranked(**ENOUGH, bleeding="major")[drug].place == "excluded"


def test_a_bleeding_patient_is_not_ranked_as_a_stable_one():
    calm = {"critically_ill": "no", "high_bleeding_risk": "no", "planned_procedure": "no"}
    found = ranked(**ENOUGH, **calm, limb_or_life_threat="no", bleeding="minor")
    assert found["argatroban"].place == found["bivalirudin"].place == "suits"
    for drug in DRUGS[2:]:
        assert found[drug].place == "less suitable"


def test_a_threatened_limb_is_never_called_stable():
    calm = {"critically_ill": "no", "high_bleeding_risk": "no", "planned_procedure": "no"}
    agents = dosing.pathway("hit", **ENOUGH, **calm, limb_or_life_threat="yes").stages[3].agents
    assert agents[0].drug == "argatroban"
    assert not any("stable" in f.text for a in agents for f in a.findings)


def test_pregnancy_ranks_danaparoid_first_and_no_tablet():
    calm = {"critically_ill": "no", "high_bleeding_risk": "no", "planned_procedure": "no"}
    for region in ("US", "EU"):
        found = dosing.pathway(
            "hit", **ENOUGH, **calm, limb_or_life_threat="no", pregnancy="yes", region=region
        ).stages[3].agents  # fmt: skip
        assert found[0].drug == "danaparoid"
        assert {a.drug for a in found if a.place == "excluded"} == set(DRUGS[4:])


def test_the_list_of_drugs_is_for_adults_and_says_where_the_child_is():
    found = ranked(**ENOUGH | {"age_y": 8, "weight_kg": 25})
    assert {a.place for a in found.values()} == {"excluded"}
    assert any("hit-paediatric" in f.text for f in found["argatroban"].findings)


def test_an_excluded_drug_is_not_praised():
    calm = {"critically_ill": "no", "high_bleeding_risk": "no", "planned_procedure": "no"}
    found = ranked(**ENOUGH | {"crcl_ml_min": 20}, **calm, limb_or_life_threat="no")
    assert found["fondaparinux"].place == "excluded"
    assert {f.level for f in found["fondaparinux"].findings} == {"stop"}


@pytest.mark.parametrize(("total", "refused"), [(3, True), (4, False)])
def test_a_low_4ts_score_starts_no_drug_for_hit(total, refused):
    stages = dosing.pathway("hit", **ENOUGH, four_ts=total).stages
    for stage in stages[3:5]:
        assert any(f.level == "warn" and "Low 4Ts" in f.text for f in stage.findings) == refused


def test_every_authority_is_named_in_the_text_of_a_pathway():
    text = str(dosing.pathway("hit", **ENOUGH | {"crcl_ml_min": 25}, renal_replacement="none"))
    assert "by Tsu 2011: bivalirudin 0.05 mg/kg/h" in text
    assert "by EU label: no dose; more answers are needed" in text  # argatroban
    assert "by Published series: no dose\n" in text  # bivalirudin, which it refuses


def test_what_stops_a_step_stands_before_its_doses():
    text = str(dosing.pathway("hit", **ENOUGH, four_ts=2))
    assert text.index("Low 4Ts score: ASH") < text.index("argatroban, possible")


def test_days_in_range_do_not_count_while_argatroban_runs():
    days = {"overlap_days": 6, "inr_in_range_days": 3, "inr": 2.5}
    stage = dosing.pathway("warfarin-start", **days, argatroban_mcg_kg_min=1).stages[2]
    assert stage.guidance[0].says == {}
    assert any("Argatroban runs" in f.text for f in stage.guidance[0].findings)
    for rate in (0, None):
        stage = dosing.pathway("warfarin-start", **days, argatroban_mcg_kg_min=rate).stages[2]
        assert "may stop" in stage.guidance[0].says["text"]


@pytest.mark.parametrize(
    ("baseline", "aptt", "action"),
    [(66, 95, "increase"), (66.6, 99, "increase"), (67, 99, ""), (70, 80, ""), (70, 101, "hold")],
)
def test_without_a_target_the_ratio_raises_no_rate(baseline, aptt, action):
    for protocol in ("argatroban-smpc-standard", "argatroban-smpc-reduced"):
        step = dosing.titrate(
            protocol, running=1, weight_kg=70, aptt_s=aptt, baseline_aptt_s=baseline
        )
        assert step.action == action
        if not action:
            assert "no aPTT target exists" in texts(step, "stop")
        many = dosing.titrate(
            protocol, pd.DataFrame({"running": [1], "aptt_s": aptt, "baseline_aptt_s": baseline})
        )
        assert many["action"].astype(object).fillna("").tolist() == [action]


@pytest.mark.parametrize("name", ["4ts", "4ts-warkentin", "hep"])
@pytest.mark.parametrize(
    ("fall", "said"), [(0, "did not fall"), (-10, "did not fall"), (0.63, "fraction"), (2, "")]
)
def test_a_fall_that_is_none_is_questioned(name, fall, said):
    found = dosing.score(name, platelet_fall_pct=fall, platelets_nadir=80)
    warned = [f.text for f in found.findings if f.level == "warn"]
    assert any(said in t for t in warned) if said else not warned


def test_a_rapid_fall_without_recent_heparin_is_questioned():
    found = dosing.score("hep", fall_onset="rapid", rapid_onset_h=10, heparin_before="none")
    assert any("A rapid fall counts only" in f.text for f in found.findings)


@pytest.mark.parametrize(("volumes", "warned"), [(0.9, 1), (1, 0), (1.5, 0), (1.6, 1)])
def test_plasma_volumes_outside_1_to_1_5_are_questioned(volumes, warned):
    found = findings("hit-plasma-exchange-regimen", plasma_volumes=volumes)
    assert len([f for f in found if f[0] == "warn"]) == warned


def test_heparin_in_a_prothrombin_complex_is_refused_from_the_4ts_score_too():
    for total, refused in ((3, False), (4, True)):
        advice = dosing.start("pcc-4f", indication="vka", weight_kg=70, inr=5, four_ts=total)
        assert ("Kcentra and Balfaxar contain heparin" in texts(advice, "stop")) == refused


def test_no_warfarin_in_hit_in_pregnancy():
    assert dosing.start("warfarin", platelets=200, pregnancy="yes").order is None
    assert dosing.start("warfarin", platelets=200, pregnancy="no").order.dose == 5


def test_the_procedure_way_adjusts_argatroban_by_the_act():
    base = {"weight_kg": 70, "child_pugh": "none"}
    for act, dose in ((299, 30), (301, 25), (451, 15)):
        stages = dosing.pathway("hit-procedures", **base, act_s=act, pci_complication="no").stages
        assert stages[2].orders[0][0].order.dose == dose
