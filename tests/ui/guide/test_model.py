"""A dashboard of questions without a widget: what it asks, and what it answers."""

import datetime as dt
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dosing.knowledge.library import load
from dosing.knowledge.scoretypes import Dashboard, Topic
from dosing.rules.tables import options_of
from dosing.ui.guide import render as render_guide
from dosing.ui.guide.model import GuideModel
from dosing.ui.page.patient import PatientModel

SEEDS = load()
BOARD = Dashboard(
    id="board",
    title="Board",
    topics=(
        Topic(title="Any", any_table=True),
        Topic(title="Liver", scores=("child-pugh",)),
        Topic(title="Order", orders=("fondaparinux/hit",)),
        Topic(title="Step", protocols="argatroban"),
    ),
)


def model(title="Any", **entries):
    made = GuideModel(PatientModel(), BOARD)
    made.open(title)
    made.patient.ensure(made.asked())
    for key, text in entries.items():
        made.patient.entries[key].text = text
    made.refresh()
    return made


def test_every_drug_with_a_table_is_offered_with_its_indications():
    found = model()
    with_tables = {t.drug for t in SEEDS.tables.values() if t.purpose == "start"}
    assert set(found.drugs()) == with_tables
    for drug in found.drugs():
        found.choose(drug)
        for indication in found.indications():
            found.choose(drug, indication)
            assert set(found.authorities()) == set(SEEDS.find(drug, indication))
            found.patient.ensure(found.asked())
            found.refresh()
            assert len(found.orders[0]) == len(found.authorities())


def test_a_choice_that_no_longer_exists_gives_way():
    found = model()
    found.choose("fondaparinux", "hit", "eu-smpc")
    assert found.authority == "eu-smpc"
    found.choose("argatroban", "no-such")
    assert (found.indication, found.authority) == ("", "")


def test_nothing_is_chosen_for_the_reader_where_there_is_a_choice():
    found = model()
    assert (found.drug, found.indication, found.orders) == ("", "", [])
    assert found.unchosen() == ["drug"]
    found.choose("heparin")
    found.refresh()
    assert (found.indication, found.unchosen(), found.orders) == ("", ["indication"], [])
    found.choose("heparin", "vte")
    found.refresh()
    assert found.unchosen() == []
    assert found.orders
    assert model("Step").unchosen() == ["protocol"]
    assert model("Step").step is None


def test_the_chosen_authority_stands_first():
    found = model(weight="70", crcl="80")
    found.choose("fondaparinux", "hit", "eu-smpc")
    found.refresh()
    assert found.chosen_first(found.orders[0])[0].authority == "eu-smpc"


def test_a_clearance_may_be_worked_out_from_its_parts():
    assert {"crcl", "age", "sex", "creatinine", "weight"} <= set(model("Order").asked())


def test_a_score_is_answered_when_all_is_given():
    assert model("Liver").scores[0].value is None
    found = model("Liver", bilirubin="1", albumin="4", inr="1", ascites="none", encephalopathy="0")
    assert found.scores[0].value == 5
    assert "5 points A" in found.headline()


def test_a_protocol_asks_for_its_measure_and_gives_the_next_step():
    found = model("Step")
    found.protocol = "argatroban-ummc-2008-normal"
    found.patient.ensure(found.asked())
    assert {"running", "aptt", "weight"} <= set(found.asked())
    found.refresh()
    assert found.step.action == ""
    for key, text in (("running", "1"), ("aptt", "38"), ("weight", "70")):
        found.patient.entries[key].text = text
    found.refresh()
    assert (found.step.action, found.step.rate) == ("increase", 2)
    assert "Increase to 2 mcg/kg/min" in found.headline()


@pytest.mark.parametrize("name", [*SEEDS.dashboards])
def test_each_topic_of_each_dashboard_asks_and_answers_without_entries(name):
    found = GuideModel(PatientModel(), SEEDS.dashboards[name])
    for topic in found.dashboard.topics:
        found.open(topic.title)
        found.given = set(topic.schedule)
        found.drug = next(iter(found.drugs()), "")
        found.indication = next(iter(found.indications()), "")
        found.protocol = next(iter(found.protocols()), "")
        asked = found.asked()
        assert asked or topic.inr_series
        found.patient.ensure(asked)
        found.refresh()
        assert found.headline() == "No answer yet."


def test_a_topic_is_opened_by_its_title_only():
    with pytest.raises(ValueError, match="Nothing"):
        model("Nothing")


def test_the_time_in_range_comes_from_inrs_by_day():
    found = GuideModel(PatientModel(), SEEDS.dashboards["fixed"])
    found.open("Warfarin: time in range")
    found.inrs = "0:1.5 10:2,5"
    found.refresh()
    assert (found.time_in_range.pct, found.series_problem) == (50, "")
    for wrong in ("0:1.5", "5:2 1:3", "tomorrow", "0:1,000 3:2"):
        found.inrs = wrong
        found.refresh()
        assert found.time_in_range is None
        assert found.series_problem.endswith(".")
    found.inrs = " "
    found.refresh()
    assert (found.time_in_range, found.series_problem) == (None, "")


TOPICS = [
    pytest.param(board, topic.title, id=f"{board.id}: {topic.title}")
    for board in SEEDS.dashboards.values()
    for topic in board.topics
]
NOT_A_NUMBER = ["abc", "1,000", "-5", "1e9", "70 kg", "<5", "1.2.3", "٧٠"]


def answers(quantity):
    """What someone might enter: nothing, an answer, or what is none."""
    if quantity.kind == "number":
        low, high = quantity.usual or quantity.possible
        usual = st.floats(low, high).map(lambda x: f"{round(x) if quantity.whole else x:.6g}")
        return st.one_of(st.just(""), usual, usual, st.sampled_from(NOT_A_NUMBER))
    return st.sampled_from(["", *options_of(quantity), *options_of(quantity)])


@pytest.mark.parametrize(("board", "title"), TOPICS)
@settings(max_examples=10)
@given(data=st.data())
def test_whatever_is_entered_nothing_breaks_and_what_is_refused_gives_no_dose(board, title, data):
    found = GuideModel(PatientModel(), board)
    found.open(title)
    for name, options in (
        ("drug", found.drugs), ("indication", found.indications), ("protocol", found.protocols)
    ):  # fmt: skip
        setattr(found, name, data.draw(st.sampled_from(options() or [""])))
    found.given, found.first_day = set(found.topic.schedule), dt.date(2026, 11, 21)
    for key in found.asked():
        found.patient.ensure([key])
        found.patient.entries[key].text = data.draw(answers(SEEDS.quantities[key]), label=key)
    found.refresh()
    stages = found.pathway.stages if found.pathway else ()
    orders = [*found.orders, *(several for stage in stages for several in stage.orders)]
    scores = [*found.scores, *(score for stage in stages for score in stage.scores)]
    html = "".join(render_guide.stage(1, stage) for stage in stages)
    html += "".join(map(render_guide.score, found.scores))
    html += "".join(map(render_guide.advices, found.orders))
    assert not re.search(r"\bNone\b|\bnan\b|\{[a-z_]+\}", html)
    if found.patient.problems():
        assert all(one.order is None for several in orders for one in several)
        assert all(score.value is None for score in scores)
        assert not found.plan
        assert found.step is None or not found.step.action
