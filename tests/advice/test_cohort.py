"""Many patients are answered as each of them alone."""

import numpy as np
import pandas as pd
import pytest

import dosing
from dosing.knowledge.library import load
from dosing.rules.protocols import inputs_of

SEEDS = load()
STARTS = [t for t in SEEDS.tables.values() if t.purpose == "start"]
PROTOCOLS = list(SEEDS.protocols.values())


def some_patients(size, seed):
    """Patients of every kind, with missing and impossible values among them."""
    rng = np.random.default_rng(seed)

    def number(low, high):
        values = rng.uniform(low, high, size).round(1)
        values[rng.random(size) < 0.1] = np.nan
        values[rng.random(size) < 0.03] = -1
        return values

    def word(*options):
        return rng.choice(np.array([*options, None], dtype=object), size)

    return pd.DataFrame(
        {
            "weight_kg": number(30, 150),
            "height_cm": number(150, 195),
            "age_y": rng.integers(1, 95, size).astype(float),
            "sex": word("female", "male"),
            "creatinine_umol_l": number(40, 400),
            "crcl_ml_min": rng.choice([29.9, 30, 60, 61, 90, *[np.nan] * 5], size),
            "bilirubin_mg_dl": number(0.2, 4),
            "albumin_g_dl": number(2, 5),
            "inr": number(0.8, 3),
            "ascites": word("none", "mild", "moderate"),
            "encephalopathy_grade": rng.integers(0, 5, size).astype(float),
            "child_pugh": word("none", "A", "b", "C", "D"),
            "renal_replacement": word("none", "ihd", "SLED", "crrt"),
            **{n: word("yes", "no") for n in (
                "heart_failure", "anasarca", "post_cardiac_surgery", "critically_ill", "dic",
                "ecmo", "multiple_organ_dysfunction", "high_bleeding_risk", "pci_complication",
                "on_vka")},
            "frail_or_obese": word("yes", "no"),
            "gp_inhibitor": word("yes", "no"),
            "hit_recent": word("no", "no", "no", "yes"),
            "bypass_min": number(10, 200),
            "heparin_given_units": number(500, 30000),
            "enoxaparin_dose_mg": number(20, 120),
            "minutes_since": number(0, 300),
            "hours_since_h": number(0, 20),
            "concentration_units_ml": rng.choice([np.nan, 40, 50, 100], size),
            "act_s": number(200, 500),
            "platelets": rng.choice([149.0, 150, 151, np.nan], size),
            "dose_mg": rng.choice([5.0, 7.5, np.nan], size),
            "baseline_aptt_s": number(25, 80),
            "ast_alt_x_uln": number(0.5, 5),
            "concentration_mg_ml": rng.choice([np.nan, 1, 5, 100], size),
            **{n: rng.choice(np.array(["no", None], dtype=object), size) for n in (
                "mechanical_valve", "triple_positive_aps", "hit_recent", "hit_history",
                "amiodarone", "strong_inducer")},
            **{n: word("yes", "no") for n in (
                "strong_inhibitor", "extended_treatment", "hit_with_thrombosis",
                "renal_dysfunction", "stable_before", "xa_dose_unknown", "hours_since_unknown")},
            "pgp_inhibitor": word("none", "dronedarone", "verapamil", "other"),
            "bleeding": word("none", "minor", "major"),
            "region": word("US", "EU"),
            "xa_inhibitor": word("apixaban", "rivaroxaban"),
            "vkorc1": word("GG", "G/A", "AA", "unknown"),
            "cyp2c9": word("*1/*1", "*1/*3", "*3/*3", "unknown"),
            "parenteral_days": rng.choice([4, 5, 6, np.nan], size),
            "warfarin_day": rng.choice([1, 2, 3, 6, 7, np.nan], size),
            "inr_before": rng.choice([1.2, 1.5, 2, 3.1, np.nan], size),
            "etoposide_plan": word("150 mg/m²", "100 mg/m²", "50 mg/m²"),
            "immunoglobulin_days": rng.choice([2.0, 3, 4, np.nan], size),
            "xa_dose_mg": rng.choice([5, 5.1, 10, 20, np.nan], size),
        },
        index=[f"p{i}" for i in range(size)],
    )  # fmt: skip


@pytest.mark.parametrize("table", STARTS, ids=[t.id for t in STARTS])
@pytest.mark.parametrize("derive", [True, False], ids=["derived", "given"])
def test_one_row_equals_a_cohort_of_one(table, derive):
    cohort = some_patients(150, seed=len(table.id))
    if derive:
        cohort = cohort.drop(columns=["child_pugh"])
    else:  # only what the table asks, so that more patients are given a dose
        sizes = ["weight_kg", "height_cm", "concentration_mg_ml", "concentration_units_ml"]
        sizes += ["heparin_given_units", "enoxaparin_dose_mg"]
        asked = {SEEDS.names[n] for n in (*table.columns, *sizes)}
        cohort = cohort[[n for n in cohort if SEEDS.names[n] in asked]]
    where = (table.indication, table.authority)
    many = dosing.start_many(table.drug, cohort, *where)
    assert list(many.index) == list(cohort.index)
    gives = any(r.then for r in table.rows)
    assert derive or (many["status"] == "ok").any() == gives
    for name, patient in cohort.iterrows():
        one = dosing.start(table.drug, *where, **patient.to_dict())
        row = many.loc[name]
        assert (row["status"] == "ok") == (one.order is not None), (name, row, one)
        if one.order is None:
            assert np.isnan(row["dose"])
            continue
        assert row["dose"] == one.order.dose
        assert row["row"] == one.row
        for name_of in ("total", "every_h", "bolus_total"):
            wanted = getattr(one.order, name_of)
            if name_of in many:
                wanted = np.nan if wanted is None else wanted
                assert row[name_of] == pytest.approx(wanted, abs=1e-6, nan_ok=True)
            else:
                assert wanted is None
        if one.order.pump_ml_h is not None:
            assert row["pump_ml_h"] == pytest.approx(one.order.pump_ml_h)
            assert row["given_dose"] == pytest.approx(one.order.given_dose, abs=1e-6)


@pytest.mark.parametrize("protocol", PROTOCOLS, ids=[p.id for p in PROTOCOLS])
def test_one_titration_equals_a_cohort_of_one(protocol):
    rng = np.random.default_rng(3)
    usual = {"units/kg/h": 30, "units/h": 2000}
    top = usual[protocol.dose_unit] if protocol.limits.unlimited else protocol.limits.max_rate
    cohort = pd.DataFrame(
        {
            "running": (rng.uniform(-0.1, 1.1, 150) * top).round(3),
            "aptt_s": rng.uniform(10, 130, 150).round(1),
            "anti_xa_units_ml": rng.uniform(-0.05, 1.3, 150).round(3),
            "baseline_aptt_s": rng.uniform(20, 60, 150).round(),
            "weight_kg": rng.uniform(40, 120, 150).round(1),
            "in_range_before": rng.integers(0, 3, 150).astype(float),
            "concentration_mg_ml": rng.choice([np.nan, 1, 100], 150),
            "concentration_units_ml": rng.choice([np.nan, 40, 100], 150),
            "bleeding": rng.choice(np.array(["none", "minor", "major", None], dtype=object), 150),
        }
    )
    cohort.loc[::9, ["aptt_s", "anti_xa_units_ml"]] = np.nan
    cohort.loc[::11, "weight_kg"] = np.nan
    many = dosing.titrate_many(protocol.id, cohort)
    assert set(inputs_of(protocol)) <= set(cohort.columns)
    for i, patient in cohort.iterrows():
        inputs = patient.to_dict()
        before = int(inputs.pop("in_range_before"))
        one = dosing.titrate(protocol.id, inputs.pop("running"), in_range_before=before, **inputs)
        row = many.loc[i]
        if not one.action:
            assert pd.isna(row["action"]), (patient, one)
            assert np.isnan(row["rate"])
            continue
        assert row["action"] == one.action
        names = ("rate", "pump_ml_h", "bolus", "bolus_total", "hold_min", "resume_rate")
        for name in (*names, "recheck_h"):
            wanted = getattr(one, name)
            assert row[name] == pytest.approx(np.nan if wanted is None else wanted, nan_ok=True)
        assert (bool(row["in_range"]), bool(row["notify"])) == (one.in_range, one.notify)


def test_totals_intervals_caps_and_boluses_of_many():
    cohort = pd.DataFrame(
        {"weight_kg": [80, 120, np.nan], "age_y": [60, 60, 80], "crcl_ml_min": [80, 29, 80]}
    )
    many = dosing.start_many("enoxaparin", cohort, "stemi")
    assert many["total"].tolist()[:2] == [80, 120]
    assert many["every_h"].tolist()[:2] == [12, 24]
    assert many["bolus_total"].tolist()[:2] == [30, 30]
    assert many["status"].tolist() == ["ok", "ok", "missing"]
    capped = dosing.start_many("pcc-4f", pd.DataFrame({"inr": 3, "weight_kg": [70, 120]}), "vka")
    assert capped["total"].tolist() == [1750, 2500]


def test_a_rate_in_units_an_hour_is_given_with_and_without_a_strength():
    cohort = pd.DataFrame(
        {"weight_kg": 70, "renal_dysfunction": "no", "concentration_units_ml": [100, np.nan]}
    )
    many = dosing.start_many("danaparoid", cohort)
    assert many["dose"].tolist() == [400, 400]
    assert many["bolus_total"].tolist() == [2250, 2250]
    assert many["pump_ml_h"].tolist()[0] == 4
    assert np.isnan(many["pump_ml_h"].tolist()[1])


def test_categoricals_answer_as_text_does():
    cohort = some_patients(300, seed=9)
    words = cohort.select_dtypes(["object", "str"]).columns
    kinds = cohort.astype(dict.fromkeys(words, "category"))
    for authority in ("us-label", "ash-2018", "eu-smpc"):
        plain = dosing.start_many("argatroban", cohort, authority=authority)
        pd.testing.assert_frame_equal(
            plain, dosing.start_many("argatroban", kinds, authority=authority)
        )


def test_statuses_say_why_there_is_no_dose():
    cohort = pd.DataFrame({"weight_kg": [70, 70, np.nan, -5], "crcl_ml_min": [80, 20, 80, 80]})
    many = dosing.start_many("fondaparinux", cohort)
    assert many["status"].tolist() == ["ok", "stop", "missing", "impossible"]
    assert many["dose"].tolist()[0] == 7.5
    assert many["dose"][1:].isna().all()


def test_other_columns_are_left_alone_and_an_empty_cohort_is_answered():
    cohort = pd.DataFrame({"weight_kg": [70.0], "crcl_ml_min": [80.0], "ward": ["4B"]})
    assert dosing.start_many("fondaparinux", cohort)["dose"].tolist() == [7.5]
    assert len(dosing.start_many("fondaparinux", cohort[:0])) == 0


def test_compare_puts_authorities_side_by_side():
    frame = dosing.compare("bivalirudin", weight_kg=80, crcl_ml_min=25)
    assert frame.loc["tsu-2011", "dose"] == 0.05
    assert frame.loc["runyan-2011", "dose"] == 0.08
    assert np.isnan(frame.loc["ash-2018", "dose"])
    assert "gives no number" in frame.loc["ash-2018", "no_dose_because"]


def test_unknown_names_list_what_exists():
    cohort = pd.DataFrame({"weight_kg": [70.0]})
    with pytest.raises(ValueError, match="there are us-label"):
        dosing.start_many("argatroban", cohort, authority="fda")
    with pytest.raises(ValueError, match="there is no protocol"):
        dosing.titrate_many("x", cohort)


@pytest.mark.parametrize("kind", [object, "category", "str"])
def test_words_of_any_kind_are_read_alike_and_blank_ones_as_not_given(kind):
    words = pd.Series(["B", " b ", "", "  ", None, "D"], dtype=kind)
    cohort = pd.DataFrame({"weight_kg": 70.0, "child_pugh": words})
    found = dosing.start_many("argatroban", cohort, authority="us-label")
    blank = ["missing"] * 3
    assert found["status"].tolist() == ["ok", "ok", *blank, "impossible"]


def test_a_class_with_gaps_is_filled_only_where_its_parts_are_known():
    cohort = pd.DataFrame(
        {
            "weight_kg": 70.0,
            "child_pugh": ["A", None, None],
            "bilirubin_mg_dl": 2.5,
            "albumin_g_dl": 3.0,
            "inr": [1.2, 1.2, np.nan],
            "ascites": "mild",
            "encephalopathy_grade": 0,
        }
    )
    found = dosing.start_many("argatroban", cohort, authority="us-label")
    assert found["dose"].tolist()[:2] == [2, 0.5]
    assert found["status"].tolist() == ["ok", "ok", "missing"]


SUSPECTED = {
    "platelets_peak": 220, "platelets_nadir": 80, "onset_day": 7, "heparin_before": "none",
    "new_thrombosis": "new", "other_cause": "none",
}  # fmt: skip


def test_suspicion_by_the_items_of_the_4ts_stops_heparin_for_one_and_for_many():
    changes = [{}, {"platelets_nadir": 200}, {"other_cause": None}, {"hit_confirmed": "no"},
               {"four_ts": 2}]  # fmt: skip
    cohort = pd.DataFrame(
        [{"weight_kg": 70, "hit_confirmed": None, "four_ts": np.nan, **SUSPECTED, **c}
         for c in changes]
    )  # fmt: skip
    many = dosing.start_many("heparin", cohort, "vte")["status"].tolist()
    one = [dosing.start("heparin", "vte", **dict(row)) for _, row in cohort.iterrows()]
    assert ["stop" if a.order is None else "ok" for a in one] == many
    assert many == ["stop", "stop", "ok", "ok", "ok"]
    assert "4Ts score 8 points" in one[0].derived
    assert not {"platelets_peak", "other_cause"} & set(one[0].unused)
    without = cohort.drop(columns=["four_ts", "other_cause"])
    assert dosing.start_many("heparin", without, "vte")["status"].tolist() == ["ok"] * 5
