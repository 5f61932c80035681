"""What the command line answers as JSON, by verb; a refusal has the keys of an answer.

A new verb needs one line in :func:`answers`: its schema, its refusals and its tests follow.
"""

import json
import sys
import types
import typing
from collections.abc import Mapping
from typing import Any

import attrs

from dosing.base.findings import Finding
from dosing.base.plain import plain
from dosing.knowledge.faults import SeedError
from dosing.knowledge.library import VERSION, load
from dosing.knowledge.seedtypes import Confirmed

REFUSED = 2  # the exit code of what must first be put right


@attrs.frozen(kw_only=True)
class TimeInRange:
    """The time in therapeutic range of one patient's INRs."""

    status: str
    pct: float | None
    days_in: float | None
    days_below: float | None
    days_above: float | None
    days_total: float | None
    gaps_left_out: int | None
    findings: tuple[Finding, ...]
    inputs: dict[str, Any]
    cite: str
    confirmed: Confirmed | None
    seeds: str
    version: str = VERSION


@attrs.frozen(kw_only=True)
class TableLine:
    """One table or protocol in the list of those that exist."""

    id: str
    title: str
    drug: str
    indication: str
    purpose: str
    authority: str
    cite: str
    confirmed: Confirmed | None
    own: bool


@attrs.frozen(kw_only=True)
class Refusal:
    """Why a verb that does not answer for a patient gives nothing."""

    status: str
    findings: tuple[Finding, ...]
    seeds: str
    version: str = VERSION


def answers() -> dict[str, Any]:
    """What each verb prints for ``--json``, as a type: one line for each verb."""
    from dosing.advice.pathways import PathwayResult
    from dosing.advice.start import Advice
    from dosing.advice.step import Step
    from dosing.interfaces.course_answers import CourseAnswer
    from dosing.knowledge.seedtypes import Evidence, Protocol, Table
    from dosing.scoring.result import ScoreResult

    return {
        "start": Advice,
        "compare": list[Advice],
        "titrate": Step,
        "score": ScoreResult,
        "ttr": TimeInRange,
        "pathway": PathwayResult,
        "lint": list[str] | Refusal,
        "diff": list[str] | Refusal,
        "tables": list[TableLine] | Table | Protocol | Refusal,
        "evidence": dict[str, Evidence] | Refusal,
        "course": CourseAnswer | Refusal,
        "error": Refusal,
    }


def refuse(verb: str, problem: str, *, as_json: bool, known: Mapping[str, Any]) -> int:
    """Say why there is no answer: in one sentence, and as JSON when that was asked for.

    Returns
    -------
    int
        The exit code of what must first be put right.
    """
    if as_json:
        print_refusal(verb, problem, known)
    print(f"dosing {verb}: {_sentence(problem)}", file=sys.stderr)
    return REFUSED


def _sentence(problem: str) -> str:
    """A problem as a sentence; the name of a file at its beginning stays as it is."""
    first = problem[:1].upper() if problem.partition(" ")[0].isalpha() else problem[:1]
    return first + problem[1:] + ("" if problem.endswith((".", "?")) else ".")


def print_refusal(verb: str, problem: str, known: Mapping[str, Any]) -> None:
    """Print why there is no answer as JSON, with the keys of an answer."""
    if verb in answers():
        try:
            seeds = load().digest
        except SeedError:  # they are what is refused
            seeds = ""
        print_json(refusal(verb, _sentence(problem), {"seeds": seeds, **known}))


def print_json(value: Any) -> None:
    """Print an answer for other programs."""
    print(json.dumps(plain(value), indent=2, ensure_ascii=False, default=str))


def refusal(verb: str, sentence: str, known: Mapping[str, Any]) -> Any:
    """An answer of a verb with nothing in it but why, with the keys that it always has.

    Parameters
    ----------
    verb : str
    sentence : str
        Why there is no answer.
    known : mapping
        What is known of it all the same, such as the drug; other names are left out.

    Examples
    --------
    >>> refusal("lint", "There is no file 'x'.", {})["findings"][0]["text"]
    "There is no file 'x'."
    >>> refusal("start", "Why.", {"drug": "argatroban"})["order"] is None
    True
    """
    kind = answers()[verb]
    if Refusal in typing.get_args(kind):
        kind = Refusal
    if isinstance(kind, types.GenericAlias):
        return [_nothing(typing.get_args(kind)[0], sentence, known)]
    return _nothing(kind, sentence, known)


def _nothing(kind: Any, sentence: str, known: Mapping[str, Any]) -> Any:
    held = {**known, "status": "impossible", "findings": (Finding("needed", sentence),)}
    held = {name: value for name, value in held.items() if value is not None}
    values = {f.name: held.get(f.name, _empty(f)) for f in attrs.fields(kind) if f.init}
    return plain(kind(**values))


def _empty(field: Any) -> Any:
    if field.name == "version":
        return VERSION
    made = typing.get_origin(field.type) or field.type
    return made() if made in (tuple, dict, str, bool) else None
