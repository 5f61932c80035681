"""Sentences of the seeds with their values put in, and that code holds none of its own."""

import ast
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

from dosing.base.fill import fill, names_in
from dosing.base.findings import Finding
from dosing.knowledge.library import load
from dosing.knowledge.seedtypes import Sentence
from dosing.knowledge.sentences import say, words
from dosing.lint.site import lint_library

SEEDS = load("")
ROOMS = sorted(Path(__file__).resolve().parent.parent.parent.glob("dosing/**/*.py"))
# What code decides: which of several sentences is said.
CHOSEN = {
    "entry-{}": ("started", "rate-set", "resumed", "bag-changed"),
    "step-{}": ("none", "continue", "increase", "decrease", "hold", "resume", "stop", "wait"),
    "protocol-not-confirmed{}": ("", "-aptt"),
}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{dose} mg", "1,250.5 mg"),
        ("{dose:0} mg", "1,250 mg"),
        ("{part:2} of {dose:1}", "0.5 of 1,250.5"),
        ("by the {rule} weight", "by the ideal weight"),
        ("no number", "no number"),
    ],
)
def test_numbers_are_shown_by_the_rules_of_the_house(text, words):
    assert fill(text, {"dose": 1250.5, "part": 0.5, "rule": "ideal"}) == words


def test_a_value_that_is_not_there_is_an_error_and_never_a_blank():
    with pytest.raises(KeyError):
        fill("{dose} mg", {})
    with pytest.raises(TypeError):
        fill("{dose} mg", {"dose": None})


def test_the_names_in_a_sentence():
    assert names_in("{dose:1} mg of {drug}, 50% of {dose}") == ("dose", "drug", "dose")


def test_a_finding_has_the_level_and_the_words_of_its_seed():
    assert say("weight-capped", drug="Heparin", cap=100, weight_kg=120.5) == Finding(
        "warn", "The site caps the dosing weight of Heparin at 100 kg; the patient weighs 120.5 kg."
    )
    assert words("step-continue", rate="2 mL/h") == "Continue at 2 mL/h."


def calls(name: str) -> Iterator[tuple[str, ast.Call]]:
    """Where the rooms call a function by this name."""
    for path in ROOMS:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            called = node.func if isinstance(node, ast.Call) else None
            if isinstance(called, ast.Name) and called.id == name:
                yield f"{path.name}:{node.lineno}", node


def said_by(call: ast.Call) -> tuple[str, ...]:
    """The sentences that a call may say."""
    first = call.args[0]
    if isinstance(first, ast.Constant):
        return (str(first.value),)
    if isinstance(first, ast.JoinedStr):
        pattern = "".join(
            str(p.value) if isinstance(p, ast.Constant) else "{}" for p in first.values
        )
        return tuple(pattern.format(end) for end in CHOSEN[pattern])
    return ()


CALLS = [pytest.param(c, id=w) for name in ("say", "words") for w, c in calls(name)]


@pytest.mark.parametrize("call", CALLS)
def test_each_call_names_a_sentence_and_gives_what_it_asks_for(call):
    given = {k.arg for k in call.keywords}
    for name in said_by(call):
        asked = set(names_in(SEEDS.sentences[name].text))
        assert asked <= given or None in given, name


def test_each_sentence_is_said_somewhere():
    said = {name for name in ("say", "words") for _, call in calls(name) for name in said_by(call)}
    chosen = {
        node.value
        for path in ROOMS
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert set(SEEDS.sentences) <= said | chosen


@pytest.mark.parametrize("where", [w for w, _ in calls("Finding")])
def test_no_finding_has_words_of_its_own_in_code(where):
    call = dict(calls("Finding"))[where]
    text = call.args[1] if len(call.args) > 1 else None
    assert not isinstance(text, ast.Constant | ast.JoinedStr | ast.BinOp), where


@pytest.mark.parametrize(
    ("name", "sentence", "wish"),
    [
        ("step-none", {"level": "stop", "text": "No."}, "another level"),
        ("step-none", {"text": "No {drug}."}, "it may name nothing"),
        ("step-next", {"text": "In {hours}."}, "it may name measure, wait"),
        ("new", {"text": "Hello."}, "nothing says 'new'"),
    ],
)
def test_a_hospitals_words_are_proved(name, sentence, wish):
    own = attrs.evolve(SEEDS, sentences=SEEDS.sentences | {name: Sentence(**sentence)})
    wishes = lint_library(own)
    assert any(wish in one for one in wishes), wishes
    assert len(wishes) == 1


def test_a_hospital_may_say_it_in_its_own_words():
    own = {"step-next": Sentence(text="{measure} again in {wait}.")}
    assert lint_library(attrs.evolve(SEEDS, sentences=SEEDS.sentences | own)) == []


def test_a_finding_carries_the_source_that_the_code_names():
    assert say("input-needed", "ash-2018", label="Height").cite == "ash-2018"
    assert say("input-needed", label="Height").cite == ""
