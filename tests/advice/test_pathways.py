"""Pathways ask scores, tables, agents and orders in turn, and say what each still needs."""

import attrs
import pytest

import dosing
from dosing.advice.pathways import (
    Guidance,
    asked_by_order,
    asked_by_pathway,
    asked_by_table,
    guidance,
    rank,
    walk,
)
from dosing.base.findings import Finding
from dosing.knowledge.dosetypes import FixedDose, Statement
from dosing.knowledge.library import load
from dosing.knowledge.scoretypes import Pathway, Stage
from dosing.knowledge.seedtypes import Check, Column, Row, Said, Table
from tests.support import patient

SEEDS = load()
NAMES = [*SEEDS.pathways]


def stop(text):
    return Said(level="stop", text=text)


def agent(id_, drug, *checks):
    return Table(
        id=id_, title=drug, drug=drug, purpose="agent", indication="hit", cite="ash-2018",
        checks=checks,
    )  # fmt: skip


LIVER = Check(when={"child_pugh": ["B", "C"]}, level="warn", text="The liver clears it.")
KIDNEY = Check(when={"crcl_ml_min": "< 30"}, level="stop", text="Not below 30 mL/min.")
FIRM = Check(when={"critically_ill": "yes"}, level="note", text="Wears off soon.")
SAYS = Table(
    id="says", title="Says", drug="any", purpose="guide", cite="ash-2018",
    columns={"platelets": Column()},
    outputs={"text": "text"},
    rows=(
        Row(when={"platelets": "< 150"}, then=Statement({"text": "Wait."})),
        Row(when={"platelets": ">= 150"}, says=(stop("Not this table."),)),
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
    found = walk(
        STEPS,
        patient({"platelets": 80, "weight_kg": 70, "child_pugh": "none"}, MADE),
        {"platelets": 80, "weight_kg": 70, "child_pugh": "none"},
    )
    liver, says, agents, doses = found.stages
    assert liver.scores[0].value is None
    assert "bilirubin_mg_dl" in liver.missing
    assert says.guidance[0].says == {"text": "Wait."}
    assert agents.agents[0].drug in ("argatroban", "fondaparinux")
    assert doses.orders[0][0].order.dose == 2
    assert not found.refused


def test_a_refused_input_is_said_once_and_answers_nothing():
    found = walk(
        STEPS,
        patient({"platelets": "1,000", "weight_kg": 70}, MADE),
        {"platelets": "1,000", "weight_kg": 70},
    )
    assert found.refused
    assert [f.level for f in found.findings] == ["needed"]
    assert found.stages[1].guidance[0].says == {}
    assert all(one.order is None for one in found.stages[3].orders[0])


@pytest.mark.parametrize("wrong", [{"renal_replacement": "sometimes"}, {"weight_kg": "1,000"}])
def test_no_order_and_no_agents_dose_stand_beside_a_refused_input(wrong):
    # Left out, the answer would not have been needed: refused, it stops every order.
    known = {"weight_kg": 70, "child_pugh": "none", "crcl_ml_min": 80, "platelets": 80}
    assert walk(STEPS, patient(known, MADE), known).stages[3].orders[0][0].order is not None
    found = walk(STEPS, patient(known | wrong, MADE), known | wrong)
    assert found.refused
    assert all(one.order is None for one in found.stages[3].orders[0])
    agents = found.stages[2].agents
    assert all(a.advice is None or a.advice.order is None for a in agents)


def test_a_step_that_stops_gives_no_order():
    limb = Check(when={"limb_or_life_threat": "yes"}, level="stop", text="Not here.")
    careful = attrs.evolve(STEPS.stages[3], checks=(limb, FIRM))
    steps = attrs.evolve(STEPS, stages=(careful,))
    known = {"weight_kg": 70, "child_pugh": "none", "critically_ill": "yes"}
    assert walk(steps, patient(known, MADE), known).stages[0].orders[0][0].order is not None
    (stage,) = walk(
        steps,
        patient(known | {"limb_or_life_threat": "yes"}, MADE),
        known | {"limb_or_life_threat": "yes"},
    ).stages
    assert all((one.order, one.trace) == (None, ()) for one in stage.orders[0])
    assert "Not here." in [f.text for f in stage.orders[0][0].findings]


def test_what_an_order_leaves_unused_serves_other_steps():
    found = walk(
        STEPS,
        patient({"weight_kg": 70, "child_pugh": "none", "platelets": 80}, MADE),
        {"weight_kg": 70, "child_pugh": "none", "platelets": 80},
    )
    assert all(one.unused == () for one in found.stages[3].orders[0])
    assert "not used" not in str(found)


def test_nothing_given_is_nothing_said():
    found = walk(STEPS, patient({}, MADE), {})
    assert found.refused
    assert {"bilirubin_mg_dl", "platelets", "weight_kg"} <= set(found.missing)


@pytest.mark.parametrize(("count", "says"), [(149, {"text": "Wait."}), (150, {}), (None, {})])
def test_a_row_that_refuses_gives_no_sentence_but_says_why(count, says):
    found = guidance(SAYS, patient({"platelets": count}, MADE))
    assert found.says == says
    assert bool(found.findings) == (says == {})


def test_agents_are_ranked_with_their_reasons_and_the_excluded_last():
    tables = [MADE.tables["a"], MADE.tables["f"]]
    known = {"weight_kg": 70, "crcl_ml_min": 25, "child_pugh": "B", "critically_ill": "yes"}
    first, last = rank(tables, patient(known, MADE))
    assert (first.drug, first.place) == ("argatroban", "less suitable")
    assert (last.drug, last.place, last.advice) == ("fondaparinux", "excluded", None)
    kinder = rank(tables, patient(known | {"child_pugh": "none"}, MADE))
    assert kinder[0].place == "suits"
    assert kinder[0].advice.order.dose == 2


def test_an_agent_says_what_was_not_answered():
    (only,) = rank([MADE.tables["a"]], patient({"child_pugh": "none"}, MADE))
    assert only.unanswered == ("critically_ill",)
    assert only.place == "possible"


def test_an_agent_is_excluded_only_when_every_authority_refuses():
    # ASH gives bivalirudin no number at a low clearance; others do.
    table = SEEDS.tables["bivalirudin-agent-hit"]
    known = {"weight_kg": 70, "crcl_ml_min": 25, "renal_replacement": "none", "region": "US"}
    (found,) = rank([table], patient(known))
    assert found.place != "excluded"
    assert found.advice.authority != "ash-2018"
    assert found.advice.order.dose <= 0.08


@pytest.mark.parametrize(("region", "authority"), [("EU", "eu-smpc"), ("US", "us-label")])
def test_the_label_of_the_region_comes_first(region, authority):
    found = dosing.pathway("hit", region=region, weight_kg=70, child_pugh="C")
    orders = [o for stage in found.stages for o in stage.orders if o[0].drug == "argatroban"]
    assert orders[0][0].authority == authority
    assert (orders[0][0].order is None) == (region == "EU")  # contraindicated there


def test_what_is_asked_covers_columns_checks_and_the_size_of_the_patient():
    asked = set(asked_by_pathway(MADE, STEPS))
    assert {"platelets", "bilirubin_mg_dl", "crcl_ml_min", "weight_kg"} <= asked
    pumped = SEEDS.tables["argatroban-hit-us-label"]
    assert "concentration_mg_ml" in set(asked_by_table(SEEDS, pumped))


def test_it_prints_and_becomes_json():
    found = walk(STEPS, patient({"platelets": 80}, MADE), {"platelets": 80})
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


def checked_by(id_, *levels, drug="argatroban"):
    """An agent that says one thing of each of these levels to a patient with DIC."""
    checks = [
        Check(when={"dic": "yes"}, level=level, text=f"{id_} {i}.")
        for i, level in enumerate(levels)
    ]
    return agent(id_, drug, *checks)


def test_of_two_in_one_place_fewer_warnings_come_first_then_more_reasons():
    tables = [
        checked_by("stopped", "stop"), checked_by("two", "warn", "warn"),
        checked_by("one", "warn"), checked_by("one-for", "warn", "note"), checked_by("plain"),
        checked_by("for", "note"), checked_by("twice-for", "note", "note"),
    ]  # fmt: skip
    found = rank(tables, patient({"dic": "yes"}, MADE))
    assert [a.findings[0].text.split()[0] if a.findings else "plain" for a in found] == [
        "twice-for", "for", "plain", "one-for", "one", "two", "stopped",
    ]  # fmt: skip
    assert {a.label for a in found} == {SEEDS.drugs["argatroban"].label}


def starting(authority, **row):
    return Table(
        id=f"start-{authority}", title=authority, drug="argatroban", purpose="start",
        indication="hit", authority=authority, cite="ash-2018", columns={"platelets": Column()},
        outputs={"dose": "mg"}, rows=(Row(when={"platelets": "any"}, **row),),
    )  # fmt: skip


def test_what_every_authority_refuses_is_excluded_with_their_reasons():
    refusing = [
        starting(f"a{i}", says=(stop(f"Reason {i}."), Said(level="note", text=f"Note {i}.")))
        for i in range(4)
    ]
    own = checked_by("own", "note")
    seeds = attrs.evolve(SEEDS, tables={t.id: t for t in refusing})
    (found,) = rank([own], patient({"platelets": 100, "dic": "yes"}, seeds))
    assert (found.place, found.advice) == ("excluded", None)
    assert [f.text for f in found.findings] == [
        "Reason 0.", "Reason 1.", "Reason 2.",
    ]  # fmt: skip
    seeds = attrs.evolve(
        SEEDS, tables={t.id: t for t in (*refusing, starting("z", then=FixedDose(dose=5)))}
    )
    (found,) = rank([own], patient({"platelets": 100, "dic": "yes"}, seeds))
    assert (found.place, found.advice.order.dose) == ("suits", 5)


def test_an_agent_without_an_answer_keeps_what_the_first_authority_needs():
    (found,) = rank([MADE.tables["a"]], patient({}, MADE))
    assert found.advice.order is None
    assert "weight_kg" in found.advice.missing
    (bare,) = rank([MADE.tables["a"]], patient({}, attrs.evolve(SEEDS, tables={})))
    assert (bare.advice, bare.place) == (None, "possible")


SOURCED = attrs.evolve(
    SAYS,
    note="For adults.",
    columns={"platelets": Column(domain="[0, 500]")},
    rows=(
        Row(
            when={"platelets": "< 150"},
            then=Statement({"text": "Wait."}),
            cite="hlh-2024",
            says=(Said(level="warn", text="Low."),),
        ),
        Row(when={"platelets": ">= 150"}, then=Statement({"text": "Go."}), confirmed="unconfirmed"),
    ),
)


def test_a_sentence_names_its_row_its_source_and_how_it_was_confirmed():
    first, second = (guidance(SOURCED, patient({"platelets": n})) for n in (100, 200))
    assert (first.table, first.row, first.cite) == ("says", 1, "hlh-2024")
    assert first.confirmed == SEEDS.confirmed("hlh-2024")
    assert first.findings == (
        Finding("warn", "Low.", "hlh-2024"), Finding("note", "For adults.", "ash-2018"),
    )  # fmt: skip
    assert first.missing == ()
    assert (second.row, second.cite, second.confirmed) == (2, "ash-2018", "unconfirmed")
    whole = attrs.evolve(SOURCED, confirmed="primary")
    assert guidance(whole, patient({"platelets": 100})).confirmed == "primary"
    assert guidance(whole, patient({"platelets": 200})).confirmed == "unconfirmed"


def test_a_value_that_the_sentences_do_not_cover_is_named_and_nothing_is_said():
    found = guidance(SOURCED, patient({"platelets": 600}))
    assert (found.says, found.row, found.missing) == ({}, None, ())
    assert [f.level for f in found.findings] == ["stop", "note"]
    assert "outside what this table covers" in found.findings[0].text
    missing = guidance(SOURCED, patient({}))
    assert (missing.says, missing.row, missing.missing) == ({}, None, ("platelets",))
    assert not any("outside" in f.text for f in missing.findings)


FOUR_TS = {
    "platelet_fall_pct": 60, "platelets_nadir": 40, "onset_day": 7, "new_thrombosis": "none",
    "other_cause": "none", "heparin_before": "none",
}  # fmt: skip
SCORED = Table(
    id="scored", title="Scored", drug="any", purpose="guide", cite="ash-2018",
    columns={"four_ts": Column()}, outputs={"text": "text"},
    rows=(
        Row(when={"four_ts": "<= 3"}, then=Statement({"text": "Unlikely."})),
        Row(when={"four_ts": "> 3"}, then=Statement({"text": "Stop heparin."})),
    ),
)  # fmt: skip
STAGED = Pathway(
    id="staged", title="<Staged>", cite="ash-2018", note="For adults.",
    stages=(
        Stage(title="Score", scores=("4ts", "cockcroft-gault"), cite="lo-2006", note="Count."),
        Stage(title="Then", tables=("scored",), orders=("argatroban/hit",), cite="ash-2018"),
    ),
)  # fmt: skip
SCORING = attrs.evolve(SEEDS, tables=SEEDS.tables | {"scored": SCORED})


def test_a_score_serves_the_later_steps_unless_it_was_given():
    found = walk(STAGED, patient(FOUR_TS, SCORING), FOUR_TS)
    assert found.stages[0].scores[0].value == 6
    assert found.stages[1].guidance[0].says == {"text": "Stop heparin."}
    given = walk(STAGED, patient(FOUR_TS | {"four_ts": 2}, SCORING), FOUR_TS | {"four_ts": 2})
    assert given.stages[1].guidance[0].says == {"text": "Unlikely."}
    unanswered = walk(STAGED, patient({}, SCORING), {})
    assert unanswered.stages[1].guidance[0].says == {}


def test_a_pathway_carries_its_note_its_source_and_its_inputs():
    found = walk(STAGED, patient(FOUR_TS, SCORING), FOUR_TS)
    assert found.findings == (Finding("note", "For adults.", "ash-2018"),)
    assert (found.pathway, found.seeds, found.inputs) == ("staged", SCORING.digest, FOUR_TS)
    assert found.confirmed == SEEDS.confirmed("ash-2018")
    own = attrs.evolve(STAGED, confirmed="unconfirmed")
    assert walk(own, patient(FOUR_TS, SCORING), FOUR_TS).confirmed == "unconfirmed"
    assert (found.stages[0].note, found.stages[0].cite) == ("Count.", "lo-2006")


def test_what_is_wrong_with_an_input_is_not_repeated_by_each_score():
    found = walk(
        STAGED,
        patient(FOUR_TS | {"platelets_nadir": -4}, SCORING),
        FOUR_TS | {"platelets_nadir": -4},
    )
    (wrong,) = (f for f in found.findings if f.level == "needed")
    assert wrong not in found.stages[0].scores[0].findings
    clean = walk(STAGED, patient(FOUR_TS, SCORING), FOUR_TS).stages[0].scores[0]
    assert clean.findings


def test_a_pathway_prints_step_by_step():
    found = walk(STAGED, patient(FOUR_TS, SCORING), FOUR_TS)
    lines = str(found).splitlines()
    assert lines[:6] == [
        "<Staged>", "  note: For adults. [ash-2018]", "", "1. Score", "  Count.",
        f"  {found.stages[0].scores[0].title}",
    ]  # fmt: skip
    at = lines.index("2. Then")
    first = str(found.stages[1].orders[0][0]).splitlines()
    assert lines[at - 1 : at + 4] == [
        "", "2. Then", "  Scored", "    Stop heparin.",
        f"    source: ash-2018 ({SEEDS.confirmed('ash-2018')})",
    ]  # fmt: skip
    assert lines[at + 4] == f"  {first[0]}"
    assert lines[-2:] == ["", f"source: ash-2018 ({SEEDS.confirmed('ash-2018')})"]
    assert found._repr_html_().startswith("<pre>&lt;Staged&gt;\n  note: For adults.")


def test_guidance_and_agents_print_numbers_with_their_names_and_findings_with_sources():
    said = Guidance(
        table="t", title="T", says={"text": "Wait.", "every_h": 12.0}, missing=(), row=1, cite="c",
        findings=(Finding("warn", "Look."), Finding("note", "Know.", "d")), confirmed="primary",
    )  # fmt: skip
    assert str(said).splitlines() == [
        "T", "  Wait.", "  12 (every_h)", "  warn: Look.", "  note: Know. [d]",
        "  source: c (primary)",
    ]  # fmt: skip
    (first,) = rank([MADE.tables["a"]], patient({"weight_kg": 70, "child_pugh": "none"}, MADE))
    assert str(first) == f"argatroban, possible: {first.advice.order}"
    (open_,) = rank([MADE.tables["a"]], patient({}, MADE))
    assert str(open_) == "argatroban, possible"
    (out,) = rank([checked_by("x", "stop", "warn")], patient({"dic": "yes"}, MADE))
    assert str(out).splitlines() == [
        "argatroban, excluded", "  stop: x 0. [ash-2018]", "  warn: x 1. [ash-2018]",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("unit", "asked"),
    [
        ("mg", []), ("mg/kg", ["weight_kg"]), ("mg/m²", ["height_cm", "weight_kg"]),
        ("mg/100 units", ["heparin_given_units"]),
        ("mcg/kg/min", ["weight_kg", "concentration_mg_ml"]),
        ("units/h", ["weight_kg", "concentration_units_ml"]),
    ],
)  # fmt: skip
def test_a_dose_asks_for_what_it_is_multiplied_by(unit, asked):
    table = attrs.evolve(starting("x", then=FixedDose(dose=1)), columns={}, outputs={"dose": unit})
    assert [*asked_by_table(SEEDS, table)] == asked
    assert [*asked_by_table(SEEDS, SAYS)] == ["platelets"]


def test_an_unknown_pathway_lists_those_that_exist():
    with pytest.raises(ValueError, match=f"there are {', '.join(NAMES)}$"):
        dosing.pathway("x")


def test_nothing_is_advised_while_any_input_is_impossible():
    found = guidance(SAYS, patient({"platelets": 100, "weight_kg": -5}, MADE))
    assert (found.row, found.says) == (1, {})


def test_what_bars_a_drug_bars_it_whatever_is_still_unanswered():
    tables = [SEEDS.tables["dabigatran-agent-hit"], SEEDS.tables["danaparoid-agent-hit"]]
    for inputs in ({"bleeding": "major"}, {"bleeding": "major", "weight_kg": 70}):
        found = {a.drug: a for a in rank(tables, patient(inputs))}
        assert {a.place for a in found.values()} == {"excluded"}
        assert all(a.advice is None for a in found.values())
    (one,) = rank(tables[:1], patient({"mechanical_valve": "yes"}))
    assert one.place == "excluded"


def test_the_reason_against_stands_before_what_is_still_needed():
    stops = [
        f.text for f in dosing.start("dabigatran", indication="vte", bleeding="major").findings
    ]
    assert "Major bleeding" in stops[0]
    assert "is needed" in stops[1]


def test_a_stop_of_a_check_silences_a_list():
    table = SEEDS.tables["warfarin-maintenance-finnish"]
    assert guidance(table, patient({"inr": 1.2})).says
    found = guidance(table, patient({"inr": 1.2, "bleeding": "major"}))
    assert found.says == {}
    assert "Major bleeding: no warfarin" in found.findings[0].text


def test_the_maintenance_lists_stand_side_by_side_with_a_plan_of_tablets():
    found = dosing.pathway(
        "warfarin-maintenance", inr="1,9", stable_before="no", bleeding="none",
        warfarin_reason="venous thrombosis", weekly_dose_mg=35, change_pct=10, tablet_mg=5,
    )  # fmt: skip
    assert not found.refused
    changes = [g.says.get("change_pct") for g in found.stages[2].guidance]
    assert changes == [None, 10, [5, 10], 10, 7.5]
    assert "5 to 10 (change, %)" in str(found)
    assert found.stages[3].scores[0].value == 38.5


def one_step(**parts):
    return Pathway(
        id="one", title="One", cite="ash-2018", stages=(Stage(title="Step", **parts),)
    )  # fmt: skip


def test_a_sentence_a_refusal_or_a_reason_alone_is_an_answer():
    assert walk(one_step(tables=("says",)), patient({}, MADE), {}).refused
    assert not walk(
        one_step(tables=("says",)), patient({"platelets": 80}, MADE), {"platelets": 80}
    ).refused
    assert not walk(
        one_step(tables=("says",)), patient({"platelets": 200}, MADE), {"platelets": 200}
    ).refused
    bare = attrs.evolve(
        MADE, tables={i: t for i, t in MADE.tables.items() if t.purpose != "start"}
    )  # fmt: skip
    assert walk(one_step(agents=("a",)), patient({}, bare), {}).refused
    assert not walk(
        one_step(agents=("a",)), patient({"child_pugh": "B"}, bare), {"child_pugh": "B"}
    ).refused


def several(*tables):
    return attrs.evolve(SEEDS, tables={t.id: t for t in tables})


def test_the_other_authorities_stand_in_short_below_the_first():
    needy = attrs.evolve(
        starting("c", then=FixedDose(dose=7)),
        columns={"age_y": Column()},
        rows=(
            Row(when={"age_y": "< 18"}, says=(stop("No."),)),
            Row(when={"age_y": ">= 18"}, then=FixedDose(dose=7)),
        ),
    )
    seeds = several(
        starting("a", then=FixedDose(dose=5)), starting("b", then=FixedDose(dose=6)), needy,
        starting("d", says=(stop("Never."),)),
    )  # fmt: skip
    found = walk(
        one_step(orders=("argatroban/hit",)), patient({"platelets": 80}, seeds), {"platelets": 80}
    )
    orders = {one.authority: one.order for one in found.stages[0].orders[0]}
    assert [line for line in str(found).splitlines() if line.startswith("    by ")] == [
        f"    by b: {orders['b']}",
        "    by c: no dose; more answers are needed",
        "    by d: no dose",
    ]
    assert orders["b"].dose == 6


def test_what_is_not_answered_yet_names_the_source_of_the_table():
    assert guidance(SOURCED, patient({})).cite == "ash-2018"


def test_an_authority_that_bars_the_drug_gives_way_to_one_that_does_not():
    barring = attrs.evolve(
        starting("a", then=FixedDose(dose=5)),
        columns={"age_y": Column()},
        rows=(
            Row(when={"age_y": "< 18"}, says=(stop("No."),)),
            Row(when={"age_y": ">= 18"}, then=FixedDose(dose=5)),
        ),
        checks=(Check(when={"dic": "yes"}, level="stop", text="Not with DIC."),),
    )
    seeds = several(barring, starting("z", then=FixedDose(dose=9)))
    (found,) = rank([agent("own", "argatroban")], patient({"platelets": 100, "dic": "yes"}, seeds))
    assert (found.advice.authority, found.advice.order.dose) == ("z", 9)
    assert [a.authority for a in found.advices] == ["a", "z"]


def test_beside_a_refused_input_the_first_authority_says_why_there_is_no_dose():
    seeds = several(starting("a", then=FixedDose(dose=5)), starting("b", then=FixedDose(dose=6)))
    inputs = {"platelets": "1,000"}
    (found,) = rank([agent("own", "argatroban")], patient(inputs, seeds), inputs)
    assert (found.advice.authority, found.advice.order) == ("a", None)
    assert found.advice.refused


def test_the_agents_own_warning_stands_before_what_every_authority_refuses():
    seeds = several(starting("a", says=(stop("Never."),)))
    (found,) = rank([checked_by("own", "warn")], patient({"platelets": 100, "dic": "yes"}, seeds))
    assert [(f.level, f.text) for f in found.findings] == [
        ("stop", "Never."), ("warn", "own 0.")
    ]  # fmt: skip
    assert (found.place, found.advices) == ("excluded", ())


def test_an_agent_that_is_possible_shows_every_authority_and_an_excluded_one_none():
    seeds = several(starting("a", then=FixedDose(dose=5)), starting("b", then=FixedDose(dose=6)))
    one = patient({"platelets": 100, "dic": "yes"}, seeds)
    (found,) = rank([agent("own", "argatroban")], one)
    assert [(a.authority, a.order.dose) for a in found.advices] == [("a", 5), ("b", 6)]
    assert str(found).splitlines()[1] == f"  by b: {found.advices[1].order}"
    (out,) = rank([checked_by("own", "stop")], one)
    assert (out.advice, out.advices) == (None, ())


def test_an_order_asks_for_what_its_tables_and_its_safety_checks_use():
    bleeding = Table(
        id="bleeding", title="Bleeding", drug="argatroban", purpose="check", indication="hit",
        cite="ash-2018", checks=(Check(when={"bleeding": "major"}, level="stop", text="Not now."),),
    )  # fmt: skip
    other = attrs.evolve(
        bleeding,
        id="other",
        drug="heparin",
        checks=(Check(when={"dic": "yes"}, level="stop", text="No."),),
    )
    elsewhere = attrs.evolve(
        starting("b", then=FixedDose(dose=1)), indication="pci", columns={"age_y": Column()}
    )
    seeds = several(starting("a", then=FixedDose(dose=5)), bleeding, other, elsewhere)
    assert [*asked_by_order(seeds, "argatroban/hit")] == ["platelets", "bleeding"]


@pytest.mark.parametrize(
    "given", [{"hit_recent": "yes"}, {"hit_confirmed": "yes"}, {"hit_with_thrombosis": "yes"},
              {"four_ts": 4}],
)  # fmt: skip
def test_resistance_is_no_question_where_hit_is_known_or_suspected(given):
    first = dosing.pathway("heparin-resistance", weight_kg=80, **given).stages[0]
    assert [f.level for f in first.findings] == ["stop"]
    assert "HIT" in first.findings[0].text
    cleared = dosing.pathway("heparin-resistance", weight_kg=80, four_ts=4, hit_confirmed="no")
    assert not cleared.stages[0].findings
