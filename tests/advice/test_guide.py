"""Tables that order nothing: what they say."""

from dosing.advice.guide import guidance, look_up
from dosing.knowledge.library import load
from tests.support import patient

SEEDS = load()
CHOICE = SEEDS.tables["argatroban-titration-eu-smpc"]


def test_a_table_says_what_its_row_says():
    said, _ = look_up(CHOICE, patient({"child_pugh": "B"}))
    assert said == {"protocol": "argatroban-smpc-reduced"}
    found = guidance(CHOICE, patient({"child_pugh": "B"}))
    assert found.says == said
    assert found.row is not None
    assert CHOICE.title in str(found)


def test_what_is_missing_is_named_and_nothing_said():
    said, findings = look_up(CHOICE, patient({}))
    assert said == {}
    assert next(f.level for f in findings) == "needed"
    found = guidance(CHOICE, patient({}))
    assert (found.says, found.row) == ({}, None)
    assert "child_pugh" in found.missing


def test_a_refused_input_says_nothing_and_is_not_missing():
    found = guidance(CHOICE, patient({"child_pugh": "D"}))
    assert found.says == {}
    assert "child_pugh" not in found.missing
