"""A course at the command line: one file, one verb for each thing that is entered."""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dosing.base.findings import Finding
from dosing.interfaces.answers import REFUSED, print_json
from dosing.interfaces.endings import ended
from dosing.knowledge.library import load
from dosing.knowledge.sentences import say, words

if TYPE_CHECKING:
    from dosing.advice.step import Step
    from dosing.course.course import Course
    from dosing.course.events import Event, Setting
    from dosing.course.state import State
    from dosing.interfaces.course_answers import CourseStep

# What one verb needs is imported within it: help waits for nothing.

VERBS = {
    "new": "Begin a course with a first order; FILE is made.",
    "measure": "Enter results of a sample; what the protocol measures brings the next step.",
    "follow": "Record that the last recommendation was done, with its bolus.",
    "set-rate": "Record another rate of the pump.",
    "bolus": "Record a bolus that was given.",
    "hold": "Record a hold.",
    "resume": "Record that a held infusion was resumed.",
    "stop": "Record the end, and which anticoagulant follows.",
    "change": "Another weight, organ function, baseline, strength or protocol from now on.",
    "interrupt": "The infusion stood still without an order, or a sample was lost.",
    "correct": "Say what an entry really was; its first form stays.",
    "withdraw": "Say that an entry did not happen; it stays in the log.",
    "note": "Add a remark.",
    "show": "Where the course stands, and its log.",
    "plot": "The titration timeline as a picture.",
}
TIMED = tuple(v for v in VERBS if v not in ("correct", "withdraw", "show", "plot"))
WITH_INPUTS = ("new", "measure", "change", "correct")


def add_arguments(found: argparse.ArgumentParser) -> None:
    """The verbs of a course, with their options."""
    kind = type(found)
    verbs = found.add_subparsers(dest="course", required=True, metavar="WHAT", parser_class=kind)
    for name, about in VERBS.items():
        one = verbs.add_parser(name, help=about, description=about)
        one.add_argument("file", metavar="FILE", help="the record of the course, as JSON")
        _own(one, name)
        _common(one, name)


def _own(one: argparse.ArgumentParser, name: str) -> None:
    """The words and options of one verb."""
    if name == "new":
        for option in ("--drug", "--indication", "--authority", "--protocol"):
            one.add_argument(option, required=option == "--drug")
        one.add_argument("--label-table", action="store_true")
        one.set_defaults(indication="hit")
    elif name == "measure":
        one.add_argument("--received-at", metavar="T", help="when the result came")
        one.add_argument("--running", dest="shown", help="what the pump shows")
        one.add_argument("--running-unit", dest="shown_unit", default="")
    elif name == "follow":
        one.add_argument("--no-bolus", action="store_true", help="its bolus was not given")
    elif name in ("set-rate", "bolus"):
        one.add_argument("amount", metavar="RATE" if name == "set-rate" else "AMOUNT")
        one.add_argument("--unit", default="")
    elif name == "resume":
        one.add_argument("amount", nargs="?", metavar="RATE")
    elif name == "hold":
        one.add_argument("--resume-rate")
    elif name == "stop":
        one.add_argument("--next-agent", default="", help="which anticoagulant follows")
        one.add_argument("--next-at", metavar="T", help="when it starts")
    elif name == "change":
        one.add_argument("--protocol", default="")
    elif name in ("interrupt", "note"):
        one.add_argument("text", metavar="TEXT")
    elif name in ("correct", "withdraw"):
        one.add_argument("entry", metavar="EVENT", help="its id, or its number in the log")
    elif name == "plot":
        one.add_argument("-o", "--output", required=True, metavar="PICTURE")
    if name == "interrupt":
        one.add_argument("--sample", action="store_true", help="only a sample was lost")
    if name == "correct":
        for option in ("--at", "--received-at", "--rate", "--amount", "--pump-ml-h", "--strength"):
            one.add_argument(option)
        one.add_argument("--text")
    if name in ("set-rate", "resume"):
        one.add_argument("--confirm", action="store_true", help="record it beyond a limit too")


def _common(one: argparse.ArgumentParser, name: str) -> None:
    if name in TIMED:
        one.add_argument("--at", required=True, metavar="T", help="when it happened")
    elif name in ("show", "plot"):
        one.add_argument("--at", metavar="T", help="at which moment; default: now")
    if name not in ("show", "plot"):
        one.add_argument("--now", metavar="T", help="the moment of entering; default: the clock")
        one.add_argument("--by", default="", metavar="NAME")
        one.add_argument("--id", help="made by who enters: the same id is entered once")
    if name not in ("new", "measure", "follow", "note", "interrupt", "show", "plot"):
        one.add_argument("--reason", default="", required=name in ("correct", "withdraw"))
    one.add_argument("--zone", default="", help="for times without an offset, as Europe/Berlin")
    one.add_argument("--json", action="store_true", help="machine-readable")
    if name in WITH_INPUTS:
        taken = {a.dest for a in one._actions} | {"running"}
        for quantity in load().names:
            if quantity not in taken:
                flag = f"--{quantity.replace('_', '-')}"
                one.add_argument(flag, dest=quantity, help=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> int:
    """Enter or show, and say what follows; 2 where something must first be put right."""
    try:
        return RUN[args.course](args)
    except ValueError as error:
        text = str(error)
        text = text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")
        if args.json:
            from dosing.interfaces.course_answers import nothing

            print_json(nothing(args.course, Finding("needed", text)))
        print(f"dosing course {args.course}: {text}{_hint(args, text)}", file=sys.stderr)
        return REFUSED


def _hint(args: argparse.Namespace, text: str) -> str:
    """How to record a rate beyond a limit all the same."""
    asked = hasattr(args, "confirm") and not args.confirm and "onfirm" in text
    return " Add --confirm." if asked else ""


# Reading and writing


def _time(args: argparse.Namespace, name: str) -> Any:
    """A moment of the options, with its offset or in the zone given; None where it was not."""
    from dosing.course.times import read_moment, zone_of

    text = getattr(args, name, None)
    if not text:
        return None
    zone = zone_of(args.zone) if args.zone else None
    at = read_moment(text, zone)
    return at if zone is None else at.astimezone(zone)


def _read(path: str) -> tuple["Course", bytes]:
    from dosing.course.course import Course

    try:
        raw = Path(path).read_bytes()
        record = json.loads(raw)
    except OSError as error:
        problem = error.strerror or "it cannot be opened"
        raise ValueError(words("course-file-none", path=path, problem=problem)) from None
    except (ValueError, RecursionError):
        raise ValueError(words("course-file-none", path=path, problem="it is no JSON")) from None
    return Course.from_dict(record), raw


def _write(path: str, course: "Course", before: bytes | None) -> None:
    """Put the whole record in the place of the file, never half of one."""
    target = Path(path)
    text = json.dumps(course.to_dict(), indent=1, ensure_ascii=False, allow_nan=False)
    try:
        if before is None and target.exists():
            raise ValueError(words("course-file-exists", path=path))
        if before is not None and target.read_bytes() != before:
            raise ValueError(words("course-file-changed", path=path))
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=target.parent, prefix=f".{target.name}.", delete=False
        ) as half:
            try:
                half.write(text + "\n")
                half.flush()
                os.fsync(half.fileno())
                os.replace(half.name, target)
            except BaseException:
                os.unlink(half.name)
                raise
    except OSError as error:
        problem = error.strerror or "it cannot be written"
        raise ValueError(words("course-file-none", path=path, problem=problem)) from None


def _inputs(args: argparse.Namespace) -> dict[str, Any]:
    return {n: v for n, v in vars(args).items() if n in load().names and v is not None}


def _entry(course: "Course", typed: str) -> str:
    """The id of an entry, from its id, the beginning of it, or its number in the log."""
    events = course.events
    if typed.isascii() and typed.isdigit() and 0 < int(typed) <= len(events):
        return events[int(typed) - 1].id
    found = [e.id for e in events if e.id == typed] or [
        e.id for e in events if e.id.startswith(typed)
    ]
    if len(found) != 1 or not typed:
        raise ValueError(words("course-which-entry", entry=typed))
    return found[0]


# Answers


def _state(course: "Course", now: datetime) -> "State":
    """Where the course stands, its moments in the zone of the course."""
    import attrs

    from dosing.course.times import zone_of

    state, zone = course.state(now), zone_of(course.book.zone)
    return attrs.evolve(
        state,
        resume_at=state.resume_at and state.resume_at.astimezone(zone),
        due=state.due and state.due.astimezone(zone),
        next_at=state.next_at and state.next_at.astimezone(zone),
    )


def _step(course: "Course", step: "Step | None", drawn: datetime) -> "CourseStep | None":
    """The step with its moment of the next sample."""
    from dosing.course.results import next_sample
    from dosing.course.times import iso, zone_of
    from dosing.interfaces.course_answers import with_moment

    if step is None:
        return None
    at = next_sample(step, drawn)
    return with_moment(step, None if at is None else iso(at, zone_of(course.book.zone)))


def _entered(
    args: argparse.Namespace, course: "Course", events: "tuple[Event, ...]", more: Any = ()
) -> int:
    """Print what was entered, where the course stands, and what is to be said of it."""
    from dosing.course import entering, wording
    from dosing.course.state import in_all_units
    from dosing.interfaces.course_answers import Entered, RateEntered

    now = entering.present(_time(args, "now"))
    event = events[-1]
    findings = [*more, *(Finding("warn", text) for text in _said(event)), *course.alerts(now)]
    if args.json:
        own: dict[str, Any] = {
            "event": event.id,
            "state": _state(course, now),
            "findings": tuple(dict.fromkeys(findings)),
            "events": tuple(e.id for e in events),
        }
        set_to: Setting | None = getattr(event, "set_to", None)
        if set_to is None:
            print_json(Entered(**own))
        else:
            print_json(RateEntered(**own, rates=in_all_units(set_to)))
        return 0
    for one in events:
        print(f"{course.book.shown(one.at)}  {wording.what(course.book, one)}")
    for finding in dict.fromkeys(findings):
        print(f"  {finding}")
    for line in wording.standing(course.book, course.state(now)):
        print(f"  {line}")
    return 0


def _said(event: "Event") -> tuple[str, ...]:
    found: tuple[str, ...] = getattr(event, "outside", ()) or getattr(event, "review", ())
    return found


# Verbs


def _new(args: argparse.Namespace) -> int:
    from dosing.advice.rules import rules
    from dosing.course.course import Course
    from dosing.interfaces.course_answers import nothing

    advice = rules().start(
        args.drug,
        indication=args.indication,
        authority=args.authority,
        label_table=args.label_table,
        **_inputs(args),
    )
    if advice.order is None:
        if args.json:
            print_json(nothing("new", *advice.findings))
        return ended("course new", advice.status, advice.findings)
    course = Course.begin(
        advice, at=_time(args, "at"), protocol=args.protocol, by=args.by, now=_time(args, "now"),
        id=args.id,
    )  # fmt: skip
    _write(args.file, course, None)
    found = list(advice.findings)
    order = advice.order
    if order.bolus_total is not None and order.bolus_unit is not None:
        said: dict[str, Any] = {"amount": order.bolus_total, "unit": order.bolus_unit.split("/")[0]}
        found.insert(0, say("bolus-is-ordered", **said))
    return _entered(args, course, course.events, found)


def _measure(args: argparse.Namespace) -> int:
    from dosing.course import entering
    from dosing.interfaces.course_answers import ResultEntered

    course, raw = _read(args.file)
    at, now = _time(args, "at"), _time(args, "now")
    before = len(course.events)
    step = course.measure(
        at=at, received_at=_time(args, "received_at"), running=args.shown,
        running_unit=args.shown_unit, by=args.by, now=now, id=args.id, **_inputs(args),
    )  # fmt: skip
    again = len(course.events) == before
    event = course.book.same_as_entered(at, args.id) if again else course.events[-1]
    if not again:
        _write(args.file, course, raw)
    known = entering.present(now)
    if args.json:
        print_json(
            ResultEntered(
                event=event.id,
                step=_step(course, step, event.at),
                state=_state(course, known),
                alerts=tuple(course.alerts(known)),
                findings=(say("course-same-again"),) if again else (),
            )
        )
    else:
        _print_measured(course, event, step, known, again)
    return 0 if step is None or step.action else ended("course measure", step.status, step.findings)


def _print_measured(
    course: "Course", event: "Event", step: "Step | None", now: datetime, again: bool
) -> None:
    from dosing.course import wording

    print(f"{course.book.shown(event.at)}  {wording.what(course.book, event)}")
    if again:
        print(f"  {say('course-same-again')}")
    for finding in course.alerts(now):
        print(f"  {finding}")
    if step is not None:
        print(step)


def _act(
    verb: str, **own: Callable[[argparse.Namespace], Any]
) -> Callable[[argparse.Namespace], int]:
    """One verb that enters something: its own options are read and passed on by name."""

    def enter(args: argparse.Namespace) -> int:
        course, raw = _read(args.file)
        given: dict[str, Any] = {name: of(args) for name, of in own.items()}
        if "next_at" in given:
            given["next_at"] = _time(args, "next_at")
        if hasattr(args, "reason"):
            given["reason"] = args.reason
        if args.course in TIMED:
            given["at"] = _time(args, "at")
        if args.course in WITH_INPUTS:
            given |= _inputs(args)
        if args.course in ("correct", "withdraw"):
            given["event"] = _entry(course, args.entry)
        if args.course == "correct":
            names = ("rate", "amount", "pump_ml_h", "strength", "text")
            given |= {n: v for n in names if (v := getattr(args, n)) is not None}
            times = {n: _time(args, n) for n in ("at", "received_at")}
            given |= {n: at for n, at in times.items() if at is not None}
        before = len(course.events)
        now = _time(args, "now")
        found = getattr(course, verb)(now=now, by=args.by, id=args.id, **given)
        if len(course.events) > before:
            _write(args.file, course, raw)
        return _entered(args, course, found if isinstance(found, tuple) else (found,))

    return enter


def _show(args: argparse.Namespace) -> int:
    from dosing.course import entering, wording
    from dosing.interfaces.course_answers import Logged, Shown

    course, _ = _read(args.file)
    now = entering.present(_time(args, "at"))
    if not args.json:
        state, alerts = course.state(now), course.alerts(now)
        print("\n".join(wording.lines(course.book, state, alerts, now)))
        return 0
    print_json(
        Shown(
            state=_state(course, now),
            alerts=tuple(course.alerts(now)),
            events=tuple(Logged(one) for one in course.listed(now)),
        )
    )
    return 0


def _plot(args: argparse.Namespace) -> int:
    from dosing.interfaces.course_answers import Pictured

    course, _ = _read(args.file)
    figure = course.plot(_time(args, "at"))
    try:
        figure.savefig(args.output)
    except OSError as error:
        problem = error.strerror or "it cannot be written"
        raise ValueError(words("course-file-none", path=args.output, problem=problem)) from None
    if args.json:
        print_json(Pictured(picture=args.output))
    return 0


RUN: dict[str, Callable[[argparse.Namespace], int]] = {
    "new": _new,
    "measure": _measure,
    "follow": _act("follow", bolus=lambda args: not args.no_bolus),
    "set-rate": _act(
        "set_rate", rate=lambda a: a.amount, unit=lambda a: a.unit, confirm=lambda a: a.confirm
    ),
    "bolus": _act("bolus", amount=lambda a: a.amount, unit=lambda a: a.unit),
    "hold": _act("hold", resume_rate=lambda a: a.resume_rate),
    "resume": _act("resume", rate=lambda a: a.amount, confirm=lambda a: a.confirm),
    "stop": _act("stop", next_agent=lambda a: a.next_agent, next_at=lambda a: a.next_at),
    "change": _act("change", protocol=lambda a: a.protocol),
    "interrupt": _act("interrupted", what=lambda a: a.text, sample=lambda a: a.sample),
    "correct": _act("correct"),
    "withdraw": _act("withdraw"),
    "note": _act("note", text=lambda a: a.text),
    "show": _show,
    "plot": _plot,
}
