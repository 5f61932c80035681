"""Many patients at once: each answer as a frame that one can publish from."""

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from dosing.advice.frames import (
    Words,
    YesNo,
    columns_of,
    findings_column,
    frame_like,
    is_pandas,
    of_rows,
    placed,
    provenance,
    reason_column,
    status_column,
)
from dosing.advice.running import alternatives
from dosing.advice.start import Starts, asked_by_start, starts
from dosing.advice.stepchecks import asked_beside
from dosing.advice.targets import BASELINE, Windows, windows
from dosing.advice.titrate import HELD, Steps, steps, titrated
from dosing.knowledge.library import Library
from dosing.knowledge.seedtypes import Protocol, Row, Table
from dosing.orders.pump import strength_name
from dosing.rules.asked import names_asked
from dosing.rules.checks import drug_checks
from dosing.rules.columns import Patients, many_patients
from dosing.rules.critical import criticals, names_of
from dosing.rules.decide import OK
from dosing.rules.derive import derive, patient_of
from dosing.rules.protocols import ACTIONS, inputs_of
from dosing.rules.remarks import Remark
from dosing.scoring.door import needs_of, scores

Array = npt.NDArray[Any]
WAYS = ("attrs", "columns")


@attrs.frozen
class Options:
    """What an analyst may ask of a frame beside the answer."""

    findings: bool = False
    ignore: tuple[str, ...] = ()
    provenance: str = "attrs"
    first_row: int = 0

    @classmethod
    def taken(cls, inputs: dict[str, Any]) -> "Options":
        """The options among keyword inputs, taken out of them."""
        names = [field.name for field in attrs.fields(cls)]
        given = {n: inputs.pop(n) for n in names if n in inputs}
        ignore = given.get("ignore", ())
        given["ignore"] = (ignore,) if isinstance(ignore, str) else tuple(ignore)
        way = given.get("provenance", "attrs")
        if way not in WAYS:
            raise ValueError(f"provenance is {way!r}; expected {' or '.join(WAYS)}")
        return cls(**given)


def labels_of(frame: Any, size: int, first: int = 0) -> Sequence[Any]:
    """What the rows of a frame are called: by its index, else by their number."""
    return list(frame.index) if is_pandas(frame) else range(first, first + size)


def _read(seeds: Library, frame: Any, options: Options, constants: Mapping[str, Any]) -> Patients:
    columns, size = columns_of(seeds, frame, ignore=options.ignore, constants=constants)
    patients = derive(many_patients(seeds, columns, size))
    if any("place" in one.values for one in patients.remarks):
        patients = placed(patients, labels_of(frame, size, options.first_row))
    return patients


def _columns(
    numbers: Mapping[str, Any], remarks: Sequence[Remark], status: Array, options: Options
) -> dict[str, Any]:
    """Status, reason, the numbers, and all findings where they are wanted."""
    size = len(status)
    out: dict[str, Any] = {"status": status_column(status), "reason": reason_column(remarks, size)}
    out |= numbers
    if options.findings:
        out["findings"] = findings_column(remarks, size)
    return out


def _sourced(seeds: Library, seed: Table | Protocol, row: Array) -> dict[str, Words]:
    """The cite of each patient's row, and how it was confirmed."""
    rows: Sequence[Any] = seed.rows
    cites = [*(r.cite or seed.cite for r in rows), seed.cite]
    own, at = seed.confirmed or seeds.confirmed(seed.cite), np.maximum(row, -1).astype(np.intp)
    grades = [*(_grade(seeds, r) or own for r in rows), own]
    return {"cite": of_rows(cites, at), "confirmed": of_rows(grades, at)}


def _grade(seeds: Library, row: Row) -> str | None:
    return row.confirmed or (seeds.confirmed(row.cite) if row.cite else None)


def start_columns(found: Starts, options: Options) -> dict[str, Any]:
    """First orders as columns."""
    table, seeds, size = found.table, found.patients.seeds, len(found.status)
    row = found.decision.row
    numbers: dict[str, Any] = {}
    for name, values in found.numbers().items():
        numbers[name] = values
        if name == "high":
            numbers["unit"] = Words.same(table.outputs["dose"], size)
    if found.amounts is not None:
        numbers["total_unit"] = Words.same(found.amounts.mass, size)
    numbers["row"] = np.maximum(row, -1) + 1
    out = _columns(numbers, found.remarks, found.status, options)
    out["authority"] = Words.same(table.authority, size)
    out["table"] = Words.same(table.id, size)
    return out | _sourced(seeds, table, row)


def start_frame(
    seeds: Library,
    frame: Any,
    table: Table,
    inputs: dict[str, Any],
    *,
    label_table: bool = False,
) -> Any:
    """The first order of each patient of a frame, by one table."""
    options = Options.taken(inputs)
    patients = _read(seeds, frame, options, inputs)
    found = starts(table, patients, label_table=label_table, notes=options.findings)
    said = provenance(
        seeds,
        frame,
        _used(patients, asked_by_start(seeds, table)),
        drug=table.drug,
        indication=table.indication,
    )
    columns = start_columns(found, options)
    return frame_like(frame, columns, said, as_columns=options.provenance == "columns")


def compare_frame(
    seeds: Library, frame: Any, tables: Sequence[Table], inputs: dict[str, Any]
) -> Any:
    """The first order of each patient by every authority, patient after patient."""
    options = Options.taken(inputs)
    patients = _read(seeds, frame, options, inputs)
    return _compared(seeds, patients, tables, options, frame, _repeated(frame, len(tables)))


def _compared(
    seeds: Library,
    patients: Patients,
    tables: Sequence[Table],
    options: Options,
    frame: Any,
    like: Any,
) -> Any:
    """The comparison of what a frame held, as a frame that is like another."""
    every = [start_columns(starts(t, patients, notes=options.findings), options) for t in tables]
    names = dict.fromkeys(name for columns in every for name in columns)
    last = ("row", "authority", "table", "cite", "confirmed", "findings")
    ordered = sorted(names, key=lambda n: last.index(n) if n in last else -1)
    order = np.argsort(np.tile(np.arange(patients.size), len(tables)), kind="stable")
    columns = {n: _stacked([c.get(n) for c in every], patients.size, order) for n in ordered}
    asked = set().union(*(asked_by_start(seeds, t) for t in tables))
    said = provenance(
        seeds, frame, _used(patients, asked), drug=tables[0].drug, indication=tables[0].indication
    )
    return frame_like(like, columns, said, as_columns=options.provenance == "columns")


def _repeated(frame: Any, times: int) -> Any:
    """A frame of whose kind and index the answer is: each patient as often as there are tables."""
    if is_pandas(frame):
        import pandas as pd

        return pd.DataFrame(index=frame.index.repeat(times))
    return frame


def _stacked(parts: Sequence[Any], size: int, order: Array) -> Any:
    """One column of several answers, one below the other, then put in order."""
    first = next(p for p in parts if p is not None)
    if isinstance(first, Words):
        words = tuple(dict.fromkeys(w for p in parts if p is not None for w in p.words))
        codes = [
            np.full(size, -1)
            if p is None
            else np.array([*(words.index(w) for w in p.words), -1])[p.codes]
            for p in parts
        ]
        return Words(np.concatenate(codes)[order], words)
    if isinstance(first, list):
        rows = [one for p in parts for one in (p or [[]] * size)]
        return [rows[i] for i in order]
    return np.concatenate([np.full(size, np.nan) if p is None else p for p in parts])[order]


def titrate_frame(seeds: Library, frame: Any, protocol: Protocol, inputs: dict[str, Any]) -> Any:
    """The next step of each patient of a frame."""
    options = Options.taken(inputs)
    constants = {n: v for n, v in inputs.items() if v is not None}
    if "in_range_before" in {str(n) for n in frame.columns} and not constants.get(
        "in_range_before"
    ):
        constants.pop("in_range_before", None)
    columns, size = columns_of(
        seeds, frame, more=(HELD,), ignore=options.ignore, constants=constants
    )
    patients = titrated(seeds, protocol, columns, size)
    if any("place" in one.values for one in patients.remarks):
        patients = placed(patients, labels_of(frame, size, options.first_row))
    found = steps(protocol, patients)
    said = provenance(
        seeds,
        frame,
        {*_used(patients, asked_by_titration(seeds, protocol)), "running", HELD},
        drug=protocol.drug,
        indication=protocol.indication,
        protocol=protocol.id,
    )
    out = step_columns(found, options)
    return frame_like(frame, out, said, as_columns=options.provenance == "columns")


def step_columns(found: Steps, options: Options) -> dict[str, Any]:
    """Next steps as columns."""
    protocol, size = found.protocol, len(found.status)
    known, change = found.known, found.change
    numbers: dict[str, Any] = {"action": Words(np.where(known, found.action, -1), ACTIONS)}
    for name, values in found.numbers().items():
        numbers[name] = values
        if name == "rate":
            numbers["unit"] = Words.same(protocol.dose_unit, size)
    numbers["in_range"] = YesNo(change.in_range, known)
    numbers["notify"] = known & change.notify
    numbers["row"] = np.where(known, change.row + 1, 0)
    out = _columns(numbers, found.remarks, found.status, options)
    out["protocol"] = Words.same(protocol.id, size)
    return out | _sourced(found.patients.seeds, protocol, np.where(known, change.row, -1))


def score_frame(seeds: Library, frame: Any, name: str, inputs: dict[str, Any]) -> Any:
    """A score or equation of each patient of a frame."""
    options = Options.taken(inputs)
    rule = inputs.pop("weight_rule", None)
    patients = _read(seeds, frame, options, inputs)
    found = scores(seeds, name, patients, rule)
    seed = seeds.scores[name] if name in seeds.scores else seeds.equations[name]
    size = patients.size
    numbers: dict[str, Any] = {
        "value": found.numbers()["value"],
        "unit": Words.same(seed.unit, size),
    }
    if found.band is not None:
        words = tuple(dict.fromkeys(found.bands))  # several bands may have one name
        place = np.array([*(words.index(word) for word in found.bands), -1])
        numbers["band"] = Words(place[np.where(found.status == OK, found.band, -1)], words)
    out = _columns(numbers, found.remarks, found.status, options)
    out["score"] = Words.same(name, size)
    out["cite"] = Words.same(seed.cite, size)
    out["confirmed"] = Words.same(seed.confirmed or seeds.confirmed(seed.cite), size)
    asked = names_asked(seeds, needs_of(seeds, name))
    said = provenance(seeds, frame, _used(patients, asked), score=name)
    return frame_like(frame, out, said, as_columns=options.provenance == "columns")


def target_frame(seeds: Library, frame: Any, drug: str, inputs: dict[str, Any]) -> Any:
    """The aPTT that is sought for each patient of a frame."""
    options = Options.taken(inputs)
    patients = _read(seeds, frame, options, inputs)
    found: Windows = windows(seeds, drug, patients)
    size = patients.size
    numbers: dict[str, Any] = {**found.numbers(), "unit": Words.same("s", size)}
    out = _columns(numbers, found.remarks, found.status, options)
    out["cite"] = Words.same(found.cite, size)
    out["confirmed"] = Words.same(seeds.confirmed(found.cite), size)
    used = _used(patients, {seeds.names[BASELINE]})
    said = provenance(seeds, frame, used, drug=drug)
    return frame_like(frame, out, said, as_columns=options.provenance == "columns")


def asked_by_titration(seeds: Library, protocol: Protocol) -> set[str]:
    """The quantities that a protocol, its checks and its pump may use."""
    checks = drug_checks(seeds, protocol.drug, protocol.indication, "titrate")
    strength = strength_name(protocol.dose_unit)
    names = [*inputs_of(protocol), "running", "in_range_before", "weight_kg", strength]
    names += [*alternatives(protocol), *asked_beside(seeds, protocol)]
    critical = criticals(seeds, protocol.drug, protocol.indication)
    names += [n for one in critical for n in names_of(one)]
    return names_asked(seeds, names, checks)


def _used(patients: Patients, asked: set[str]) -> set[str]:
    """The columns that were used: those of a quantity that was asked."""
    seeds = patients.seeds
    return {n for n in seeds.names if seeds.names[n] in asked}


def compare_one(seeds: Library, tables: Sequence[Table], inputs: dict[str, Any]) -> Any:
    """One patient's first order by every authority, in pandas, with the authorities as index."""
    import pandas as pd

    options = Options.taken(inputs)
    patients = patient_of(seeds, {n: v for n, v in inputs.items() if n not in options.ignore})
    like = pd.DataFrame(index=pd.Index([t.authority for t in tables]))
    return _compared(seeds, patients, tables, options, pd.DataFrame(columns=[*inputs]), like)
