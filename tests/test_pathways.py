"""Pathways ask scores, tables, agents and orders in turn, and say what each still needs."""

import attrs
import pytest

import dosing
from dosing.library import load
from dosing.pathways import asked_by_pathway, asked_by_table, guidance, rank, walk
from dosing.patients import check
from dosing.scoretypes import Pathway, Stage
from dosing.seedtypes import Check, Column, Row, Table

SEEDS = load()
NAMES = [*SEEDS.pathways]


def agent(id_, drug, *checks):
    return Table(
        id=id_, title=drug, drug=drug, purpose="agent", indication="hit", cite="ash-2018",
        checks=checks,
    )  # fmt: skip


LIVER = Check(when={"child_pugh": ["B", "C"]}, warn="The liver clears it.")
KIDNEY = Check(when={"crcl_ml_min": "< 30"}, stop="Not below 30 mL/min.")
FIRM = Check(when={"critically_ill": "yes"}, note="Wears off soon.")
SAYS = Table(
    id="says", title="Says", drug="any", purpose="guide", cite="ash-2018",
    columns={"platelets": Column()},
    outputs={"text": "text"},
    rows=(
        Row(when={"platelets": "< 150"}, then={"text": "Wait."}),
        Row(when={"platelets": ">= 150"}, stop="Not this table."),
    ),
)  # fmt: skip
MADE = attrs.evolve(
    SEEDS,
    tables=SEEDS.tables
    | {
        "says": SAYS,
        "a": agent("a", "argatroban", LIVER, FIRM),
        "f": agent("f", "fondaparinux", KIDNEY),
    },
)
STEPS = Pathway(
    id="steps", title="Steps", cite="ash-2018",
    stages=(
        Stage(title="Liver", scores=("child-pugh",), cite="ash-2018"),
        Stage(title="Says", tables=("says",), checks=(FIRM,), cite="ash-2018"),
        Stage(title="Agents", agents=("a", "f"), cite="ash-2018"),
        Stage(title="Doses", orders=("argatroban/hit",), cite="ash-2018"),
    ),
)  # fmt: skip


def test_each_step_answers_what_it_can_and_names_what_it_needs():
    found = walk(MADE, STEPS, {"platelets": 80, "weight_kg": 70, "child_pugh": "none"})
    liver, says, agents, doses = found.stages
    assert liver.scores[0].value is None
    assert "bilirubin_mg_dl" in liver.missing
    assert says.guidance[0].says == {"text": "Wait."}
    assert agents.agents[0].drug in ("argatroban", "fondaparinux")
    assert doses.orders[0][0].order.dose == 2
    assert not found.refused


def test_a_refused_input_is_said_once_and_answers_nothing():
    found = walk(MADE, STEPS, {"platelets": "1,000", "weight_kg": 70})
    assert found.refused
    assert [f.level for f in found.findings] == ["stop"]
    assert found.stages[1].guidance[0].says == {}
    assert all(one.order is None for one in found.stages[3].orders[0])


def test_nothing_given_is_nothing_said():
    found = walk(MADE, STEPS, {})
    assert found.refused
    assert {"bilirubin_mg_dl", "platelets", "weight_kg"} <= set(found.missing)


@pytest.mark.parametrize(("count", "says"), [(149, {"text": "Wait."}), (150, {}), (None, {})])
def test_a_row_that_refuses_gives_no_sentence_but_says_why(count, says):
    found = guidance(MADE, SAYS, check({"platelets": count}))
    assert found.says == says
    assert bool(found.findings) == (says == {})


def test_agents_are_ranked_with_their_reasons_and_the_excluded_last():
    tables = [MADE.tables["a"], MADE.tables["f"]]
    patient = {"weight_kg": 70, "crcl_ml_min": 25, "child_pugh": "B", "critically_ill": "yes"}
    first, last = rank(MADE, tables, check(patient))
    assert (first.drug, first.place) == ("argatroban", "less suitable")
    assert (last.drug, last.place, last.advice) == ("fondaparinux", "excluded", None)
    kinder = rank(MADE, tables, check(patient | {"child_pugh": "none"}))
    assert kinder[0].place == "suits"
    assert kinder[0].advice.order.dose == 2


def test_an_agent_says_what_was_not_answered():
    (only,) = rank(MADE, [MADE.tables["a"]], check({"child_pugh": "none"}))
    assert only.unanswered == ("critically_ill",)
    assert only.place == "possible"


def test_an_agent_is_excluded_only_when_every_authority_refuses():
    # ASH gives bivalirudin no number at a low clearance; others do.
    table = SEEDS.tables["bivalirudin-agent-hit"]
    patient = {"weight_kg": 70, "crcl_ml_min": 25, "renal_replacement": "none", "region": "US"}
    (found,) = rank(SEEDS, [table], check(patient))
    assert found.place != "excluded"
    assert found.advice.authority != "ash-2018"
    assert found.advice.order.dose <= 0.08


def test_what_is_asked_covers_columns_checks_and_the_size_of_the_patient():
    asked = set(asked_by_pathway(MADE, STEPS))
    assert {"platelets", "bilirubin_mg_dl", "crcl_ml_min", "weight_kg"} <= asked
    pumped = SEEDS.tables["argatroban-hit-us-label"]
    assert "concentration_mg_ml" in set(asked_by_table(SEEDS, pumped))


def test_it_prints_and_becomes_json():
    found = walk(MADE, STEPS, {"platelets": 80})
    assert "2. Says" in str(found)
    assert "Wait." in str(found)
    assert found.to_dict()["stages"][1]["guidance"][0]["says"] == {"text": "Wait."}


def test_an_unknown_pathway_says_what_exists():
    with pytest.raises(ValueError, match="there is no pathway 'x'"):
        dosing.pathway("x")


@pytest.mark.parametrize("name", NAMES)
def test_each_pathway_walks_without_any_input(name):
    found = dosing.pathway(name)
    assert len(found.stages) == len(SEEDS.pathways[name].stages)
    assert set(asked_by_pathway(SEEDS, SEEDS.pathways[name])) <= SEEDS.names.keys()
    assert found.cite.split()[0] in SEEDS.evidence
    assert all(n in SEEDS.names for n in found.missing)
