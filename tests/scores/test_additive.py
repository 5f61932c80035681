"""Scores show their components and give no total while an item is unanswered."""

import itertools

import attrs
import numpy as np
import pytest

import dosing
from dosing.base.findings import Finding
from dosing.knowledge.library import cases, load
from dosing.knowledge.scoretypes import ScoreItem, ScoreRow
from dosing.knowledge.seedtypes import Column
from dosing.rules.patients import check
from dosing.scores.additive import (
    ScoreResult,
    child_pugh_class,
    child_pugh_classes,
    clearance,
    clearance_by,
    points_of,
    read,
)

SEEDS = load()
CASES = [(name, line) for name, lines in cases() if name in SEEDS.scores for line in lines]
WHOLE = {
    "bilirubin_mg_dl": 1, "albumin_g_dl": 4, "inr": 1, "ascites": "none", "encephalopathy_grade": 0,
}  # fmt: skip


def child_pugh(**changed):
    inputs = WHOLE | changed
    for a, b in (("bilirubin_umol_l", "bilirubin_mg_dl"), ("albumin_g_l", "albumin_g_dl")):
        if a in changed:
            inputs.pop(b)
    return dosing.score("child-pugh", **inputs)


@pytest.mark.parametrize(("name", "line"), CASES, ids=[f"{n}: {c['why']}" for n, c in CASES])
def test_case(name, line):
    found = dosing.score(name, **{k: v for k, v in line.items() if k in SEEDS.names})
    if line.get("value"):
        assert (found.value, found.band) == (float(line["value"]), line["band"])
    else:
        assert found.value is None


@pytest.mark.parametrize(
    ("changed", "points"),
    [
        ({"bilirubin_mg_dl": 1.99}, 1), ({"bilirubin_mg_dl": 2}, 2), ({"bilirubin_mg_dl": 3}, 2),
        ({"bilirubin_mg_dl": 3.01}, 3),
        ({"bilirubin_umol_l": 33.9}, 1), ({"bilirubin_umol_l": 34}, 2),
        ({"bilirubin_umol_l": 51}, 2), ({"bilirubin_umol_l": 51.1}, 3),
        ({"albumin_g_dl": 3.51}, 1), ({"albumin_g_dl": 3.5}, 2), ({"albumin_g_dl": 2.8}, 2),
        ({"albumin_g_dl": 2.79}, 3), ({"albumin_g_l": 28}, 2), ({"albumin_g_l": 27.9}, 3),
        ({"inr": 1.69}, 1), ({"inr": 1.7}, 2), ({"inr": 2.3}, 2), ({"inr": 2.31}, 3),
        ({"ascites": "mild"}, 2), ({"ascites": "moderate"}, 3), ({"ascites": "severe"}, 3),
        ({"encephalopathy_grade": 1}, 2), ({"encephalopathy_grade": 2}, 2),
        ({"encephalopathy_grade": 3}, 3),
    ],
)  # fmt: skip
def test_edges_are_compared_as_printed_in_the_unit_supplied(changed, points):
    assert child_pugh(**changed).value == 4 + points


def test_34_micromol_is_two_points_and_its_mg_value_one():
    assert child_pugh(bilirubin_umol_l=34).value == 6
    assert child_pugh(bilirubin_mg_dl=34 / 17.1).value == 5


@pytest.mark.parametrize(("bilirubin", "points"), [(3.9, 1), (4, 2), (10, 2), (10.1, 3)])
def test_cholestatic_disease_has_edges_of_its_own(bilirubin, points):
    found = child_pugh(bilirubin_mg_dl=bilirubin, cholestatic_disease="yes")
    assert found.value == 4 + points
    assert any("cholangitis" in f.text for f in found.findings)


def test_the_range_is_5_to_15_and_every_total_has_a_class():
    choices = itertools.product(
        (1, 2.5, 4), (4, 3, 2), (1, 2, 3), ("none", "mild", "severe"), (0, 1, 4)
    )
    found = {}
    for values in choices:
        result = dosing.score("child-pugh", **dict(zip(WHOLE, values, strict=True)))
        found[result.value] = result.band
    assert sorted(found) == list(range(5, 16))
    assert "".join(found[v] for v in range(5, 16)) == "AABBBCCCCCC"


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("bad", [None, "abc", -1])
def test_no_total_while_an_item_is_unanswered_or_impossible(name, bad):
    found = child_pugh(**{name: bad})
    assert (found.value, found.band) == (None, "")
    assert any(f.level == "needed" for f in found.findings)


def test_a_cohort_is_classed_as_each_of_its_patients():
    rng = np.random.default_rng(2)
    size = 300
    columns = {
        "bilirubin_umol_l": rng.uniform(5, 100, size).round(),
        "albumin_g_dl": rng.uniform(2, 5, size).round(1),
        "inr": rng.uniform(0.8, 3, size).round(1),
        "ascites": rng.choice(["none", "mild", "severe"], size).astype(object),
        "encephalopathy_grade": rng.integers(0, 5, size).astype(float),
    }
    columns["inr"][::7] = np.nan
    many = child_pugh_classes(columns, size)
    for i in range(size):
        one = dosing.score("child-pugh", **{n: c[i] for n, c in columns.items()})
        assert (many[i] or "") == one.band


@pytest.mark.parametrize(
    ("rule", "value"),
    [("actual", 105.13), ("ideal", 57.77), ("adjusted", 76.71), ("actual_below_ideal", 76.71)],
)
def test_cockcroft_gault_by_each_weight_rule(rule, value):
    found = dosing.score(
        "cockcroft-gault", weight_rule=rule, age_y=58, height_cm=170, weight_kg=120,
        creatinine_mg_dl=1.3, sex="male",
    )  # fmt: skip
    assert found.value == pytest.approx(value, abs=0.01)
    assert found.components["actual"] == pytest.approx(105.13, abs=0.01)
    assert any(f"rule: {rule}" in f.text for f in found.findings)


def test_cockcroft_gault_says_which_weight_the_site_chose():
    found = dosing.score("cockcroft-gault", age_y=60, weight_kg=70, creatinine_umol_l=88.4, sex="f")
    assert found.value == pytest.approx(66.111, abs=0.001)
    assert any("actual weight, 70 kg" in f.text for f in found.findings)


def test_below_60_inches_the_ideal_weight_is_extrapolated_and_said_so():
    found = dosing.score(
        "cockcroft-gault", weight_rule="ideal", age_y=60, height_cm=147, creatinine_mg_dl=1, sex="f"
    )
    assert any("not defined below 60 in" in f.text for f in found.findings)


def test_ckd_epi_is_indexed_and_says_so():
    found = dosing.score(
        "ckd-epi-2021", age_y=55, sex="female", creatinine_mg_dl=0.9, height_cm=180, weight_kg=100
    )
    assert found.value == pytest.approx(75.499, abs=0.01)
    assert found.components["not indexed, mL/min"] == pytest.approx(
        75.499 * 2.2361 / 1.73, abs=0.01
    )
    assert any("not a creatinine clearance" in f.text for f in found.findings)


def test_unknown_scores_and_rules_list_what_exists():
    with pytest.raises(ValueError, match=r"there are .*child-pugh, ckd-epi-2021, cockcroft-gault"):
        dosing.score("apgar")
    with pytest.raises(ValueError, match="there are actual, ideal"):
        dosing.score("cockcroft-gault", weight_rule="dry", age_y=50)


def test_the_json_is_the_contract():
    assert set(child_pugh().to_dict()) >= {
        "score", "value", "band", "components", "findings", "cite", "inputs", "missing",
    }  # fmt: skip


ITS = {"age_y": 58, "height_cm": 170, "weight_kg": 120, "creatinine_mg_dl": 1.3, "sex": "male"}


def without(*names):
    return check({n: v for n, v in ITS.items() if n not in names})


@pytest.mark.parametrize(
    ("rule", "value", "needs_weight", "needs_height"),
    [
        ("actual", 105.13, True, False), ("ideal", 57.77, False, True),
        ("adjusted", 76.71, True, True), ("lean", 62.28, True, True),
        ("actual_below_ideal", 76.71, True, True),
    ],
)  # fmt: skip
def test_each_weight_rule_needs_its_own_measurements(rule, value, needs_weight, needs_height):
    assert clearance_by(without(), rule).crcl_ml_min == pytest.approx(value, abs=0.01)
    for needed, name in ((needs_weight, "weight_kg"), (needs_height, "height_cm")):
        found = clearance_by(without(name), rule)
        if needed:
            assert found is None
        else:
            assert found.crcl_ml_min == pytest.approx(value, abs=0.01)
    for name in ("age_y", "creatinine_mg_dl", "sex"):
        assert clearance_by(without(name), rule) is None


def test_the_clearance_of_the_site_says_its_weight_and_rounds_what_is_read():
    patient = check({"age_y": 60, "weight_kg": 70.26, "creatinine_mg_dl": 1, "sex": "female"})
    assert clearance(patient) == (
        66.357,
        "creatinine clearance 66.4 mL/min by Cockcroft-Gault from the actual weight, 70.3 kg",
    )
    assert clearance(without("weight_kg")) is None


def test_a_printed_table_is_read_at_between_below_and_above_its_lines():
    rows = ((90, "<1"), (100, "1"), (110, "3"))
    said = {80: "<1", 90: "<1", 95: "between <1 and 1", 100: "1", 105: "between 1 and 3"}
    assert {total: read(rows, total) for total in said} == said
    assert read(rows, 110) == "3"
    assert read(rows, 200) == "3"


def test_class_and_total_of_one_patient():
    assert child_pugh_class(check(WHOLE)) == ("A", 5)
    assert child_pugh_class(check(WHOLE | {"inr": None})) is None
    assert child_pugh_class(check(WHOLE | {"weight_kg": 70})) == ("A", 5)


def test_a_cohort_without_a_component_has_no_class():
    columns = {name: np.array([value, value], dtype=object) for name, value in WHOLE.items()}
    assert child_pugh_classes(columns, 2).tolist() == ["A", "A"]
    columns["bilirubin_mg_dl"][1] = None
    assert child_pugh_classes(columns, 2).tolist() == ["A", None]
    columns.pop("inr")
    assert child_pugh_classes(columns, 2).tolist() == [None, None]


def test_a_cohort_has_the_edges_of_cholestatic_disease_where_it_is_answered_yes():
    bilirubin = np.array([3.5, 3.5, 3.5, 11, 11])
    cholestatic = np.array(["yes", "no", None, "yes", "no"], dtype=object)
    columns = {name: np.full(5, value, dtype=object) for name, value in WHOLE.items()}
    columns |= {"albumin_g_dl": np.full(5, 3.0), "bilirubin_mg_dl": bilirubin}
    columns["inr"] = np.array([2, 2, 2, 2.5, 2.5])
    columns["cholestatic_disease"] = cholestatic
    many = child_pugh_classes(columns, 5)
    for i in range(5):
        assert many[i] == dosing.score("child-pugh", **{n: c[i] for n, c in columns.items()}).band
    columns["bilirubin_mg_dl"], columns["inr"] = np.full(5, 3.5), np.full(5, 1)
    assert child_pugh_classes(columns, 5).tolist() == ["A", "B", "B", "A", "B"]


def test_an_item_asks_for_what_could_still_change_it():
    found = dosing.score("4ts", platelet_fall_pct=60, other_cause="none", new_thrombosis="new")
    assert set(found.missing) == {"platelets_nadir", "onset_day", "heparin_before"}


def test_a_result_prints_its_value_parts_findings_and_source():
    found = ScoreResult(
        score="s", title="<Title>", value=1.23456, unit="mL/min", band="B",
        components={"part": 2.0, "used": "actual", "share": 3.14159},
        findings=(Finding("warn", "Act."), Finding("note", "Know.", "other")),
        cite="source", confirmed="secondary", inputs={}, missing=(),
    )  # fmt: skip
    assert str(found).splitlines() == [
        "<Title>", "  1.235 mL/min (B)", "    part: 2", "    used: actual", "    share: 3.142",
        "  warn: Act.", "  note: Know. [other]", "  source: source (secondary)",
    ]  # fmt: skip
    assert found._repr_html_().startswith("<pre>&lt;Title&gt;\n  1.235 mL/min (B)\n")
    bare = attrs.evolve(found, unit="", band="", value=4, components={}, findings=())
    assert str(bare).splitlines()[1:] == ["  4", "  source: source (secondary)"]
    assert str(attrs.evolve(bare, value=None)).splitlines()[1] == "  no result"


def test_an_item_asks_again_for_what_lies_outside_its_printed_rows():
    item = ScoreItem(
        name="kidney", label="Kidney", columns={"crcl_ml_min": Column(domain="[0, 100]")},
        rows=(ScoreRow(when={"crcl_ml_min": "any"}, points=1),),
    )  # fmt: skip
    assert points_of(item, check({"crcl_ml_min": 100})) == (1, {"crcl_ml_min"}, [])
    outside = points_of(item, check({"crcl_ml_min": 120}))
    assert outside == (None, {"crcl_ml_min"}, ["crcl_ml_min"])


@pytest.mark.parametrize(
    ("units", "points", "asked"),
    [
        ({"inr": (("any", 0),)}, {"no": 0, "yes": 1}, "dic"),
        ({"inr": (("any", 0),)}, {"yes": 1}, "inr"),
        ({}, {"yes": 1}, "dic"),
        ({"inr": (("any", 0),)}, {}, "inr"),
    ],
)
def test_the_question_is_asked_where_each_answer_earns_points_else_the_number(units, points, asked):
    classes = {"quantity": "dic", "points": points} if points else {}
    item = ScoreItem(name="i", label="I", units=units, classes=classes)
    assert points_of(item, check({})) == (None, set(), [asked])
