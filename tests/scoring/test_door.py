"""One door to every score and equation."""

import attrs
import numpy as np
import pytest

import dosing
from dosing.base.findings import Finding
from dosing.knowledge.library import load
from dosing.knowledge.scoretypes import ClassPoints, Score, ScoreItem, Variant
from dosing.knowledge.seedtypes import Check, Column
from dosing.rules.columns import many_patients, one_patient
from dosing.rules.convert import from_base
from dosing.rules.derive import derive
from dosing.rules.read import options_of
from dosing.scoring.door import Scores, names, needs_of, score_of, scores

SEEDS = load()
FALL = SEEDS.equations["platelet-fall"]
COUNTS = {"platelets_peak": 220, "platelets_nadir": 80}


def one(seeds, name, inputs, weight_rule=None):
    return scores(seeds, name, derive(one_patient(seeds, inputs)), weight_rule)


def worked(equation, inputs, **more):
    """One patient by an equation as a hospital might have written its file."""
    seeds = attrs.evolve(SEEDS, equations={equation.id: equation})
    return score_of(one(seeds, equation.id, inputs, **more), 0, inputs)


@pytest.mark.parametrize("name", names(SEEDS))
def test_without_any_input_there_is_no_value_but_a_list_of_what_is_needed(name):
    found = dosing.score(name)
    assert found.value is None
    assert found.missing
    assert all(f.level == "needed" for f in found.findings if f.text.endswith("is needed."))
    assert len(found.missing) == len(set(found.missing))


@pytest.mark.parametrize("name", names(SEEDS))
def test_what_is_asked_is_known_to_the_registry_and_the_source_to_the_evidence(name):
    assert set(needs_of(SEEDS, name)) <= SEEDS.names.keys()
    assert set(dosing.score(name).missing) <= SEEDS.names.keys()
    assert dosing.score(name).cite.split()[0] in SEEDS.evidence


def test_an_unknown_score_says_what_exists():
    with pytest.raises(ValueError, match=r"no score 'x'; there are .*child-pugh"):
        dosing.score("x")


@pytest.mark.parametrize("name", names(SEEDS))
def test_a_result_prints_and_becomes_json(name):
    found = dosing.score(name)
    assert found.title in str(found)
    assert found.to_dict()["score"] == name


def test_a_score_asks_once_for_everything_that_its_items_variants_and_checks_may_use():
    score = Score(
        id="s", title="S", cite="ash-2018", bands=(),
        items=(
            ScoreItem(name="a", label="A", units={"inr": ()}),
            ScoreItem(
                name="b", label="B", units={"albumin_g_dl": (), "albumin_g_l": ()},
                classes=ClassPoints(quantity="ascites", points={}),
            ),
            ScoreItem(name="c", label="C", classes=ClassPoints(quantity="dic", points={})),
            ScoreItem(
                name="d", label="D",
                count=({"hemoglobin_g_dl": "< 9", "hemoglobin_g_l": "< 90"}, {"inr": "> 2"}),
            ),
            ScoreItem(name="e", label="E", columns={"onset_day": Column(), "age_y": Column()}),
        ),
        variants={"v": Variant(quantity="cholestatic_disease", replaces="a")},
        checks=(Check(when={"bleeding": "major", "age_y": "< 18"}, level="note", text="Look."),),
    )  # fmt: skip
    assert needs_of(attrs.evolve(SEEDS, scores={"s": score}), "s") == (
        "inr", "albumin_g_dl", "ascites", "dic", "hemoglobin_g_dl", "onset_day", "age_y",
        "cholestatic_disease", "bleeding",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "missing"),
    [
        ("actual", ("weight_kg",)), ("ideal", ("height_cm",)),
        ("adjusted", ("weight_kg", "height_cm")),
    ],
)  # fmt: skip
def test_the_weight_rule_decides_which_measurements_are_asked_for(rule, missing):
    given = {"age_y": 60, "sex": "female", "creatinine_mg_dl": 1}
    assert dosing.score("cockcroft-gault", weight_rule=rule, **given).missing == missing


def test_what_is_needed_in_any_case_is_asked_for_beside_one_of_several():
    equation = attrs.evolve(FALL, needs=("age_y",), any_of=("platelets_peak", "platelets_nadir"))
    found = worked(equation, {})
    assert found.missing == ("age_y", "platelets_peak", "platelets_nadir")
    labels = [SEEDS.quantities[SEEDS.names[n]].label for n in equation.any_of]
    assert found.findings[1].text == f"One of these is needed: {labels[0]}, {labels[1]}."
    assert worked(equation, {"age_y": 60, "platelets_peak": "few"}).missing == ()


def test_no_value_stands_beside_a_sentence_that_stops():
    stop = Check(
        when={"fall": "> 100"}, level="stop", text="Not after a fall of {fall}.", cite="none"
    )
    found = worked(attrs.evolve(FALL, checks=(stop,), note=""), COUNTS)
    assert found.value is None
    assert found.findings == (Finding("stop", "Not after a fall of 140."),)


def test_where_nothing_follows_that_is_said_once():
    short = {"age_y": 60, "sex": "female", "creatinine_mg_dl": 1, "height_cm": 80}
    silent = attrs.evolve(SEEDS.equations["cockcroft-gault"], checks=(), note="")
    found = worked(silent, short, weight_rule="ideal")
    assert found.value is None
    nothing = Finding("stop", "Nothing follows from these values.", "cockcroft-gault")
    assert [f for f in found.findings if f.level == "stop"] == [nothing]
    own = attrs.evolve(
        silent, checks=(Check(when={"value": "absent"}, level="stop", text="Measure it."),)
    )
    said = worked(own, short, weight_rule="ideal").findings
    assert [f.text for f in said if f.level == "stop"] == ["Measure it."]


def test_parts_are_shown_to_four_places_and_none_while_something_is_missing():
    found = dosing.score("body-size", weight_kg=70, height_cm=173, sex="male")
    assert found.components["body mass index, kg/m²"] == 23.3887
    assert dosing.score("immunoglobulin-response", platelets_before=20).components == {}


def test_an_equation_carries_its_inputs_its_source_and_how_it_was_confirmed():
    found = worked(FALL, COUNTS)
    assert (found.inputs, found.cite) == (COUNTS, FALL.cite)
    assert found.confirmed == SEEDS.confirmed(FALL.cite)
    own = attrs.evolve(FALL, confirmed="unconfirmed")
    assert worked(own, COUNTS).confirmed == "unconfirmed"
    assert SEEDS.confirmed(FALL.cite) not in (None, "unconfirmed")


def test_an_unknown_score_or_weight_rule_says_what_exists():
    patients = one_patient(SEEDS, {})
    with pytest.raises(ValueError, match=r"there are .*child-pugh, ckd-epi-2021, cockcroft-gault"):
        scores(SEEDS, "apgar", patients)
    with pytest.raises(ValueError, match="no weight rule 'dry'; there are actual, ideal"):
        scores(SEEDS, "cockcroft-gault", patients, "dry")


LIVER = {
    "bilirubin_mg_dl": 1, "albumin_g_dl": 4, "inr": 1, "ascites": "none", "encephalopathy_grade": 0,
}  # fmt: skip
BLEEDS = {
    "systolic_mmhg": 120, "kidney_disease": "no", "liver_disease": "no", "stroke": "no",
    "bleeding_history": "no", "labile_inr": "no", "age_y": 60, "antiplatelet": "no",
    "alcohol_drinks_week": 0,
}  # fmt: skip
LINK = "argatroban-link-2009"


@pytest.mark.parametrize(
    ("name", "inputs", "status"),
    [
        ("child-pugh", LIVER, "ok"),
        ("child-pugh", LIVER | {"inr": None}, "missing"),
        ("child-pugh", LIVER | {"inr": -1}, "impossible"),
        ("child-pugh", LIVER | {"inr": "abc", "ascites": None}, "impossible"),
        ("child-pugh", LIVER | {"weight_kg": -1}, "impossible"),
        ("has-bled", BLEEDS, "ok"),
        ("has-bled", BLEEDS | {"creatinine_umol_l": 300}, "missing"),
        ("has-bled", BLEEDS | {"creatinine_umol_l": 300, "age_y": None}, "missing"),
        ("has-bled", BLEEDS | {"creatinine_umol_l": 300, "age_y": -1}, "impossible"),
        (LINK, {"apache2": 20}, "ok"),
        (LINK, {}, "missing"),
        (LINK, {"apache2": -1}, "impossible"),
        (LINK, {"apache2": 36}, "stop"),
    ],
)
def test_only_where_the_status_is_ok_there_is_a_value_and_a_band(name, inputs, status):
    found = dosing.score(name, **inputs)
    assert found.status == status
    assert (found.value is None) == (status != "ok")
    assert not found.band or status == "ok"
    assert found.refused == (status in ("missing", "impossible"))
    many = one(SEEDS, name, inputs)
    assert np.isnan(many.numbers()["value"][0]) == (status != "ok")
    assert np.isnan(many.value[0]) == (status != "ok")


SMALL = {"weight_kg": 70, "height_cm": 170}  # 1.82 m2
GAGE = {
    "age_y": 65, "target_inr": 2.5, "ancestry": "white", "amiodarone": "no", "smoker": "no",
    "dvt_or_pe": "no",
}  # fmt: skip


def test_a_contradiction_that_would_change_the_value_withholds_it_and_what_is_said_of_it():
    found = dosing.score("gage-2008-clinical", **GAGE, **SMALL, bsa_m2=2.5)
    assert (found.status, found.value, found.components) == ("impossible", None, {})
    assert [f.level for f in found.findings if "Body surface" in f.text] == ["needed"]
    assert not [f for f in found.findings if f.level == "note"]
    fall = {"platelet_fall_pct": 60, "platelets_peak": 200, "platelets_nadir": 150}
    rest = {"onset_day": 7, "new_thrombosis": "new", "other_cause": "none"}
    score = dosing.score("4ts", **fall, **rest)
    assert (score.status, score.value, score.band) == ("impossible", None, "")
    said = {f.text for f in score.findings}
    bands = {band.says for band in SEEDS.scores["4ts"].bands}
    assert not said & bands
    settled = dosing.score("4ts", **fall | {"platelets_nadir": 80}, **rest)
    assert {f.text for f in settled.findings} & bands


def test_a_contradiction_that_changes_nothing_is_a_warning():
    found = dosing.score("child-pugh", **LIVER, **SMALL, bsa_m2=2.5)
    assert (found.status, found.value) == ("ok", 5)
    assert [f.level for f in found.findings if "Body surface" in f.text] == ["warn"]


def test_a_value_in_two_units_that_agree_is_one_value():
    assert dosing.score("child-pugh", **LIVER, albumin_g_l=40).value == 5
    found = dosing.score("child-pugh", **LIVER, albumin_g_l=30)
    assert (found.status, found.value) == ("impossible", None)


def test_what_neither_an_item_nor_a_check_used_is_said():
    given = LIVER | {"pt_prolongation_s": 5, "dic": "no", "stroke": None}
    assert dosing.score("child-pugh", **given).unused == ("pt_prolongation_s", "dic")
    counts = {"platelets_peak": 200, "platelets_nadir": 90}
    assert dosing.score("4ts", **counts).unused == ()
    columns = {"inr": [None, 1], "pt_prolongation_s": [5, 5]} | {"dic": ["no", None]}
    many = scores(SEEDS, "child-pugh", derive(many_patients(SEEDS, columns, 2)))
    unused = [score_of(many, i, {}).unused for i in range(2)]
    assert unused == [("dic",), ("pt_prolongation_s",)]


# Of many each is answered as alone.

ROWS = 60


def drawn(rng, name):
    """Answers to what a score may ask, in any unit, some missing, few impossible; at first none."""
    keys = dict.fromkeys(SEEDS.names[n] for n in needs_of(SEEDS, name))
    if "platelet_fall_pct" in keys:
        keys |= dict.fromkeys(("platelets_peak", "platelets_nadir"))
    columns = {}
    for key in keys:
        quantity = SEEDS.quantities[key]
        units = list(quantity.names)
        for unit in units:
            columns[unit] = [None] * ROWS
        for i in range(1, ROWS):
            if rng.random() < (0.03 if i % 3 else 0.3):
                continue
            unit = units[rng.integers(len(units))]
            if quantity.kind != "number":
                options = options_of(quantity)
                columns[unit][i] = options[rng.integers(len(options))]
                continue
            ends = quantity.usual if quantity.usual and rng.random() < 0.8 else quantity.possible
            low, high = (float(from_base(end, quantity, unit)) for end in ends)
            value = round(rng.uniform(low, high), int(rng.integers(3)))
            value = round(value) if quantity.whole else value
            columns[unit][i] = -9999 if rng.random() < 0.004 else value
    return columns


def comparable(found: Scores, i):
    one = attrs.asdict(score_of(found, i, {}))
    number = found.numbers()["value"][i]
    return one | {"number": None if np.isnan(number) else number}


@pytest.mark.parametrize("name", names(SEEDS))
def test_each_of_many_is_answered_as_alone(name):
    rng = np.random.default_rng([*name.encode()])
    columns = drawn(rng, name)
    many = scores(SEEDS, name, derive(many_patients(SEEDS, columns, ROWS)))
    statuses = set()
    for i in range(ROWS):
        alone = {n: column[i] for n, column in columns.items() if column[i] is not None}
        expected = comparable(one(SEEDS, name, alone), 0)
        assert comparable(many, i) == expected
        assert (expected["value"] is None) == (expected["number"] is None)
        assert [n for n, where in many.missing.items() if where[i]] == [
            n for n in many.missing if n in expected["missing"]
        ]
        statuses.add(expected["status"])
    assert {"ok", "missing"} <= statuses


@pytest.mark.parametrize("rule", ["actual", "ideal", "adjusted", "lean", "actual_below_ideal"])
def test_each_of_many_has_the_clearance_of_the_rule_that_was_asked_for(rule):
    columns = drawn(np.random.default_rng(7), "cockcroft-gault")
    many = scores(SEEDS, "cockcroft-gault", derive(many_patients(SEEDS, columns, ROWS)), rule)
    assert (many.status == 0).sum() > ROWS / 3
    for i in range(ROWS):
        alone = {n: column[i] for n, column in columns.items() if column[i] is not None}
        assert comparable(many, i) == comparable(one(SEEDS, "cockcroft-gault", alone, rule), 0)


def test_nobody_is_answered_where_there_is_nobody():
    empty = derive(many_patients(SEEDS, {"weight_kg": []}, 0))
    for name in names(SEEDS):
        assert scores(SEEDS, name, empty).numbers()["value"].shape == (0,)
