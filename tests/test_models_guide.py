"""A dashboard of questions without a widget: what it asks, and what it answers."""

import pytest

from dosing.library import load
from dosing.scoretypes import Dashboard, Topic
from dosing.ui.models import PatientModel
from dosing.ui.models_guide import GuideModel

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
