"""Cohorts in files: CSV and Parquet read and written in parts, never more than a part in memory.

Every cell of a CSV file is text, as it stands there: the door reads it, whatever its neighbours.
"""

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import attrs

CSV, PARQUET = ".csv", ".parquet"
PART_ROWS, PART_BYTES = 1 << 16, 16 << 20  # worked on at once, about
BLOCK_BYTES = 1 << 20  # of a CSV file, read at once; no row may be longer
MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16", b"PAR1": "Parquet", b"PK": "a workbook"}
SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


class FileError(ValueError):
    """A file cannot be read or written; the text says which, why, and what is expected."""


@attrs.frozen
class Source:
    """A file of patients, opened.

    Attributes
    ----------
    names : tuple of str
        Its columns.
    first_row : int
        What its first patient's row is called: 2 in CSV, as a spreadsheet shows it; 1 in Parquet.
    parts : callable
        The rows as tables, one after the other, each with how much of the file is read (0 to 1).
    """

    path: Path
    names: tuple[str, ...]
    first_row: int
    parts: Callable[[], Iterator[tuple[Any, float]]]


def kind_of(path: Path) -> str:
    """CSV or Parquet, by the suffix."""
    suffix = path.suffix.lower()
    if suffix not in (CSV, PARQUET):
        raise FileError(
            f"{path.name!r} is neither CSV nor Parquet: its name must end in {CSV} or {PARQUET}"
        )
    return suffix


def checked(source: Path, target: Path, *, force: bool) -> None:
    """Refuse what cannot be read, and what may not be written."""
    kind_of(source), kind_of(target)
    if source.is_dir():
        raise FileError(f"{source} is a folder; a file is expected")
    if not source.exists():
        raise FileError(f"there is no file {source}")
    if not source.is_file():
        raise FileError(f"{source} is no ordinary file")
    if target.is_dir():
        raise FileError(f"{target} is a folder; a file is expected")
    if not target.parent.is_dir():
        raise FileError(f"there is no folder {target.parent} to write into")
    if target.exists():
        if target.samefile(source):
            raise FileError(f"{target} is the file that is read: give the answer another name")
        if not force:
            raise FileError(f"{target} exists: give another name, or --force to replace it")


def opened(path: Path) -> Source:
    """A file of patients, with its columns known.

    Raises
    ------
    FileError
        In a sentence, for what is no such file.
    """
    with _in_words(path):
        found = _csv(path) if kind_of(path) == CSV else _parquet(path)
    if twice := {n for n in found.names if found.names.count(n) > 1}:
        raise FileError(f"column {min(twice)!r} stands twice in {path.name}")
    return found


@contextlib.contextmanager
def _in_words(path: Path, uneven: Sequence[Any] = ()) -> Iterator[None]:
    """What Arrow and the system say of a file, in a sentence; a row without its cells is named."""
    import pyarrow as pa

    name = path.name
    try:
        yield
    except FileError:
        raise
    except (UnicodeDecodeError, pa.ArrowInvalid) as error:
        why = _uneven(name, uneven[0]) if uneven else _why(name, str(error))
        raise FileError(why) from None
    except OSError as error:
        why = error.strerror or str(error).splitlines()[0]
        raise FileError(f"{name} cannot be read: {why}") from None
    except pa.ArrowException as error:
        raise FileError(f"{name} cannot be read: {str(error).splitlines()[0]}") from None


def _why(name: str, said: str) -> str:
    if "utf-8" in said.lower() or "utf8" in said.lower():
        return f"{name} holds bytes that are not UTF-8: save it as CSV in UTF-8"
    if "Empty CSV" in said:
        return f"{name} is empty: a line with the names of the columns is expected"
    if "straddl" in said or "block boundaries" in said:
        size = BLOCK_BYTES >> 20
        return f"{name} has a row of more than {size} MB: is a quotation mark not closed?"
    return f"{name} cannot be read: {said.splitlines()[0]}"


# CSV


def _csv(path: Path) -> Source:
    names = _header(path)
    return Source(path, names, 2, lambda: _csv_parts(path, names))


def _header(path: Path) -> tuple[str, ...]:
    with path.open("rb") as file:
        start = file.read(4)
    for sign, what in MARKS.items():
        if start.startswith(sign):
            raise FileError(
                f"{path.name} is {what}, whatever its name says: save it as CSV in UTF-8"
            )
    uneven: list[Any] = []
    with _in_words(path, uneven):
        reader, file = _csv_reader(path, None, uneven)
        with reader, file:
            names = tuple(reader.schema.names)
    if len(names) == 1:
        for mark, word in SEPARATORS.items():
            if mark in names[0]:
                raise FileError(
                    f"{path.name} is separated by {word}: save it with commas between cells"
                )
    if any("\0" in name for name in names):
        raise FileError(f"{path.name} is no text in UTF-8: save it as CSV in UTF-8")
    return names


def _csv_reader(path: Path, names: tuple[str, ...] | None, uneven: list[Any]) -> tuple[Any, Any]:
    """A reader of text cells, and the file beneath; uneven rows are put into a list."""
    import pyarrow as pa
    from pyarrow import csv

    def told(row: Any) -> str:
        uneven.append(row)
        return "error"

    file = pa.OSFile(str(path))
    reader = csv.open_csv(
        file,
        read_options=csv.ReadOptions(use_threads=False, block_size=BLOCK_BYTES),
        parse_options=csv.ParseOptions(newlines_in_values=True, invalid_row_handler=told),
        convert_options=csv.ConvertOptions(
            column_types=dict.fromkeys(names or (), pa.string()),
            null_values=[""],
            strings_can_be_null=True,
        ),
    )
    return reader, file


def _csv_parts(path: Path, names: tuple[str, ...]) -> Iterator[tuple[Any, float]]:
    size = max(path.stat().st_size, 1)
    uneven: list[Any] = []
    with _in_words(path, uneven):
        reader, file = _csv_reader(path, names, uneven)
        with reader, file:
            batches = ((batch, min(file.tell() / size, 1.0)) for batch in reader)
            yield from _gathered(_closed(path, batches))


def _closed(path: Path, batches: Iterable[tuple[Any, float]]) -> Iterator[tuple[Any, float]]:
    """The batches; refuses a file whose last cell, never closed, took the rows after it in."""
    last: Any = None
    for last, share in batches:
        yield last, share
    if last is not None and last.num_rows:
        cell = (last.column(last.num_columns - 1)[-1].as_py() or "").replace('"', '""').encode()
        with path.open("rb") as file:
            file.seek(-min(len(cell) + 64, path.stat().st_size), os.SEEK_END)
            end = file.read()
        marks = len(end) - len(end.rstrip(b'"'))
        if (not cell and marks % 2) if marks else end.endswith(b'"' + cell):
            raise FileError(f"the last cell of {path.name} has a quotation mark that is not closed")


def _uneven(name: str, row: Any) -> str:
    found, wanted = row.actual_columns, row.expected_columns
    cells = "cell" if found == 1 else "cells"
    where = "" if row.number is None else f" {row.number:,}"
    return (
        f"row{where} of {name} has {found} {cells}, and the header {wanted}:"
        " is a comma or a quotation mark missing, or one too many?"
    )


def _gathered(batches: Iterable[tuple[Any, float]]) -> Iterator[tuple[Any, float]]:
    """Batches in parts of the right size: a block of a wide file holds few rows."""
    waiting: list[Any] = []
    share = 0.0
    for batch, share in batches:
        waiting.append(batch)
        rows, size = (sum(getattr(b, n) for b in waiting) for n in ("num_rows", "nbytes"))
        if rows >= PART_ROWS or size >= PART_BYTES:
            yield from _cut(waiting, share)
            waiting = []
    yield from _cut(waiting, share)


def _cut(batches: list[Any], share: float) -> Iterator[tuple[Any, float]]:
    import pyarrow as pa

    if batches:
        table = pa.Table.from_batches(batches).combine_chunks()
        for start in range(0, table.num_rows, PART_ROWS):
            yield table.slice(start, PART_ROWS), share


# Parquet


def _parquet(path: Path) -> Source:
    from pyarrow import parquet

    with parquet.ParquetFile(path) as file:
        names = tuple(file.schema_arrow.names)
    return Source(path, names, 1, lambda: _parquet_parts(path))


def _parquet_parts(path: Path) -> Iterator[tuple[Any, float]]:
    import pyarrow as pa
    from pyarrow import parquet

    with _in_words(path), parquet.ParquetFile(path, buffer_size=1 << 20, pre_buffer=False) as file:
        rows, done = max(file.metadata.num_rows, 1), 0
        for batch in file.iter_batches(batch_size=PART_ROWS, use_threads=False):
            done += batch.num_rows
            yield pa.Table.from_batches([batch]), done / rows


# Out


@contextlib.contextmanager
def replacing(target: Path, *, force: bool) -> Iterator[Path]:
    """A file beside the target that takes its place when all went well, and is removed when not."""
    place = target.resolve()
    try:
        handle, name = tempfile.mkstemp(prefix=".dosing-", suffix=".part", dir=place.parent)
    except OSError as error:
        raise FileError(f"{target} cannot be written: {error.strerror}") from None
    os.close(handle)
    made = Path(name)
    try:
        yield made
        if place.exists() and not force:
            raise FileError(f"{target} exists by now: give another name, or --force to replace it")
        mask = os.umask(0)
        os.umask(mask)
        made.chmod(place.stat().st_mode & 0o777 if place.exists() else 0o666 & ~mask)
        made.replace(place)
    except OSError as error:
        raise FileError(f"{target} cannot be written: {error.strerror or error}") from None
    finally:
        made.unlink(missing_ok=True)


@contextlib.contextmanager
def writing(path: Path, kind: str, schema: Any) -> Iterator[Callable[[Any], None]]:
    """What writes one table after another of a schema."""
    if kind == PARQUET:
        from pyarrow import parquet

        with parquet.ParquetWriter(path, schema) as writer:
            yield writer.write_table
        return
    from dosing.interfaces.csvtext import header, lines

    with path.open("wb") as file:
        file.write(header(schema.names))
        yield lambda table: lines(table, file.write)
