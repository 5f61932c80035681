"""``dosing cohort``: a file of patients in, the same file with an answer in each row out."""

import argparse
import contextlib
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from dosing.base.units import show
from dosing.interfaces import files
from dosing.knowledge.library import VERSION, load

REFUSED, INTERRUPTED = 2, 130
ASKS = {"start": "DRUG", "titrate": "PROTOCOL", "score": "NAME"}
ONLY = {
    "start": ("indication", "authority", "label_table"),
    "titrate": ("held_from",),
    "score": ("weight_rule",),
}
EVERY_S = 0.25  # between two lines of progress

Ask = Callable[[Any, int], Any]


def add_arguments(found: argparse.ArgumentParser) -> None:
    """The options of the verb, without the inputs."""
    found.add_argument("source", metavar="IN", help="a file of patients: .csv or .parquet")
    found.add_argument(
        "target", metavar="OUT", help="the answers beside its columns: .csv or .parquet"
    )
    what = found.add_mutually_exclusive_group(required=True)
    what.add_argument("--start", metavar="DRUG", help="the first order of each patient")
    what.add_argument("--titrate", metavar="PROTOCOL", help="the next step of each patient")
    what.add_argument("--score", metavar="NAME", help="a score or equation of each patient")
    found.add_argument("--indication", help="with --start; default: hit")
    found.add_argument("--authority", help="with --start: whose table; default: the site's first")
    found.add_argument(
        "--label-table", action="store_true", help="with --start: round as the label's table does"
    )
    found.add_argument("--held-from", metavar="X", help="with --titrate: the rate to resume at")
    found.add_argument("--weight-rule", metavar="RULE", help="with --score cockcroft-gault")
    found.add_argument(
        "--ignore", metavar="COLUMN", action="append", default=[],
        help="keep a column out of the decision, whatever it is called; may be repeated",
    )  # fmt: skip
    found.add_argument(
        "--absent", metavar="WORD", action="append", default=[],
        help="a word, such as NA, that says a cell is empty; may be repeated",
    )  # fmt: skip
    found.add_argument(
        "--findings", action="store_true", help="all findings of each row, as a list"
    )
    found.add_argument(
        "--provenance", action="store_true",
        help="seeds, version, and which columns were used, in columns",
    )  # fmt: skip
    found.add_argument(
        "--prefix",
        metavar="TEXT",
        default="",
        help="put before the name of each column of the answer",
    )
    found.add_argument("--force", action="store_true", help="replace OUT where it exists")
    found.usage = (
        "dosing cohort IN OUT (--start DRUG | --titrate PROTOCOL | --score NAME) [options] [inputs]"
    )
    found.epilog = (
        "An input that is the same for all patients is given as to the other verbs, for example\n"
        "--baseline-aptt-s 32; dosing start DRUG --help lists what is asked."
    )


def run(args: argparse.Namespace) -> int:
    """Answer a file, and say how many rows stand how."""
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        return _refused("it needs pyarrow: pip install 'dosing[cohort]'")
    begun = time.monotonic()
    try:
        with _ended_in_order():
            counts = _answered(args)
    except KeyboardInterrupt:
        print("dosing cohort: stopped; nothing was written", file=sys.stderr)
        return INTERRUPTED
    except ValueError as error:
        return _refused(re.sub(r"ignore=\['(.*)'\]", r"--ignore '\1'", str(error)))
    size = sum(counts.values())
    rows = f"{show(size)} row{'s' * (size != 1)}"
    stand = ", ".join(f"{status} {show(count)}" for status, count in counts.items())
    took = show(time.monotonic() - begun, 1)
    made = f"seeds {load().digest}, version {VERSION}"
    print(f"dosing cohort: {rows} in {took} s: {stand}; {args.target} ({made})", file=sys.stderr)
    return 0


def _refused(text: str) -> int:
    end = "" if text.endswith((".", "?")) else "."
    print(f"dosing cohort: {text}{end}", file=sys.stderr)
    return REFUSED


@contextlib.contextmanager
def _ended_in_order() -> Iterator[None]:
    """A request to end is met like Ctrl-C: what was begun is removed first."""

    def ended(*_: Any) -> None:
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGTERM, ended)
    except ValueError:  # not the main thread, where no signal arrives
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _answered(args: argparse.Namespace) -> dict[str, int]:
    """Write the answers; how many patients have which status."""
    source, target = Path(args.source), Path(args.target)
    ask = _ask(args)
    files.checked(source, target, force=args.force)
    opened = files.opened(source)
    for name in args.ignore:
        if name not in opened.names:
            there = ", ".join(opened.names)
            raise ValueError(f"there is no column {name!r} to ignore; there are {there}")
    parts = _parts(args, opened, ask)
    first = next(parts, None)
    if first is None:
        raise ValueError(f"{source.name} has the names of columns and no patients")
    counts: dict[str, int] = {}
    with files.replacing(target, force=args.force) as place:
        kind = files.kind_of(target)
        with files.writing(place, kind, first[0].schema) as write, _progress() as tell:
            part: tuple[Any, Any, float] | None = first
            while part is not None:
                table, status, share = part
                write(table)
                _count(counts, status)
                tell(sum(counts.values()), share)
                part = next(parts, None)
    return counts


def _ask(args: argparse.Namespace) -> Ask:
    """What answers a table whose first row is called by a number."""
    from dosing.advice.rules import rules

    verb = next(name for name in ASKS if getattr(args, name) is not None)
    for other, names in ONLY.items():
        for name in names:
            if other != verb and getattr(args, name) not in (None, False):
                raise ValueError(f"--{name.replace('_', '-')} goes with --{other} only")
    asked: str = getattr(args, verb)
    options = {n: v for n in ONLY[verb] if (v := getattr(args, n)) not in (None, False)}
    inputs = {n: v for n, v in vars(args).items() if n in load().names and v is not None}
    inputs |= {"ignore": args.ignore, "findings": args.findings, **options}
    inputs["provenance"] = "columns" if args.provenance else "attrs"
    answer: Callable[..., Any] = getattr(rules(), verb)

    def ask(table: Any, first_row: int) -> Any:
        return answer(asked, table, first_row=first_row, **inputs)

    return ask


def _parts(
    args: argparse.Namespace, source: files.Source, ask: Ask
) -> Iterator[tuple[Any, Any, float]]:
    """Each part of the file with its answer, its statuses, and how much of the file was read."""
    row, schema = source.first_row, None
    for table, share in source.parts():
        answer = ask(_emptied(table, args.absent), row)
        row += table.num_rows
        if schema is None:
            _used(args, source, answer)
        status = answer["status"]
        joined = _joined(table, answer, args.prefix, source)
        schema = schema or joined.schema
        yield joined.cast(schema), status, share


def _used(args: argparse.Namespace, source: files.Source, answer: Any) -> None:
    """Refuse a file of which no column was used: nothing in it says how the patients are."""
    from dosing.advice.arrow import said_of

    if said_of(answer)["used"]:
        return
    verb = next(name for name in ASKS if getattr(args, name) is not None)
    asked = getattr(args, verb)
    raise ValueError(
        f"no column of {source.path.name} is asked for by {asked}; there are"
        f" {', '.join(source.names)}. dosing {verb} {asked} --help lists what is asked"
    )


def _emptied(table: Any, words: list[str]) -> Any:
    """The table with nothing where an input is a word that says so; other columns are left."""
    import pyarrow as pa
    from pyarrow import compute

    if not words:
        return table
    known = {*load().names, "held_from"}
    for i, name in enumerate(table.column_names):
        column = table.column(i)
        if name in known and pa.types.is_string(column.type):
            gone = compute.is_in(column, value_set=pa.array(words))
            table = table.set_column(i, name, compute.if_else(gone, None, column))
    return table


def _joined(table: Any, answer: Any, prefix: str, source: files.Source) -> Any:
    """The columns of the file with those of the answer beside them."""
    import pyarrow as pa

    names = [f"{prefix}{name}" for name in answer.column_names]
    if both := [name for name in names if name in source.names]:
        raise ValueError(
            f"column {both[0]!r} of {source.path.name} is called as a column of the answer:"
            " rename it, or put a word before the answer's with --prefix"
        )
    meta = {**(answer.schema.metadata or {}), **(table.schema.metadata or {})}
    columns = [*table.columns, *answer.columns]
    return pa.table(columns, names=[*table.column_names, *names]).replace_schema_metadata(meta)


def _count(counts: dict[str, int], status: Any) -> None:
    for chunk in status.chunks:
        words = chunk.dictionary.to_pylist()
        found = np.bincount(chunk.indices.to_numpy(), minlength=len(words)).tolist()
        for word, count in zip(words, found, strict=True):
            counts[word] = counts.get(word, 0) + count


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[int, float], None]]:
    """What tells a terminal how far it is; nothing where standard error is no terminal."""
    if not sys.stderr.isatty():
        yield lambda rows, share: None
        return
    last = 0.0

    def tell(rows: int, share: float) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= EVERY_S:
            last = now
            sys.stderr.write(f"\r{show(rows)} rows, {share:.0%} of the file")
            sys.stderr.flush()

    try:
        yield tell
    finally:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()
