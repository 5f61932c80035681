"""Tables of Arrow are read and answered as any frame."""

import datetime as dt
import decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import dosing
from dosing.advice.arrow import arrow_column, arrow_values, arrow_words, said_of
from tests.advice.test_cohort import COHORT
from tests.random_patients import drawn, names_for

TABLE = pa.table(COHORT)


def test_a_table_is_answered_with_a_table():
    found = dosing.start("fondaparinux", TABLE)
    assert isinstance(found, pa.Table)
    assert found["status"].to_pylist() == ["ok", "stop", "missing", "ok"]
    assert found["dose"].to_pylist() == [5, None, None, 7.5]
    assert found["reason"].to_pylist()[0] == ""


def test_what_is_constant_stands_in_the_metadata_or_in_columns():
    assert said_of(dosing.start("fondaparinux", TABLE))["unused"] == ["id"]
    columns = dosing.start("fondaparinux", TABLE, provenance="columns")
    assert set(columns["unused"].to_pylist()) == {"id"}
    assert said_of(TABLE) == {}


@pytest.mark.parametrize(
    "column",
    [
        pa.array(["70", "a", None]),
        pa.array(["70", "a", None], pa.large_string()),
        pa.array(["70", "a", None], pa.string_view()),
        pa.array(["70", "a", None]).dictionary_encode(),
        pa.chunked_array([pa.array(["70"]).dictionary_encode(),
                          pa.array(["a", None]).dictionary_encode()]),
        pa.chunked_array([["70"], ["a"], [None]]),
    ],
    ids=["text", "large", "view", "dictionary", "dictionaries", "chunks"],
)  # fmt: skip
def test_text_of_any_kind_is_read_alike(column):
    found = dosing.start("fondaparinux", pa.table({"weight_kg": column}), crcl_ml_min=80)
    assert found["status"].to_pylist() == ["ok", "impossible", "missing"]
    assert "weight_kg, row 1: " in found["reason"].to_pylist()[1]


@pytest.mark.parametrize(
    ("values", "status"),
    [
        (pa.array([70, None], pa.int64()), ["ok", "missing"]),
        (pa.array([2**60, 70], pa.int64()), ["impossible", "ok"]),
        (pa.array([70, None], pa.float32()), ["ok", "missing"]),
        (pa.array([decimal.Decimal("70.5"), None]), ["ok", "missing"]),
        (pa.array([True, None]), ["impossible", "missing"]),
        (pa.nulls(2), ["missing", "missing"]),
        (pa.array([[1, 2], [3]]), ["impossible", "impossible"]),
        (pa.array([dt.datetime(2026, 1, 1), None]), ["impossible", "missing"]),
        (pa.array([float("nan"), 70.0]), ["missing", "ok"]),
    ],
    ids=lambda v: str(v.type) if isinstance(v, pa.Array) else "",
)
def test_a_column_of_any_type_is_read_or_refused(values, status):
    found = dosing.start("fondaparinux", pa.table({"weight_kg": values}), crcl_ml_min=80)
    assert found["status"].to_pylist() == status


def test_rows_are_called_from_any_number_on():
    frame = pa.table({"weight_kg": ["70", "abc"], "crcl_ml_min": ["80", "80"]})
    found = dosing.start("fondaparinux", frame, first_row=1_000_001)
    assert found["reason"].to_pylist()[1].startswith("weight_kg, row 1000002: ")


def test_no_rows_are_answered_with_no_rows():
    assert dosing.start("fondaparinux", TABLE.slice(0, 0)).num_rows == 0


def test_findings_and_yes_or_no_keep_their_types():
    table = pa.table({"running": [0.5, None], "aptt_s": [40.0, 60.0], "weight_kg": [70, 70]})
    found = dosing.titrate("argatroban-uhs-2016", table, findings=True)
    assert found.schema.field("in_range").type == pa.bool_()
    assert found["in_range"].to_pylist()[1] is None
    assert found["findings"].to_pylist()[1][0]["level"] == "needed"
    nobody = arrow_values([[], []])
    assert nobody.type == found.schema.field("findings").type


def test_words_and_numbers_say_where_there_are_none():
    assert arrow_words(np.array([1, -1, 0], dtype=np.int8), ("a", "b")).to_pylist() == [
        "b", None, "a",
    ]  # fmt: skip
    assert arrow_values(np.array([1.5, np.nan])).to_pylist() == [1.5, None]
    assert arrow_values(np.array([1, 2], dtype=np.int16)).type == pa.int64()
    assert arrow_column(pa.chunked_array([], pa.string())).codes.tolist() == []


@pytest.mark.parametrize("drug", ["argatroban", "bivalirudin", "heparin"])
def test_a_table_is_answered_as_the_frame_of_pandas(drug):
    indication = "vte" if drug == "heparin" else "hit"
    seed = next(iter(dosing.Rules().seeds.find(drug, indication).values()))
    frame = drawn(names_for(seed), 300, np.random.default_rng(7)).reset_index(drop=True)
    text = frame.map(lambda v: None if v is None else str(v))
    mine = dosing.start(drug, pa.Table.from_pandas(text), indication=indication, findings=True)
    theirs = dosing.start(drug, text, indication=indication, findings=True)
    assert mine.column_names == list(theirs.columns)
    for name in mine.column_names:
        other = theirs[name].astype(object).where(pd.notna(theirs[name].astype(str)))
        expected = [None if isinstance(v, float) and v != v else v for v in other]
        assert mine[name].to_pylist() == expected, name
