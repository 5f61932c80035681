"""What may matter, with the parts from which it would follow."""

from dosing.knowledge.library import load
from dosing.rules.asked import names_asked, with_parts
from dosing.rules.checks import checks_of

SEEDS = load()


def test_parts_follow_parts():
    assert {"age_y", "sex", "creatinine_mg_dl", "weight_kg", "height_cm", "crcl_source"} <= set(
        with_parts(SEEDS, ["crcl_ml_min"])
    )
    assert "platelets_peak" in with_parts(SEEDS, ["four_ts"])
    assert with_parts(SEEDS, ["inr"]) == ("inr",)


def test_checks_ask_what_their_conditions_name():
    table = SEEDS.tables["argatroban-hit-us-label"]
    asked = names_asked(SEEDS, table.columns, checks_of(SEEDS, table))
    assert {"child_pugh", "ecmo", "bleeding", "bilirubin", "creatinine"} - {"creatinine"} <= asked
