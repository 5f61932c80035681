"""What exists and what each asks."""

import pytest

from dosing.advice.listing import asked_by, drugs, inputs, protocols, scores, tables
from dosing.knowledge.library import load

SEEDS = load()


def test_each_list_has_a_row_for_each_seed():
    assert len(drugs(SEEDS)) == len(SEEDS.drugs)
    assert len(tables(SEEDS)) == len(SEEDS.tables)
    assert len(protocols(SEEDS)) == len(SEEDS.protocols)
    assert len(scores(SEEDS)) == len(SEEDS.scores) + len(SEEDS.equations)


@pytest.mark.parametrize(
    ("name", "asked", "use"),
    [
        ("argatroban", "weight_kg", "always"),
        ("argatroban", "child_pugh", "by the table"),
        ("argatroban", "bleeding", "check"),
        ("fondaparinux", "height_cm", "instead"),
        ("heparin-raschke-1993", "running", "always"),
        ("heparin-raschke-1993", "aptt_s", "by the table"),
        ("argatroban-smpc-standard", "baseline_aptt_s", "by the table"),
        ("cockcroft-gault", "age_y", "always"),
        ("child-pugh", "inr", "by the table"),
        ("hit", "four_ts", "by the table"),
    ],
)
def test_when_an_input_matters(name, asked, use):
    assert asked_by(SEEDS, name)[asked] == use


def test_the_inputs_of_one_have_unit_range_and_answers():
    rows = inputs(SEEDS, "fondaparinux").set_index("name")
    assert rows.loc["weight_kg", ["unit", "low", "high"]].tolist() == ["kg", 1, 400]
    assert rows.loc["renal_replacement", "answers"] == "none, ihd, sled, crrt"
    one = inputs(SEEDS, "argatroban", "pci")
    assert len(one) < len(inputs(SEEDS, "argatroban"))
