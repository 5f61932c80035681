"""One verb for one question."""

import inspect

import pandas as pd
import pytest

import dosing


def test_the_module_answers_as_the_rules_in_force_do():
    rules = dosing.Rules()
    for verb in ("start", "titrate", "compare", "score", "target", "pathway", "drugs", "tables",
                 "protocols", "scores", "inputs"):  # fmt: skip
        assert getattr(dosing, verb).__func__ is getattr(dosing.Rules, verb)
        assert getattr(dosing, verb).__self__.seeds is rules.seeds
        assert getattr(dosing, verb).__doc__


def test_the_signatures_are_as_documented():
    def keywords(verb):
        parameters = inspect.signature(getattr(dosing, verb)).parameters.values()
        return [(p.name, p.default) for p in parameters if p.kind is p.KEYWORD_ONLY]

    assert keywords("start") == [("indication", "hit"), ("authority", None), ("label_table", False)]
    assert keywords("titrate") == [("running", None), ("in_range_before", 0), ("held_from", None)]
    assert keywords("target") == [("baseline_aptt_s", None)]
    for verb in ("start", "compare", "titrate", "score", "target"):
        assert list(inspect.signature(getattr(dosing, verb)).parameters)[1] == "frame"


def test_what_went_is_gone():
    for name in ("start_many", "titrate_many", "compare_advice"):
        assert not hasattr(dosing, name)


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: dosing.score("apache"), "there is no score 'apache'"),
        (lambda: dosing.score("cockcroft-gault", weight_rule="real"), "no weight rule 'real'"),
        (lambda: dosing.titrate("mine"), "there is no protocol 'mine'"),
        (lambda: dosing.pathway("mine"), "there is no pathway 'mine'"),
        (lambda: dosing.target("mine"), "there is no drug 'mine'"),
        (lambda: dosing.inputs("mine"), "no drug, protocol, score or pathway"),
        (lambda: dosing.start("argatroban", wieght_kg=70), "did you mean weight_kg"),
    ],
)
def test_what_is_unknown_is_said_with_what_exists(ask, words):
    with pytest.raises(ValueError, match=words):
        ask()


def test_every_authority_in_full():
    found = dosing.Rules().advices("fondaparinux", weight_kg=70, crcl_ml_min=80)
    assert [a.authority for a in found] == ["us-label", "eu-smpc"]
    assert "Rules(" in repr(dosing.Rules())


def test_the_lists_are_frames():
    assert set(dosing.protocols()["protocol"]) >= {"heparin-raschke-1993"}
    assert isinstance(dosing.drugs(), pd.DataFrame)
    asked = dosing.inputs("argatroban").set_index("name")
    assert asked.loc["weight_kg", "use"] == "always"
    assert asked.loc["child_pugh", "answers"] == "none, A, B, C"
    assert asked.loc["creatinine_mg_dl", "use"] == "instead" or "creatinine_mg_dl" in asked.index


@pytest.mark.parametrize(
    ("verb", "kind"),
    [("start", "drug"), ("compare", "drug"), ("titrate", "protocol"), ("score", "score"),
     ("target", "drug"), ("pathway", "pathway")],
)  # fmt: skip
@pytest.mark.parametrize("given", [pd.DataFrame({"weight_kg": [70]}), None, 5], ids=repr)
def test_what_is_no_name_in_the_place_of_one_is_refused_in_a_sentence(verb, kind, given):
    with pytest.raises(ValueError, match=f"the name of a {kind} is expected first, such as '"):
        getattr(dosing, verb)(given)
