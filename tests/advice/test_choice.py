"""The protocol that the site proposes."""

import pytest

import dosing
from dosing.knowledge.library import cases

CASES = dict(cases())["argatroban-titration-eu-smpc"]


@pytest.mark.parametrize("line", CASES, ids=[c["why"] for c in CASES])
def test_argatroban_is_titrated_by_the_arm_of_the_eu_label(line):
    inputs = {k: v for k, v in line.items() if k not in ("protocol", "why")}
    chosen, findings = dosing.proposed_protocol("argatroban", **inputs)
    assert chosen == line["protocol"]
    assert any("a hospital must confirm its own" in f.text for f in findings)


def test_what_the_choice_needs_is_named():
    chosen, findings = dosing.proposed_protocol("argatroban", child_pugh="A")
    assert chosen is None
    said = " ".join(f.text for f in findings)
    assert "To propose a protocol: Critically ill: yes or no is needed" in said


def test_bivalirudin_has_one_protocol():
    assert dosing.proposed_protocol("bivalirudin")[0] == "bivalirudin-accp-2012"


def test_a_drug_without_a_protocol_has_none():
    assert dosing.proposed_protocol("fondaparinux")[0] is None
