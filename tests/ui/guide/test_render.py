"""Answers as HTML: complete, escaped, and without a number where there is no answer."""

import dosing
from dosing.advice.pathways import rank
from dosing.knowledge.library import load
from dosing.knowledge.seedtypes import Check, Table
from dosing.ui.guide import render as guide
from tests.support import patient

SEEDS = load()
WHOLE = {
    "bilirubin_mg_dl": 1, "albumin_g_dl": 4, "inr": 1, "ascites": "none", "encephalopathy_grade": 0,
}  # fmt: skip


def test_a_score_shows_its_total_its_band_and_each_part():
    said = guide.score(dosing.score("child-pugh", **WHOLE))
    assert "<span class='big-number'>5&nbsp;" in said
    assert "<span class='big-word'>A</span>" in said
    assert said.count("<tr>") == 5


def test_no_total_stands_while_an_item_is_missing():
    said = guide.score(dosing.score("child-pugh", **{**WHOLE, "inr": None}))
    assert "big-number" not in said
    assert "Still needed: INR." in said
    assert said.count("is needed") == 0


def test_a_fixed_order_shows_dose_and_interval():
    found = dosing.start("fondaparinux", weight_kg=70, crcl_ml_min=80)
    said = guide.advice(found)
    assert "7.5&nbsp;<small>mg</small>" in said
    assert "<dd>daily</dd>" in said


def test_an_amount_that_is_divided_is_not_to_be_given_each_time():
    whole_day = dosing.start("anakinra", indication="hlh", weight_kg=70, crcl_ml_min=80)
    assert "In a whole day, divided" in guide.advice(whole_day)
    assert "Give each time" not in guide.advice(whole_day)
    one_dose = dosing.start("emapalumab", indication="hlh-stills", weight_kg=60)
    assert "Give each time" in guide.advice(one_dose)


def test_an_order_that_is_refused_shows_the_reason_and_no_number():
    said = guide.advice(dosing.start("fondaparinux", weight_kg=70, crcl_ml_min=20))
    assert "No dose." in said
    assert "big-number" not in said
    assert "contraindicated" in said


def test_authorities_stand_side_by_side():
    said = guide.advices(dosing.Rules().advices("argatroban", weight_kg=70, child_pugh="C"))
    assert said.count("<th scope='row'>") == len(SEEDS.find("argatroban", "hit"))


def test_agents_carry_a_word_and_a_shape_for_their_place():
    table = Table(
        id="a", title="a", drug="argatroban", purpose="agent", indication="hit", cite="ash-2018",
        checks=(Check(when={"child_pugh": ["B"]}, level="warn", text="<liver>"),),
    )  # fmt: skip
    said = guide.agents(rank([table], patient({"child_pugh": "B", "weight_kg": 70})))
    assert "Less suitable" in said
    assert "<svg" in said
    assert "&lt;liver&gt;" in said
    assert "2.1</b> mL/h" in said


def test_a_step_shows_the_rate_and_a_missing_one_none():
    step = dosing.titrate("argatroban-ummc-2008-normal", running=1, weight_kg=70, aptt_s=38)
    assert "2&nbsp;<small>mcg/kg/min" in guide.step(step)
    without = guide.step(dosing.titrate("argatroban-ummc-2008-normal", running=1, weight_kg=70))
    assert "big-number" not in without
    assert "Still needed: aPTT." in without


def test_headings_are_escaped():
    assert "&lt;b&gt;" in guide.section("<b>", "", 1)


def test_the_ranking_shows_each_authoritys_order_once_and_marks_a_warning():
    table = SEEDS.tables["argatroban-agent-hit"]
    given = {"weight_kg": 70, "child_pugh": "none", "critically_ill": "yes", "crcl_ml_min": 90}
    (agent,) = rank([table], patient(given))
    said = guide.agents([agent])
    orders = {a.authority: a.order for a in agent.advices}
    assert orders["us-label"].dose == 2
    assert all(a.authority_label in said for a in agent.advices if a.order is not None)
    assert "us-label" not in said
    assert said.count("<b>2 mcg/kg/min</b>") == 1
    cell = said.split("<b>2 mcg/kg/min</b>", 1)[1].split("</p>")[0]
    assert "with a warning" in cell
