"""Every number of the house by its source: what the evidence page lists. No widget here."""

from collections.abc import Iterator, Sequence
from typing import Any

import attrs

from dosing.base.units import show
from dosing.knowledge.dosetypes import FixedDose, Infusion
from dosing.knowledge.library import Library
from dosing.knowledge.scoretypes import Equation, Score
from dosing.knowledge.seedtypes import Protocol, ProtocolRow, Row, Table
from dosing.lint.proved import proved
from dosing.scoring.door import OWN
from dosing.ui.page.patient import indication_words
from dosing.ui.page.site import named

VIEWS = ("Numbers", "Sources", "Where sources disagree", "Statements of the documents")


@attrs.frozen(kw_only=True)
class Line:
    """One line of the page: its cells by heading, and how its source was confirmed."""

    cells: dict[str, str]
    confirmed: str = ""
    href: str = ""

    @property
    def text(self) -> str:
        """All words of the line, to search in."""
        return " ".join([*self.cells.values(), self.confirmed]).lower()


def lines(view: str, words: str = "", confirmed: str = "") -> list[Line]:
    """The lines of a view that hold every word searched for.

    Parameters
    ----------
    view : str
        One of :data:`VIEWS`.
    words : str
        Words that must all occur, without regard to case.
    confirmed : str
        Only what was confirmed so: ``primary``, ``secondary`` or ``unconfirmed``; empty for all.
    """
    seeds = proved()
    made = {
        VIEWS[0]: _numbers,
        VIEWS[1]: _sources,
        VIEWS[2]: _disagreements,
        VIEWS[3]: _claims,
    }[view]
    wanted = words.lower().split()
    return [
        line
        for line in made(seeds)
        if all(word in line.text for word in wanted) and confirmed in ("", line.confirmed)
    ]


def _numbers(seeds: Library) -> Iterator[Line]:
    every: list[Table | Protocol] = [*seeds.tables.values(), *seeds.protocols.values()]
    for seed in every:
        rows: Sequence[Row | ProtocolRow] = seed.rows
        for number, row in enumerate(rows, 1):
            if isinstance(row, Row):
                then = row.stop or _then(seed, row)
            else:
                kept = attrs.asdict(row.then, filter=lambda a, v: v != a.default)
                then = _words(kept) or "no change"
            cite = row.cite or seed.cite
            yield Line(
                cells={
                    "Where": f"{named(seed.title, seed.id)}, row {number}",
                    "When": _when(row.when),
                    "Then": then,
                    "Source": _title(seeds, cite),
                },
                confirmed=row.confirmed or seed.confirmed or seeds.confirmed(cite) or "",
            )
        for said in () if isinstance(seed, Protocol) else seed.checks:
            cite = said.cite or seed.cite
            yield Line(
                cells={
                    "Where": named(seed.title, seed.id),
                    "When": _when(said.when),
                    "Then": said.text,
                    "Source": _title(seeds, cite),
                },
                confirmed=seeds.confirmed(cite) or "",
            )
    for score in seeds.scores.values():
        yield from _score(seeds, score)
    for equation in seeds.equations.values():
        yield from _equation(seeds, equation)


def _equation(seeds: Library, equation: Equation) -> Iterator[Line]:
    """An equation, and what it says by a source: its coefficients stand in its arithmetic."""
    checks = [c for c in equation.checks if c.cite != OWN]
    said = [(_when(c.when), c.text, c.cite) for c in checks]
    for when, then, cite in [("", f"{equation.unit} {equation.note}".strip(), ""), *said]:
        source = cite or equation.cite
        yield Line(
            cells={
                "Where": equation.title,
                "When": when,
                "Then": then,
                "Source": _title(seeds, source),
            },
            confirmed=equation.confirmed or seeds.confirmed(source) or "",
        )


def _score(seeds: Library, score: Score) -> Iterator[Line]:
    confirmed = score.confirmed or seeds.confirmed(score.cite) or ""
    for item in score.items:
        parts = [
            f"{name} {when}: {points}" for name, rows in item.units.items() for when, points in rows
        ]
        if item.classes:
            parts += [f"{k}: {v}" for k, v in item.classes.points.items()]
        parts += [f"{_when(row.when)}: {row.points}" for row in item.rows]
        parts += [f"{number} of them: {points}" for number, points in item.points]
        yield Line(
            cells={
                "Where": f"{score.title}, {item.label}",
                "When": "; ".join(_when(finding) for finding in item.count),
                "Then": "; ".join(parts),
                "Source": _title(seeds, score.cite),
            },
            confirmed=confirmed,
        )


def _sources(seeds: Library) -> Iterator[Line]:
    for key, entry in seeds.evidence.items():
        where = f"doi:{entry.doi}" if entry.doi else f"PMID {entry.pmid}" if entry.pmid else ""
        yield Line(
            cells={
                "Source": entry.title,
                "Key": key,
                "Kind": entry.kind,
                "Year": "" if entry.year is None else str(entry.year),
                "Found at": where or entry.label_id or entry.source,
                "Remarks": entry.note,
            },
            confirmed=entry.confirmed,
        )


def _disagreements(seeds: Library) -> Iterator[Line]:
    """Questions that more than one authority answers, with the doses that each gives."""
    groups: dict[tuple[str, str], list[Table]] = {}
    for table in seeds.tables.values():
        if table.purpose == "start" and table.outputs.get("dose"):
            groups.setdefault((table.drug, table.indication), []).append(table)
    for (drug, indication), tables in groups.items():
        if len({_doses(t) for t in tables}) < 2:
            continue
        for table in tables:
            yield Line(
                cells={
                    "Question": f"{seeds.drugs[drug].label}, {indication_words(indication)}",
                    "Authority": named(seeds.authority_label(table.authority), table.id),
                    "Doses": _doses(table),
                    "Source": _title(seeds, table.cite),
                    "Remarks": table.note,
                },
                confirmed=table.confirmed or seeds.confirmed(table.cite) or "",
            )


def _doses(table: Table) -> str:
    unit = table.outputs["dose"]
    doses = []
    for row in table.rows:
        then = row.then
        if not isinstance(then, FixedDose | Infusion):
            doses.append("none")
        elif isinstance(then.dose, tuple):
            doses.append(" to ".join(show(d) for d in then.dose))
        else:
            doses.append(show(then.dose))
    return f"{', '.join(dict.fromkeys(doses))} {unit}"


def _claims(seeds: Library) -> Iterator[Line]:
    for claim in seeds.claims:
        yield Line(
            cells={
                "Document": claim.document,
                "Statement": claim.says,
                "Verdict": claim.verdict,
                "Why": claim.why,
                "Sources": "; ".join(_title(seeds, key) for key in claim.evidence),
                "Answered by": ", ".join(claim.leads_to) or claim.open,
            },
        )


def _title(seeds: Library, cite: str) -> str:
    entry = seeds.evidence.get(cite.split()[0]) if cite else None
    return entry.title if entry else cite


def _when(when: Any) -> str:
    seeds = proved()
    said = []
    for name, condition in when.items():
        quantity = seeds.quantities.get(seeds.names.get(name, ""))
        label = name.replace("_", " ") if quantity is None else quantity.label
        unit = "" if quantity is None else quantity.names[name].unit
        words = " or ".join(condition) if isinstance(condition, list) else condition
        said.append(f"{label}: {words} {unit}".rstrip())
    return "; ".join(said) or "everyone"


def _then(seed: Any, row: Row) -> str:
    parts = []
    for name, value in (row.then.given() if row.then is not None else {}).items():
        unit = seed.outputs.get(name, "")
        if isinstance(value, str):
            parts.append(value)
        elif value is None:
            parts.append(f"no {name.replace('_', ' ')}")
        elif isinstance(value, int | float):
            parts.append(f"{name} {show(value)} {unit}".rstrip())
        elif value and all(isinstance(v, int | float) for v in value):
            parts.append(f"{name} {' to '.join(show(v) for v in value)} {unit}".rstrip())
        elif value:
            parts.append("then " + "; ".join(_words(step.given()) for step in value))
    return ", ".join(part for part in parts if part)


def _words(value: Any) -> str:
    return ", ".join(
        f"{k} {show(v) if isinstance(v, int | float) and not isinstance(v, bool) else v}"
        for k, v in value.items()
        if v not in (None, "", False)
    )
