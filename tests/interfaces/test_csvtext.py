"""Tables as CSV: what is written is what is read again."""

import csv
import io

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dosing.interfaces.csvtext import cells_of, header, lines

CELLS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=8)


def text_of(table):
    written = io.BytesIO()
    written.write(header(table.column_names))
    lines(table, written.write)
    return written.getvalue().decode()


@given(st.lists(st.tuples(st.none() | CELLS, CELLS), min_size=1, max_size=20), CELLS)
def test_any_text_is_read_again_as_it_was(rows, name):
    left, right = ([row[k] for row in rows] for k in (0, 1))
    table = pa.table([pa.array(left, pa.string()), pa.array(right).dictionary_encode()],
                     names=[name, "b"])  # fmt: skip
    read = list(csv.reader(io.StringIO(text_of(table), newline="")))
    assert read == [[name, "b"], *([a or "", b] for a, b in rows)]


def test_only_what_must_stands_in_quotation_marks():
    table = pa.table({"a": ["x y", 'say "so"', "1,000", None], "b": [5.0, 2.1, None, 0.25],
                      "c": [True, False, None, True]})  # fmt: skip
    assert text_of(table).splitlines() == [
        "a,b,c", "x y,5,true", '"say ""so""",2.1,false', '"1,000",,', ",0.25,true",
    ]  # fmt: skip


def test_a_part_of_a_table_is_written_alone():
    table = pa.table({"a": ["x", "y,", "z"], "b": ["1", "2", "3"]}).slice(2, 1)
    assert text_of(table) == "a,b\nz,3\n"


def test_lists_and_records_are_written_as_json():
    assert cells_of(pa.array([[{"text": "a b"}], None])).to_pylist() == [
        '"[{""text"": ""a b""}]"', "",
    ]  # fmt: skip


def test_what_cannot_be_text_is_refused_by_name():
    with pytest.raises(ValueError, match=r"column 'b' \(binary\) cannot be written as CSV"):
        text_of(pa.table({"a": ["x"], "b": [b"\xff"]}))
