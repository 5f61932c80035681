"""Arrow tables in and out: columns as arrays beneath, words as dictionaries, no object a row."""

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from dosing.rules.columns import Codes

Array = npt.NDArray[Any]
KEPT = b"dosing"  # where a table's metadata say what is the same for the whole answer


def is_arrow(frame: Any) -> bool:
    """Whether a frame is a table of pyarrow, told without importing it."""
    kind = type(frame)
    return kind.__module__.partition(".")[0] == "pyarrow" and kind.__name__ == "Table"


def arrow_column(column: Any) -> Any:
    """A column of a table as the door takes it: numbers as an array, all else as codes of words.

    Parameters
    ----------
    column : pyarrow.ChunkedArray

    Returns
    -------
    ndarray, Codes or list
    """
    import pyarrow as pa

    kind, types = column.type, pa.types
    if types.is_decimal(kind):
        column, kind = column.cast(pa.float64()), pa.float64()
    if types.is_integer(kind) or types.is_floating(kind):
        return column.to_numpy()
    if types.is_null(kind):
        return Codes(np.full(len(column), -1), ())
    if not types.is_dictionary(kind):
        try:
            column = column.dictionary_encode()
        except pa.ArrowException:  # lists, records and other rarities
            return column.to_pylist()
    column = column.unify_dictionaries()
    if not column.num_chunks:
        return Codes(np.empty(0, dtype=np.intp), ())
    codes = [chunk.indices.fill_null(-1).to_numpy() for chunk in column.chunks]
    return Codes(np.concatenate(codes), tuple(column.chunk(0).dictionary.to_pylist()))


def arrow_words(codes: Array, words: tuple[str, ...]) -> Any:
    """A column of words; nothing where the position is negative."""
    import pyarrow as pa

    places = pa.array(codes.astype(np.int32, copy=False), mask=codes < 0)
    return pa.DictionaryArray.from_arrays(places, pa.array(words, pa.string()))


def arrow_yes_no(values: Array, known: Array) -> Any:
    """A column of yes and no; nothing where neither is known."""
    import pyarrow as pa

    return pa.array(np.asarray(values, dtype=bool), mask=~known)


def arrow_values(column: Any) -> Any:
    """Numbers, or the findings of each patient; a type is the same whatever the values are."""
    import pyarrow as pa

    if isinstance(column, list):
        parts = [(name, pa.string()) for name in ("level", "text", "cite", "id")]
        return pa.array(column, pa.list_(pa.struct(parts)))
    if column.dtype.kind == "f":
        return pa.array(column.astype(float, copy=False), from_pandas=True)
    return pa.array(column if column.dtype.kind == "b" else column.astype(np.int64))


def arrow_table(columns: Mapping[str, Any], attributes: Mapping[str, Any]) -> Any:
    """A table of such columns, with what is constant in its metadata.

    Examples
    --------
    >>> made = arrow_table({"dose": arrow_values(np.array([7.5, np.nan]))}, {"drug": "heparin"})
    >>> made["dose"].to_pylist(), said_of(made)
    ([7.5, None], {'drug': 'heparin'})
    """
    import pyarrow as pa

    made = pa.table(dict(columns))
    return made.replace_schema_metadata({KEPT: json.dumps(attributes).encode()})


def said_of(table: Any) -> dict[str, Any]:
    """What the metadata of an answer's table say of it as a whole."""
    found: dict[str, Any] = json.loads((table.schema.metadata or {}).get(KEPT, b"{}"))
    return found
