"""Tables answer each patient from exactly one row."""

import itertools
import re
from importlib.resources import files

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dosing.advice.start import advice_of, starts
from dosing.base.vector import round_half_up
from dosing.knowledge.dosetypes import Statement
from dosing.knowledge.library import SeedError, cases, load
from dosing.knowledge.seedtypes import Column, Row, Table
from dosing.rules.convert import from_base, possible_range, to_base
from dosing.rules.tables import (
    GAP,
    MISSING,
    OUTSIDE,
    OVERLAP,
    compile_grid,
    grid_of,
)
from tests.support import patient

SEEDS = load()
RULED = [t for t in SEEDS.tables.values() if t.rows]
CASES = [(name, line) for name, lines in cases() if name in SEEDS.tables for line in lines]


def needed(grid, given):
    """What one patient lacks that could change the answer."""
    given = {n: np.array([v]) for n, v in given.items()}
    return list(grid.needed_by(given, np.atleast_1d(grid.rows_for(given))))


def table(columns, rows, counts=None):
    return Table(
        id="t", title="t", drug="argatroban", purpose="start", cite="ash-2018",
        columns={name: Column(**c) for name, c in columns.items()},
        counts=counts or {}, outputs={"dose": "mg"},
        rows=tuple(Row(when=when, then=Statement({"dose": i})) for i, when in enumerate(rows)),
    )  # fmt: skip


@pytest.mark.parametrize("found", RULED, ids=[t.id for t in RULED])
def test_every_patient_in_the_domain_meets_exactly_one_row(found):
    grid = compile_grid(SEEDS, found)
    inside = grid.cells[np.ix_(*(axis.inside for axis in grid.axes))]
    assert inside.min() >= 0


@pytest.mark.parametrize(
    ("name", "line"), CASES, ids=[f"{name}: {line['why']}" for name, line in CASES]
)
def test_case(name, line):
    found = SEEDS.tables[name]
    given_ = {k: v for k, v in line.items() if k in SEEDS.names}
    one = patient(given_)
    known = {n: v for n in found.columns if (v := one.get(n)) is not None}
    at = int(np.ravel(grid_of(SEEDS, found).rows_for(known))[0])
    row = found.rows[at] if at >= 0 else None
    if line.get("dose"):
        assert row.then.ordered == float(line["dose"])
        for end, printed in zip(("low", "high"), row.then.ends, strict=True):
            if line.get(end):
                assert printed == float(line[end])
    for output in ("every_h", "recheck_h", "bolus", "for_h", "for_days"):
        if line.get(output):
            assert (getattr(row.then, output) or 0) == float(line[output])
    if line.get("row"):
        assert at + 1 == int(line["row"])
    if line.get("says"):
        then = {} if row.then is None else row.then.given()
        words = [*(said.text for said in row.says), *(str(v) for v in then.values())]
        assert any(line["says"] in text for text in words)
    if line.get("total"):
        order = advice_of(starts(found, one), 0, given_).order
        assert order is not None
        assert order.total == pytest.approx(float(line["total"]), abs=0.05)


STARTED = [c for c in CASES if SEEDS.tables[c[0]].purpose == "start" and "level" in c[1]]


@pytest.mark.parametrize(
    ("name", "line"), STARTED, ids=[f"{name}: {line['why']}" for name, line in STARTED]
)
def test_a_case_is_refused_or_warned_as_it_says(name, line):
    given_ = {k: v for k, v in line.items() if k in SEEDS.names}
    advice = advice_of(starts(SEEDS.tables[name], patient(given_)), 0, given_)
    levels = {f.level for f in advice.findings}
    if line["level"] == "stop":
        assert advice.order is None
        assert not advice.missing
    elif line["level"] == "warn":
        assert "warn" in levels
    if line.get("dose") and not advice.missing:
        assert advice.order is not None


def test_a_gap_and_an_overlap_are_cells_of_the_grid():
    cells = compile_grid(
        SEEDS, table({"aptt_s": {}}, [{"aptt_s": "< 45"}, {"aptt_s": "> 45"}])
    ).cells
    assert (cells == GAP).sum() == 1
    cells = compile_grid(
        SEEDS, table({"aptt_s": {}}, [{"aptt_s": "<= 45"}, {"aptt_s": ">= 45"}])
    ).cells
    assert (cells == OVERLAP).sum() == 1


def test_a_missing_value_gives_no_row_unless_it_cannot_matter():
    two = table(
        {"weight_kg": {}, "child_pugh": {}},
        [{"child_pugh": "C"}, {"child_pugh": ["none", "A", "B"], "weight_kg": "< 50"},
         {"child_pugh": ["none", "A", "B"], "weight_kg": ">= 50"}],
    )  # fmt: skip
    grid = compile_grid(SEEDS, two)
    assert int(grid.rows_for({"child_pugh": "C"})) == 0
    assert int(grid.rows_for({"child_pugh": "A"})) == MISSING
    assert int(grid.rows_for({"weight_kg": 70})) == MISSING
    assert int(grid.rows_for({})) == MISSING
    assert needed(grid, {"child_pugh": "A"}) == ["weight_kg"]
    assert needed(grid, {}) == ["weight_kg", "child_pugh"]


def narrowing():
    """Each answer makes the next question needless, or needed."""
    return table(
        {"child_pugh": {}, "weight_kg": {}, "age_y": {}},
        [{"child_pugh": "C"}, {"child_pugh": ["none", "A", "B"], "weight_kg": "< 50"},
         {"child_pugh": ["none", "A", "B"], "weight_kg": ">= 50", "age_y": "< 18"},
         {"child_pugh": ["none", "A", "B"], "weight_kg": ">= 50", "age_y": ">= 18"}],
    )  # fmt: skip


def test_two_missing_values_that_cannot_matter_are_not_asked():
    grid = compile_grid(SEEDS, narrowing())
    assert int(grid.rows_for({"child_pugh": "C"})) == 0
    assert int(grid.rows_for({"child_pugh": "A", "weight_kg": 40})) == 1
    assert int(grid.rows_for({"child_pugh": "A", "weight_kg": 500})) == OUTSIDE


def test_absent_is_an_answer_only_where_a_row_says_so():
    found = table(
        {"child_pugh": {}},
        [{"child_pugh": ["none", "A", "absent"]}, {"child_pugh": ["B", "C"]}],
    )
    assert int(compile_grid(SEEDS, found).rows_for({})) == 0
    assert needed(compile_grid(SEEDS, found), {}) == []


def test_outside_the_domain_no_row_answers():
    found = table({"age_y": {"domain": "[0, 18)"}}, [{"age_y": "any"}])
    assert compile_grid(SEEDS, found).rows_for({"age_y": np.array([0, 17.9, 18, 50])}).tolist() == [
        0, 0, OUTSIDE, OUTSIDE,
    ]  # fmt: skip


def test_a_value_is_read_at_the_precision_of_the_source():
    found = table({"aptt_s": {"precision": 1}}, [{"aptt_s": "[15, 46)"}, {"aptt_s": "[46, 300]"}])
    read = compile_grid(SEEDS, found).rows_for({"aptt_s": np.array([45.4, 45.5, 46])})
    assert read.tolist() == [0, 1, 1]


def test_counts_are_how_many_of_several_hold():
    found = table(
        {"weight_kg": {}, "age_y": {}, "creatinine_mg_dl": {}},
        [{"frail": "< 2"}, {"frail": ">= 2"}],
        {"frail": {"age_y": ">= 80", "weight_kg": "<= 60", "creatinine_mg_dl": ">= 1.5"}},
    )
    grid = compile_grid(SEEDS, found)
    for age, weight, creatinine in itertools.product((79, 80), (60, 61), (1.4, 1.5)):
        held = (age >= 80) + (weight <= 60) + (creatinine >= 1.5)
        given_ = {"age_y": age, "weight_kg": weight, "creatinine_mg_dl": creatinine}
        assert int(grid.rows_for(given_)) == int(held >= 2)
    assert int(grid.rows_for({"age_y": 85, "weight_kg": 50})) == 1  # the third cannot matter


@pytest.mark.parametrize(
    ("values", "step", "rounded"),
    [([24.5, 38.5, 8.4], 1, [25, 39, 8]), ([2.15, 2.149, 2.25], 0.1, [2.2, 2.1, 2.3]),
     ([0.05], 0.1, [0.1])],
)  # fmt: skip
def test_halves_are_rounded_up_as_on_a_label(values, step, rounded):
    assert round_half_up(np.array(values), step).tolist() == rounded


@given(st.lists(st.one_of(st.none(), st.floats(15, 300)), min_size=1, max_size=40))
def test_many_patients_are_answered_as_one_by_one(values):
    grid = grid_of(SEEDS, SEEDS.protocols["argatroban-ummc-2008-normal"])
    column = np.array([np.nan if v is None else v for v in values])
    one_by_one = [int(grid.rows_for({} if v is None else {"aptt_s": v})) for v in values]
    assert grid.rows_for({"aptt_s": column}).tolist() == one_by_one


def test_only_what_could_change_the_answer_is_asked():
    grid = compile_grid(SEEDS, narrowing())
    assert needed(grid, {"child_pugh": "C"}) == []
    assert needed(grid, {"child_pugh": "A", "weight_kg": 40}) == []
    assert needed(grid, {"child_pugh": "A", "weight_kg": 60}) == ["age_y"]
    assert needed(grid, {"child_pugh": "A"}) == ["weight_kg", "age_y"]
    assert needed(grid, {"weight_kg": 60, "age_y": 40}) == ["child_pugh"]


def test_a_missing_number_among_numbers_is_missing():
    grid = compile_grid(SEEDS, table({"aptt_s": {}}, [{"aptt_s": "< 45"}, {"aptt_s": ">= 45"}]))
    assert grid.rows_for({"aptt_s": [None, 40.0, 45]}).tolist() == [MISSING, 0, 1]


def test_units_are_turned_into_the_first_one_and_back():
    weight, creatinine = SEEDS.quantities["weight"], SEEDS.quantities["creatinine"]
    assert to_base(100, weight, "weight_lb") == pytest.approx(45.359237)
    assert from_base(45.359237, weight, "weight_lb") == pytest.approx(100)
    assert to_base(88.4, creatinine, "creatinine_umol_l") == pytest.approx(1, abs=0.001)
    assert from_base(1, creatinine, "creatinine_umol_l") == pytest.approx(88.4, abs=0.05)
    assert to_base(70, weight, "weight_kg") == from_base(70, weight, "weight_kg") == 70
    low, high = possible_range(weight, "weight_lb").ends
    assert (low, high) == (pytest.approx(1 / 0.45359237), pytest.approx(400 / 0.45359237))


def test_the_grid_of_a_seed_is_made_once_and_that_of_a_changed_one_anew():
    seeds = load()
    for found in (seeds.tables["argatroban-hit-us-label"], next(iter(seeds.protocols.values()))):
        assert grid_of(SEEDS, found) is grid_of(SEEDS, found)
        changed = attrs.evolve(found, rows=found.rows[:1])
        assert grid_of(SEEDS, changed) is not grid_of(SEEDS, found)
        assert (grid_of(SEEDS, changed).cells == GAP).any()
        assert not (grid_of(SEEDS, found).cells == GAP).any()


@pytest.mark.parametrize(
    ("columns", "rows", "counts", "wish"),
    [
        ({"child_pugh": {}}, [{"child_pugh": "D"}], {},
         "t: child_pugh is never 'D'; it is one of none, A, B, C"),
        ({"child_pugh": {}}, [{"n": ">= 1"}], {"n": {"child_pugh": "D"}}, "t: child_pugh is never"),
        ({"age_y": {}}, [{"weight_kg": "< 50"}], {}, "t: 'weight_kg' is neither a column nor"),
        ({"age_y": {}}, [{"age_y": ["A"]}], {}, "t: age_y takes an interval, not a list"),
        ({"age_y": {}}, [{"age_y": "old"}], {}, "t: age_y: not an interval: 'old'"),
        ({"age_y": {}}, [{"n": "some"}], {"n": {"age_y": "< 5"}}, "t: n: not an interval: 'some'"),
        ({"agee": {}}, [{}], {}, "t: no quantity is called 'agee'"),
    ],
    ids=lambda x: x if isinstance(x, str) else "",
)  # fmt: skip
def test_a_table_that_cannot_be_compiled_says_what_to_mend(columns, rows, counts, wish):
    with pytest.raises(SeedError, match=f"^{re.escape(wish)}"):
        compile_grid(SEEDS, table(columns, rows, counts))


def test_a_table_with_too_many_combinations_is_refused():
    names = ["age_y", "weight_kg", "aptt_s", "inr", "platelets", "crcl_ml_min", "height_cm"]
    row = {name: f"< {150 + i}" if name != "inr" else "< 5" for i, name in enumerate(names)}
    row["age_y"] = "< 50"
    with pytest.raises(SeedError, match=r"^t: too many combinations to prove; split the table$"):
        compile_grid(SEEDS, table({n: {} for n in [*names, "height_in", "weight_lb"]}, [row]))


def test_a_number_without_a_possible_range_needs_a_domain():
    quantity = attrs.evolve(SEEDS.quantities["weight"], possible=None)
    with pytest.raises(SeedError, match=r"^weight_kg: the registry gives no possible range$"):
        possible_range(quantity, "weight_kg")


def test_outside_by_one_value_is_not_an_open_question_about_another():
    grid = compile_grid(
        SEEDS,
        table(
            {"age_y": {"domain": "[18, 130]"}, "weight_kg": {}},
            [{"weight_kg": "< 50"}, {"weight_kg": ">= 50"}],
        ),
    )
    assert int(grid.rows_for({"age_y": 10})) == OUTSIDE
    assert int(grid.rows_for({"age_y": 20})) == MISSING
    assert int(grid.rows_for({"weight_kg": 60})) == 1


def test_a_hospitals_own_rows_are_never_answered_from_the_shipped_ones(tmp_path, monkeypatch):
    name, low = "heparin-raschke-1993", {"aptt_s": 32}
    assert int(grid_of(SEEDS, load().protocols[name]).rows_for(low)) == 0
    text = files("dosing.seeds").joinpath("protocols/heparin_raschke_1993.toml").read_text("utf-8")
    (tmp_path / "protocols").mkdir()
    (tmp_path / "protocols/heparin_raschke_1993.toml").write_text(
        text.replace('"< 35"', '"< 30"').replace('"[35, 46)"', '"[30, 46)"'), "utf-8"
    )
    monkeypatch.setenv("DOSING_SITE", str(tmp_path))
    assert int(grid_of(SEEDS, load().protocols[name]).rows_for(low)) == 1
