"""Each equation against worked patients from a second derivation, and each of its sentences."""

import re

import pytest

import dosing
from dosing.base.fill import names_in
from dosing.base.interval import Interval
from dosing.knowledge.library import cases, load
from dosing.lint.scores import lint_equation, parts_of
from dosing.rules.columns import one_patient
from dosing.rules.derive import derive
from dosing.scoring.door import CALCULATIONS
from dosing.scoring.parts import parts_at

SEEDS = load()
WORKED = {name: lines for name, lines in cases() if name in SEEDS.equations}
ANSWERS = ("value", "says", "why")


def worked_out(name, line):
    return dosing.score(name, **{k: v for k, v in line.items() if v and k not in ANSWERS})


@pytest.mark.parametrize(
    ("name", "line"),
    [pytest.param(n, x, id=f"{n}: {x['why']}") for n, lines in WORKED.items() for x in lines],
)
def test_a_worked_patient(name, line):
    found = worked_out(name, line)
    if line["value"]:
        assert found.value == pytest.approx(float(line["value"]), rel=1e-3, abs=1e-4)
    else:
        assert found.value is None
        assert any(f.level == "stop" for f in found.findings)
    texts = " ".join(f.text for f in found.findings)
    assert all(part in texts for part in line["says"].split(" | ") if part)


@pytest.mark.parametrize("name", SEEDS.equations)
def test_each_sentence_is_said_to_some_worked_patient(name):
    said = {f.text for line in WORKED[name] for f in worked_out(name, line).findings}
    for rule in SEEDS.equations[name].checks:
        pattern = "".join(
            ".+" if part.startswith("{") else re.escape(part)
            for part in re.split(r"(\{[^}]*\})", rule.text)
        )
        assert any(re.fullmatch(pattern, one) for one in said), rule.text


@pytest.mark.parametrize("name", SEEDS.equations)
def test_each_part_that_is_shown_is_shown_to_some_worked_patient(name):
    equation = SEEDS.equations[name]
    shown = {label for line in WORKED[name] for label in worked_out(name, line).components}
    plain = {label for label in equation.shown.values() if not names_in(label)}
    assert plain | equation.flags.keys() <= shown


def test_every_equation_has_its_arithmetic_its_file_and_its_cases():
    assert CALCULATIONS.keys() == SEEDS.equations.keys() == WORKED.keys()


@pytest.mark.parametrize("name", SEEDS.equations)
def test_parts_are_found_by_working_out_the_cases(name):
    assert "value" in parts_of(name, CALCULATIONS[name])
    assert lint_equation(SEEDS.equations[name], SEEDS, CALCULATIONS) == []


def values_of(name, wanted):
    """What an input or a part is in each worked patient."""
    for line in WORKED[name]:
        given = {k: v for k, v in line.items() if v and k not in ANSWERS}
        rule = given.pop("weight_rule", SEEDS.site.crcl_weight)
        patients = derive(one_patient(SEEDS, given))
        parts = parts_at(CALCULATIONS[name](patients, rule), 0)
        found = parts.get(wanted) if wanted not in SEEDS.names else patients.get(wanted)
        value = found if wanted not in SEEDS.names or found is None else found[0]
        if isinstance(value, int | float) and value == value:
            yield float(value)


def printed_edges(equation):
    """Each number at which a sentence or an answer changes."""
    for when in (*(c.when for c in equation.checks), *equation.flags.values()):
        for name, condition in when.items():
            if isinstance(condition, str) and re.search(r"\d", condition):
                for edge in Interval.parse(condition).ends:
                    if abs(edge) != float("inf"):
                        yield name, edge


@pytest.mark.parametrize(
    ("name", "part", "edge"),
    [
        pytest.param(e.id, part, edge, id=f"{e.id} {part} {edge:g}")
        for e in SEEDS.equations.values()
        for part, edge in sorted({*printed_edges(e)})
    ],
)
def test_each_edge_has_worked_patients_on_both_sides_and_an_inputs_edge_one_on_it(name, part, edge):
    sides = {(v > edge) - (v < edge) for v in values_of(name, part)}
    assert len(sides) >= 2
    assert 0 in sides or part not in SEEDS.names
