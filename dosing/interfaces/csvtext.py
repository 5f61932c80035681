"""Tables as the text of a CSV file: a cell stands in quotation marks only where it must."""

import json
from collections.abc import Callable, Iterable
from typing import Any

MARKED = (b'"', b",", b"\r", b"\n")
_MUST = '[",\r\n]'


def header(names: Iterable[str]) -> bytes:
    """The line of names.

    Examples
    --------
    >>> header(["id", "weight_kg", "at home, if any"])
    b'id,weight_kg,"at home, if any"\\n'
    """
    import pyarrow as pa

    return ",".join(_marked(pa.array(list(names), pa.string())).to_pylist()).encode() + b"\n"


def lines(table: Any, write: Callable[[Any], Any]) -> None:
    """Write the rows of a table.

    Parameters
    ----------
    table : pyarrow.Table
    write : callable
        Takes bytes.
    """
    from pyarrow import compute

    for batch in table.to_batches():
        cells = [_named(name, batch.column(i)) for i, name in enumerate(table.column_names)]
        cells[-1] = compute.binary_join_element_wise(cells[-1], "\n", "")
        joined = compute.binary_join_element_wise(*cells, ",")
        write(_bytes_of(joined))


def _named(name: str, column: Any) -> Any:
    import pyarrow as pa

    try:
        return cells_of(column)
    except pa.ArrowException:
        kind = column.type
        raise ValueError(
            f"column {name!r} ({kind}) cannot be written as CSV: write Parquet"
        ) from None


def cells_of(column: Any) -> Any:
    """A column as text, empty where there is nothing, in quotation marks where it must be.

    Raises
    ------
    pyarrow.ArrowException
        For what cannot be text.
    """
    import pyarrow as pa
    from pyarrow import compute

    kind, types = column.type, pa.types
    if types.is_dictionary(kind):
        return compute.take(cells_of(column.dictionary), column.indices).fill_null("")
    if types.is_nested(kind):
        said = [None if v is None else _plain(v) for v in column.to_pylist()]
        column = pa.array(said, pa.string())
    text = column if types.is_string(kind) else column.cast(pa.string())
    return (_marked(text) if _may_be_marked(text) else text).fill_null("")


def _plain(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _may_be_marked(text: Any) -> bool:
    """Whether any byte of a column is one for which a cell needs quotation marks."""
    found = _bytes_of(text)
    whole = bytes(found) if found is not None else b""
    return any(mark in whole for mark in MARKED)


def _bytes_of(text: Any) -> Any:
    """The bytes of all cells of a column, one after the other."""
    import numpy as np

    _, offsets, data = text.buffers()
    if data is None:
        return b""
    ends = np.frombuffer(offsets, np.int32)[text.offset : text.offset + len(text) + 1]
    return memoryview(data)[ends[0] : ends[-1]]


def _marked(text: Any) -> Any:
    from pyarrow import compute

    must = compute.match_substring_regex(text, _MUST)
    doubled = compute.replace_substring(text, '"', '""')
    return compute.if_else(must, compute.binary_join_element_wise('"', doubled, '"', ""), text)
