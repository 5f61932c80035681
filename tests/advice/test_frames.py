"""Columns that are nearly called as an input is are refused; others are left alone."""

import re

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import dosing
from dosing.advice.frames import Words, columns_of, misspelt, of_rows
from dosing.knowledge.library import load

SEEDS = load()


@pytest.mark.parametrize(
    ("column", "meant"),
    [
        ("Weight_kg", "weight_kg"), ("weight kg", "weight_kg"), ("weight-kg", "weight_kg"),
        ("WEIGHTKG", "weight_kg"), (" weight_kg ", "weight_kg"), ("wieght_kg", "weight_kg"),
        ("weight_k", "weight_kg"), ("hit_confirmd", "hit_confirmed"), ("ecm", ""),
        ("ecmoo", "ecmo"), ("INR", "inr"), ("id", ""), ("inn", ""), ("ward", ""),
        ("patient", ""), ("sexx", ""), ("age", ""), ("height_m", "height_cm"),
    ],
)  # fmt: skip
def test_a_near_miss_is_named(column, meant):
    assert misspelt(SEEDS, column) == meant


def test_a_near_miss_is_refused_unless_it_is_ignored():
    frame = pd.DataFrame({"weight_kg": [70.0], "crcl_ml_min": 80, "hit_confirmd": "yes"})
    with pytest.raises(ValueError, match=r"'hit_confirmd' is nearly 'hit_confirmed'.*ignore="):
        dosing.start("fondaparinux", frame)
    found = dosing.start("fondaparinux", frame, ignore=["hit_confirmd"])
    assert found["dose"].tolist() == [7.5]
    assert found.attrs["unused"] == ["hit_confirmd"]
    kept_out = dosing.start("fondaparinux", frame, ignore=["hit_confirmd", "crcl_ml_min"])
    assert list(kept_out["status"]) == ["missing"]


def test_a_column_that_stands_twice_is_refused():
    frame = pd.DataFrame([[70, 80]], columns=["weight_kg", "weight_kg"])
    with pytest.raises(ValueError, match="'weight_kg' stands twice"):
        dosing.start("fondaparinux", frame)


@pytest.mark.parametrize("of", ["pandas", "polars"])
@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        (True, "True is not a number"), ([70], r"\[70\] is not a number"),
        ({}, "{} is not a number"), (b"70", "b'70' is not a number"),
        (pd.NaT, "NaT is not a number"),
    ],
    ids=["true", "list", "dict", "bytes", "no moment"],
)  # fmt: skip
def test_a_cell_of_another_kind_spoils_its_own_row_and_no_other(of, cell, problem):
    cells = [1.0, cell, 70]
    if of == "pandas":
        frame = pd.DataFrame({"weight_kg": pd.Series(cells, dtype=object), "child_pugh": "B"})
    else:
        columns = {"weight_kg": pl.Series(cells, dtype=pl.Object), "child_pugh": ["B"] * 3}
        frame = pl.DataFrame(columns)
    found = dosing.start("argatroban", frame)
    assert list(found["status"]) == ["stop", "impossible", "ok"]
    assert re.search(rf"weight_kg, row 1: Body weight: {problem}", found["reason"][1])
    one = dosing.start("argatroban", weight_kg=cell, child_pugh="B")
    assert one.status == "impossible"
    assert found["reason"][1] == f"weight_kg, row 1: {one.findings[0].text}"


def test_a_column_of_lists_is_refused_row_by_row():
    cells = pa.array([[70.0], None], type=pa.list_(pa.float64()))
    for frame in (pa.table({"weight_kg": cells}), pl.DataFrame({"weight_kg": [[70.0], None]})):
        found = dosing.start("argatroban", frame)
        assert [str(s) for s in found["status"]] == ["impossible", "missing"]


@pytest.mark.parametrize(
    "frame", [[1, 2], "vte", {"weight_kg": [70]}, 7, pd.Series([70]), pd.NaT], ids=repr
)
def test_what_is_no_frame_is_refused(frame):
    with pytest.raises(ValueError, match="a frame is expected, of pandas or polars"):
        dosing.start("fondaparinux", frame)


def test_weights_partly_in_kg_and_partly_in_lb_are_read_row_by_row():
    frame = pd.DataFrame({"weight_kg": [70, np.nan], "weight_lb": [np.nan, 100], "crcl_ml_min": 80})
    assert dosing.start("fondaparinux", frame)["dose"].tolist() == [7.5, 5]


def test_words_by_row_and_the_same_for_all():
    words = of_rows(["a", "b", "a"], np.array([0, 1, -1]))
    assert [words.words[c] for c in words.codes] == ["a", "b", "a"]
    assert of_rows(["a", "a"], np.array([0, -1])).codes.tolist() == [0, 0]
    assert Words.same(None, 2).codes.tolist() == [-1, -1]


def test_only_what_the_registry_knows_is_taken():
    found, size = columns_of(SEEDS, pd.DataFrame({"weight_kg": [70.0, 80], "ward": ["a", "b"]}))
    assert (list(found), size) == (["weight_kg"], 2)
