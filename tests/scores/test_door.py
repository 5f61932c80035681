"""One door to every score and equation."""

import attrs
import pytest

import dosing
from dosing.base.findings import Finding
from dosing.knowledge.library import load
from dosing.knowledge.scoretypes import Score, ScoreItem, Variant
from dosing.knowledge.seedtypes import Check, Column
from dosing.rules.patients import check
from dosing.scores.door import names, needs_of, score_of

SEEDS = load()
FALL = SEEDS.equations["platelet-fall"]
COUNTS = {"platelets_peak": 220, "platelets_nadir": 80}


def worked(equation, inputs, **more):
    """One patient by an equation as a hospital might have written its file."""
    seeds = attrs.evolve(SEEDS, equations={equation.id: equation})
    return score_of(seeds, equation.id, check(inputs), inputs, **more)


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
                classes={"quantity": "ascites", "points": {}},
            ),
            ScoreItem(name="c", label="C", classes={"quantity": "dic", "points": {}}),
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
