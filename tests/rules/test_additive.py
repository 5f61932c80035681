"""Points, totals and bands of additive scores; no total while an item is unanswered."""

import itertools

import attrs
import numpy as np
import pytest

import dosing
from dosing.knowledge.library import cases, load
from dosing.knowledge.scoretypes import ClassPoints, ScoreItem, ScoreRow, Variant
from dosing.knowledge.seedtypes import Column
from dosing.rules.additive import bands_of, points_of, read, totals
from dosing.rules.columns import many_patients, one_patient
from dosing.rules.derive import derive

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


def test_a_printed_table_is_read_at_between_below_and_above_its_lines():
    rows = ((90, "<1"), (100, "1"), (110, "3"))
    said = {80: "<1", 90: "<1", 95: "between <1 and 1", 100: "1", 105: "between 1 and 3"}
    assert {total: read(rows, total) for total in said} == said
    assert read(rows, 110) == "3"
    assert read(rows, 200) == "3"


def test_an_item_asks_for_what_could_still_change_it():
    found = dosing.score("4ts", platelet_fall_pct=60, other_cause="none", new_thrombosis="new")
    assert set(found.missing) == {"platelets_nadir", "onset_day", "heparin_before"}


def points(item, **inputs):
    """What one patient earns, under which names, and what is asked."""
    found = points_of(item, one_patient(SEEDS, inputs))
    worth = None if np.isnan(found.worth[0]) else found.worth[0]
    return worth, found.used, [name for name, where in found.lacking.items() if where[0]]


def test_an_item_asks_again_for_what_lies_outside_its_printed_rows():
    item = ScoreItem(
        name="kidney", label="Kidney", columns={"crcl_ml_min": Column(domain="[0, 100]")},
        rows=(ScoreRow(when={"crcl_ml_min": "any"}, points=1),),
    )  # fmt: skip
    assert points(item, crcl_ml_min=100) == (1, {"crcl_ml_min"}, [])
    assert points(item, crcl_ml_min=120) == (None, {"crcl_ml_min"}, ["crcl_ml_min"])


@pytest.mark.parametrize(
    ("units", "earns", "asked"),
    [
        ({"inr": (("any", 0),)}, {"no": 0, "yes": 1}, "dic"),
        ({"inr": (("any", 0),)}, {"yes": 1}, "inr"),
        ({}, {"yes": 1}, "dic"),
        ({"inr": (("any", 0),)}, {}, "inr"),
    ],
)
def test_the_question_is_asked_where_each_answer_earns_points_else_the_number(units, earns, asked):
    classes = ClassPoints(quantity="dic", points=earns) if earns else None
    item = ScoreItem(name="i", label="I", units=units, classes=classes)
    assert points(item) == (None, set(), [asked])


def test_an_answer_that_earns_nothing_asks_for_the_number():
    classes = ClassPoints(quantity="dic", points={"yes": 1})
    item = ScoreItem(name="i", label="I", units={"inr": (("any", 0),)}, classes=classes)
    assert points(item, dic="yes") == (1, {"dic"}, [])
    assert points(item, dic="no") == (None, {"dic"}, ["inr"])
    assert points(item, dic="no", inr=2) == (0, {"inr"}, [])


COUNTED = ScoreItem(
    name="cells", label="Cells",
    count=(
        {"hemoglobin_g_dl": "< 9", "hemoglobin_g_l": "< 90"}, {"platelets": "< 100"},
        {"dic": "yes"},
    ),
    points=(("<= 1", 0), (">= 2", 1)),
)  # fmt: skip


@pytest.mark.parametrize(
    ("inputs", "worth", "asked"),
    [
        ({}, None, ["hemoglobin_g_dl", "platelets", "dic"]),
        ({"platelets": 50}, None, ["hemoglobin_g_dl", "dic"]),
        ({"platelets": 50, "dic": "yes"}, 1, []),
        ({"platelets": 150, "dic": "no"}, 0, []),
        ({"platelets": 50, "dic": "no", "hemoglobin_g_l": 89.9}, 1, []),
        ({"platelets": 50, "dic": "no", "hemoglobin_g_l": 90}, 0, []),
    ],
)
def test_a_finding_that_is_not_known_is_asked_only_where_it_may_change_the_points(
    inputs, worth, asked
):
    found = points(COUNTED, **inputs)
    assert (found[0], found[2]) == (worth, asked)


def test_each_of_many_is_read_in_the_unit_that_was_typed_for_that_one():
    # The limits that are printed for the two units are not quite the same.
    limits = {"triglycerides_mmol_l": ">= 3", "triglycerides_mg_dl": ">= 265"}
    fat = ScoreItem(name="f", label="F", count=(limits,), points=(("= 0", 0), ("= 1", 1)))
    columns = {"triglycerides_mmol_l": [2.992, None], "triglycerides_mg_dl": [None, 265]}
    assert points_of(fat, many_patients(SEEDS, columns, 2)).worth.tolist() == [0, 1]
    bilirubin = SEEDS.scores["child-pugh"].items[0]
    columns = {"bilirubin_mg_dl": [None, 34 / 17.1], "bilirubin_umol_l": [34, None]}
    assert points_of(bilirubin, many_patients(SEEDS, columns, 2)).worth.tolist() == [2, 1]


COLUMNS = {name: [value, value, value] for name, value in WHOLE.items()}


def classed(columns):
    size = len(next(iter(columns.values())))
    found = totals(SEEDS.scores["child-pugh"], derive(many_patients(SEEDS, columns, size)))
    bands = [*(band.band for band in found.score.bands), None]
    return [bands[i] for i in found.band]


def test_many_are_classed_as_each_of_them():
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
    many = classed(columns)
    assert {*many} == {"A", "B", "C", None}
    for i in range(size):
        one = dosing.score("child-pugh", **{n: c[i] for n, c in columns.items()})
        assert (many[i] or "") == one.band


def test_who_lacks_a_component_has_no_class_and_is_asked_for_it():
    columns = COLUMNS | {"bilirubin_mg_dl": [1, None, 1], "inr": [1, 1, -1]}
    assert classed(columns) == ["A", None, None]
    found = totals(SEEDS.scores["child-pugh"], many_patients(SEEDS, columns, 3))
    # What was refused is wrong, not missing.
    assert {n: w.tolist() for n, w in found.missing.items()} == {
        "bilirubin_mg_dl": [False, True, False]
    }
    assert classed({n: c for n, c in COLUMNS.items() if n != "inr"}) == [None, None, None]


def test_of_many_those_with_cholestatic_disease_have_edges_of_their_own():
    columns = {name: [value] * 5 for name, value in WHOLE.items()}
    columns |= {"albumin_g_dl": [3.0] * 5, "bilirubin_mg_dl": [3.5, 3.5, 3.5, 11, 11]}
    columns["inr"] = [2, 2, 2, 2.5, 2.5]
    columns["cholestatic_disease"] = ["yes", "no", None, "yes", "no"]
    many = classed(columns)
    for i in range(5):
        assert many[i] == dosing.score("child-pugh", **{n: c[i] for n, c in columns.items()}).band
    assert classed(columns | {"bilirubin_mg_dl": [3.5] * 5, "inr": [1] * 5}) == [*"ABBAB"]


def test_the_table_of_a_variant_is_compiled_once():
    seeds = attrs.evolve(SEEDS)
    score = seeds.scores["hep"]
    patients = derive(one_patient(seeds, {"hep_version": "online", "fall_onset": "typical"}))
    totals(score, patients)
    compiled = len(seeds.kept("items"))
    assert compiled
    totals(score, patients)
    assert len(seeds.kept("items")) == compiled


def test_what_only_the_item_that_a_variant_replaces_would_read_is_not_used():
    item = ScoreItem(name="i", label="I", units={"inr": (("any", 1),)})
    other = Variant(quantity="dic", replaces="i", units={"age_y": (("any", 2),)})
    score = attrs.evolve(SEEDS.scores["child-pugh"], items=(item,), variants={"v": other}, bands=())
    given = {"inr": 1, "age_y": 60}
    assert totals(score, one_patient(SEEDS, given | {"dic": "yes"})).used == {"age_y", "dic"}
    assert totals(score, one_patient(SEEDS, given | {"dic": "no"})).used == {"inr", "dic"}


def test_the_parts_are_asked_for_and_not_what_follows_from_them():
    hep = SEEDS.scores["hep"]

    def asked(**inputs):
        patients = derive(one_patient(SEEDS, inputs))
        return [name for name, _ in totals(hep, patients).asked if name.startswith("platelet")]

    assert asked() == ["platelets_peak", "platelets_nadir", "platelets_nadir"]
    assert asked(platelets_peak=200) == ["platelets_nadir", "platelets_nadir"]
    assert asked(platelets_peak=200, platelets_nadir=90) == []
    assert asked(platelets_peak="few", platelets_nadir=90) == []


def test_a_band_may_ask_what_some_of_the_items_earn_together():
    sic = SEEDS.scores["sic"]
    apart = {"platelets": 1, "inr": 1, "sofa": 2}
    together = {"platelets": 2, "inr": 2, "sofa": 0}
    named = [[band.band for band in bands_of(sic, 4, worth)] for worth in (apart, together)]
    assert len(named[0]) == len(named[1]) == 1
    assert named[0] != named[1]
