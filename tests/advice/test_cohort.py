"""One patient, and the same patient anywhere in a frame, are answered alike."""

import attrs
import numpy as np
import pandas as pd
import polars as pl
import pytest

import dosing
from dosing.knowledge.library import load
from dosing.scoring.door import names, needs_of
from tests.random_patients import ROWS, drawn, edges_of, names_for

SEEDS = load()
STARTS = [t for t in SEEDS.tables.values() if t.purpose == "start"]
PROTOCOLS = list(SEEDS.protocols.values())
DRUGS = list(dict.fromkeys((t.drug, t.indication) for t in STARTS))
RUNNING = {"mcg/kg/min": [0.25, 2, 40], "mg/kg/h": [0.05, 0.15], "units/kg/h": [8, 18, 0],
           "units/h": [600, 1200]}  # fmt: skip


def told(findings):
    """Findings as a frame holds them, without the place that a frame adds."""
    return [(f["level"], f["text"].partition(": ")[2] if ", row p" in f["text"] else f["text"],
             f["cite"]) for f in findings]  # fmt: skip


def same(mine, theirs):
    """Whether two numbers are one, or both none."""
    nothing = (theirs is None, mine is None or mine is pd.NA or mine != mine)
    return (any(nothing) and all(nothing)) or mine == pytest.approx(theirs, abs=1e-9)


def compare(many, one, numbers):
    """Hold one row of a frame against the answer for that patient alone."""
    assert many["status"] == one.status, (many, one)
    for name, value in numbers.items():
        if name in many:
            assert same(many[name], value), (name, many, one)
    assert told(many["findings"]) == told([f.to_dict() for f in one.findings])
    grave = [f for f in one.findings if f.level != "note"]
    reason = many["reason"].partition(": ")[2] if ", row p" in many["reason"] else many["reason"]
    assert reason == (grave[0].text if grave else "")


def shuffled(frame, rng):
    return frame.iloc[rng.permutation(len(frame))]


@pytest.mark.parametrize("table", STARTS, ids=[t.id for t in STARTS])
def test_a_first_order_in_a_frame_is_that_of_the_patient_alone(table):
    rng = np.random.default_rng(len(table.id))
    frame = shuffled(drawn(names_for(table), ROWS, rng, edges_of(table)), rng)
    where = {"indication": table.indication, "authority": table.authority}
    many = dosing.start(table.drug, frame, **where, findings=True)
    assert list(many.index) == list(frame.index)
    for name, patient in frame.iterrows():
        one = dosing.start(table.drug, **where, **patient.to_dict())
        order = one.order
        fields = (
            "dose",
            "low",
            "high",
            "pump_ml_h",
            "given_dose",
            "bolus_total",
            "every_h",
            "total",
        )
        numbers = {f: None if order is None else getattr(order, f) for f in fields}
        compare(many.loc[name], one, numbers | {"row": one.row or 0})


@pytest.mark.parametrize("protocol", PROTOCOLS, ids=[p.id for p in PROTOCOLS])
def test_a_next_step_in_a_frame_is_that_of_the_patient_alone(protocol):
    rng = np.random.default_rng(len(protocol.id))
    asked = [n for n in names_for(protocol, "titrate") if n not in ("running", "heparin_units_h")]
    frame = shuffled(drawn(asked, 3 * ROWS, rng, edges_of(protocol)), rng)
    frame["running"] = rng.choice(RUNNING[protocol.dose_unit], len(frame))
    frame["held_from"] = rng.choice([np.nan, np.nan, RUNNING[protocol.dose_unit][0]], len(frame))
    frame["in_range_before"] = rng.choice([0, 1, 3], len(frame))
    many = dosing.titrate(protocol.id, frame, findings=True)
    for name, patient in frame.iterrows():
        one = dosing.titrate(protocol.id, **patient.to_dict())
        row = many.loc[name]
        fields = (
            "rate",
            "pump_ml_h",
            "bolus",
            "bolus_total",
            "hold_min",
            "resume_rate",
            "recheck_h",
        )
        compare(row, one, {f: getattr(one, f) for f in fields} | {"row": one.row or 0})
        assert ("" if row["action"] != row["action"] else row["action"]) == one.action
        assert (None if row["in_range"] is pd.NA else row["in_range"]) == one.in_range
        assert row["notify"] == one.notify


@pytest.mark.parametrize("score", names(SEEDS))
def test_a_score_in_a_frame_is_that_of_the_patient_alone(score):
    rng = np.random.default_rng(len(score))
    asked = [n for n in needs_of(SEEDS, score) if n in SEEDS.names]
    frame = shuffled(drawn(asked, ROWS, rng), rng)
    many = dosing.score(score, frame, findings=True)
    for name, patient in frame.iterrows():
        one = dosing.score(score, **patient.to_dict())
        compare(many.loc[name], one, {"value": one.value})
        if "band" in many:
            band = many.loc[name, "band"]
            assert ("" if band != band else band) == one.band


@pytest.mark.parametrize(("drug", "indication"), DRUGS, ids=["-".join(pair) for pair in DRUGS])
def test_a_comparison_in_a_frame_is_that_of_the_patient_alone(drug, indication):
    rng = np.random.default_rng(len(drug + indication))
    tables = [t for t in STARTS if (t.drug, t.indication) == (drug, indication)]
    asked = dict.fromkeys(name for table in tables for name in names_for(table))
    edges = {name: ends for table in tables for name, ends in edges_of(table).items()}
    frame = shuffled(drawn(asked, -(-ROWS // 6), rng, edges), rng)
    where = {"indication": indication, "findings": True}
    many = dosing.compare(drug, frame, **where)
    for name, patient in frame.iterrows():
        alone = dosing.compare(drug, **where, **patient.to_dict())
        of_one = dosing.compare(drug, patient.to_frame().T, **where)
        for mine in (many.loc[[name]], of_one):
            assert list(mine.columns) == list(alone.columns)
            for (_, one), (_, other) in zip(mine.iterrows(), alone.iterrows(), strict=True):
                assert told(one["findings"]) == told(other["findings"])
                kept = [n for n in alone.columns if n not in ("findings", "reason")]
                assert all(same(one[n], None if pd.isna(other[n]) else other[n]) for n in kept)


def test_a_target_in_a_frame_is_that_of_the_patient_alone():
    values = [28, 66.5, 66.7, 40, None, 500, "long"]
    drawn_too = drawn(["baseline_aptt_s"], ROWS, np.random.default_rng(ROWS))["baseline_aptt_s"]
    frame = pd.DataFrame({"baseline_aptt_s": [*values, *drawn_too]}, dtype=object)
    many = dosing.target("argatroban", frame, findings=True)
    for i, value in enumerate(frame["baseline_aptt_s"]):
        one = dosing.target("argatroban", baseline_aptt_s=value)
        low, high = one.window or (None, None)
        assert same(many.loc[i, "low"], low)
        assert same(many.loc[i, "high"], high)


COHORT = {"weight_kg": [49.9, 50.0, 100.1, 70.0], "crcl_ml_min": [80.0, 20.0, None, 40.0],
          "id": list("abcd")}  # fmt: skip
KINDS = {
    "pandas": lambda d: pd.DataFrame(d),
    "nullable": lambda d: pd.DataFrame(d).convert_dtypes(),
    "pyarrow-backed": lambda d: pd.DataFrame(d).convert_dtypes(dtype_backend="pyarrow"),
    "text": lambda d: pd.DataFrame(d).astype(str).replace("nan", ""),
    "categorical": lambda d: pd.DataFrame(d).astype("category"),
    "polars": lambda d: pl.DataFrame(d),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_frame_is_read_and_answered_in_kind(kind):
    frame = KINDS[kind](COHORT)
    found = dosing.start("fondaparinux", frame)
    assert type(found) is type(frame)
    assert list(found["status"]) == ["ok", "stop", "missing", "ok"]
    doses = [None if x is None or x != x else x for x in found["dose"]]
    assert doses == [5, None, None, 7.5]
    assert list(found["unit"]) == ["mg"] * 4


def test_what_is_constant_stands_in_attrs_or_in_columns():
    frame = pd.DataFrame(COHORT)
    found = dosing.start("fondaparinux", frame)
    assert found.attrs["drug"] == "fondaparinux"
    assert found.attrs["used"] == ["weight_kg", "crcl_ml_min"]
    assert found.attrs["unused"] == ["id"]
    assert {"seeds", "version", "indication"} <= set(found.attrs)
    columns = dosing.start("fondaparinux", frame, provenance="columns")
    assert set(columns["unused"]) == {"id"}
    polars = dosing.start("fondaparinux", pl.DataFrame(COHORT))
    assert polars["drug"].unique().to_list() == ["fondaparinux"]
    titrated = dosing.titrate(
        "argatroban-uhs-2016", pd.DataFrame({"running": [2.0], "aptt_s": [60]})
    )
    assert titrated.attrs["protocol"] == "argatroban-uhs-2016"
    assert dosing.score("hscore", frame[["id"]]).attrs["score"] == "hscore"
    with pytest.raises(ValueError, match="provenance is 'index'; expected attrs or columns"):
        dosing.start("fondaparinux", frame, provenance="index")


def test_every_answer_carries_its_source():
    found = dosing.start("fondaparinux", pd.DataFrame(COHORT))
    assert list(found["authority"]) == ["us-label"] * 4
    assert list(found["table"]) == ["fondaparinux-hit-us-label"] * 4
    assert found["cite"].tolist()[1] == "fondaparinux-us-label 4"
    assert found["confirmed"].tolist() == ["primary", "secondary", "primary", "primary"]


def test_one_bad_cell_spoils_one_row_and_is_named():
    frame = pd.DataFrame({"weight_kg": [70, "heavy"], "crcl_ml_min": 80}, index=["a", "b"])
    found = dosing.start("fondaparinux", frame)
    assert list(found["status"]) == ["ok", "impossible"]
    assert found.loc["b", "reason"].startswith("weight_kg, row b: Body weight: 'heavy'")


def test_in_range_is_unknown_where_there_is_no_answer():
    frame = pd.DataFrame({"running": [2.0, 2.0, 2.0], "aptt_s": [60, 110, None]})
    found = dosing.titrate("argatroban-uhs-2016", frame)
    assert str(found["in_range"].dtype) == "boolean"
    assert found["in_range"].isna().tolist() == [False, False, True]


def test_a_comparison_has_a_row_for_each_patient_and_authority():
    frame = pd.DataFrame(COHORT, index=list("wxyz"))
    found = dosing.compare("fondaparinux", frame, findings=True)
    assert list(found.index) == list("wwxxyyzz")
    assert list(found["authority"]) == ["us-label", "eu-smpc"] * 4
    for authority in ("us-label", "eu-smpc"):
        alone = dosing.start("fondaparinux", frame, authority=authority, findings=True)
        mine = found[found["authority"] == authority]
        assert mine["reason"].tolist() == alone["reason"].tolist()
        assert mine["dose"].equals(alone["dose"])
    one = dosing.compare("fondaparinux", weight_kg=70, crcl_ml_min=80)
    assert one.loc["eu-smpc", "dose"] == 7.5
    assert len(dosing.compare("fondaparinux", pl.DataFrame(COHORT))) == 8


def test_inputs_beside_a_frame_hold_for_all():
    frame = pd.DataFrame({"weight_kg": [49.0, 70.0]})
    found = dosing.start("fondaparinux", frame, crcl_ml_min="80")
    assert found["dose"].tolist() == [5, 7.5]
    with pytest.raises(ValueError, match="weight_kg is given both as a column and for all"):
        dosing.start("fondaparinux", frame, weight_kg=70)


def test_a_contradiction_is_impossible_in_a_frame_too():
    frame = pd.DataFrame({"age_y": 85, "sex": "male", "creatinine_mg_dl": 4.0, "weight_kg": 70.0,
                          "crcl_ml_min": [90.0, 14.0, None]})  # fmt: skip
    found = dosing.start("fondaparinux", frame)
    assert list(found["status"]) == ["impossible", "stop", "stop"]
    assert "which is right?" in found.loc[0, "reason"]


def test_the_4ts_items_stop_heparin_in_a_frame_as_alone():
    items = {"platelets_peak": 250, "platelets_nadir": 60, "onset_day": 7, "heparin_before": "none",
             "new_thrombosis": "new", "other_cause": ["none", None]}  # fmt: skip
    frame = pd.DataFrame(items | {"running": 18.0, "aptt_s": 60.0, "weight_kg": 70.0})
    found = dosing.titrate("heparin-raschke-1993", frame)
    assert list(found["status"]) == ["stop", "ok"]
    assert "4Ts" in found.loc[0, "reason"]


def test_two_hospitals_side_by_side(tmp_path):
    (tmp_path / "site.toml").write_text("[weight_caps]\nargatroban = 100\n", "utf-8")
    own, shipped = dosing.Rules(str(tmp_path)), dosing.Rules("")
    frame = pd.DataFrame({"weight_kg": [140.0], "child_pugh": ["A"]})
    assert own.start("argatroban", frame)["pump_ml_h"].tolist() == [12]
    assert shipped.start("argatroban", frame)["pump_ml_h"].tolist() == [16.8]
    assert own.seeds.digest != shipped.seeds.digest
    assert attrs.asdict(own.seeds.site)["weight_caps"] == {"argatroban": 100}
