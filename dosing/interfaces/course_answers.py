"""What ``dosing course`` answers as JSON: by its verbs, and where an entry is refused."""

from typing import Any

import attrs

from dosing.advice.step import Step
from dosing.base.findings import Finding
from dosing.course.state import State

# repr=False: a step is told in its own words.


@attrs.frozen(kw_only=True, repr=False)
class CourseStep(Step):
    """What the protocol asks for after a result of a course, with the moment of the next one."""

    recheck_at: str | None


class Logged(dict[str, Any]):
    """An entry of the log, with what became of it; what is empty is left out."""


@attrs.frozen(kw_only=True)
class ResultEntered:
    """What follows from the results of one sample; where they are refused, only why."""

    event: str | None
    step: CourseStep | None
    state: State | None
    alerts: tuple[Finding, ...]
    findings: tuple[Finding, ...]


@attrs.frozen(kw_only=True)
class Entered:
    """What was entered, and where the course stands then."""

    event: str
    state: State
    findings: tuple[Finding, ...]
    events: tuple[str, ...]


@attrs.frozen(kw_only=True)
class RateEntered(Entered):
    """What was entered where the pump is set, with the rate in every unit."""

    rates: dict[str, float]


@attrs.frozen(kw_only=True)
class NotEntered:
    """Why nothing was entered."""

    event: None = None
    state: None = None
    findings: tuple[Finding, ...]


@attrs.frozen(kw_only=True)
class Shown:
    """Where the course stands at a moment, and its log; where it cannot be read, only why."""

    state: State | None
    alerts: tuple[Finding, ...]
    events: tuple[Logged, ...]


@attrs.frozen(kw_only=True)
class Pictured:
    """The picture of the titration timeline was written."""

    picture: str


CourseAnswer = ResultEntered | RateEntered | Entered | NotEntered | Shown | Pictured


def nothing(verb: str, *findings: Finding) -> CourseAnswer:
    """The answer of a verb that is refused, with nothing in it but why.

    Examples
    --------
    >>> nothing("show", Finding("needed", "Why.")).state is None
    True
    """
    if verb == "show":
        return Shown(state=None, alerts=findings, events=())
    if verb == "measure":
        return ResultEntered(event=None, step=None, state=None, alerts=(), findings=findings)
    return NotEntered(findings=findings)


def with_moment(step: Step, recheck_at: str | None) -> CourseStep:
    """A step, with the moment at which the next sample is due."""
    own = {f.name: getattr(step, f.name) for f in attrs.fields(Step)}
    return CourseStep(**own, recheck_at=recheck_at)
