"""What each verb of the command line does: ask, print, and end with the right code."""

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from dosing.base.findings import Finding
from dosing.base.units import show
from dosing.interfaces.answers import REFUSED, TableLine, TimeInRange, print_json, refuse
from dosing.interfaces.endings import ended
from dosing.knowledge.library import Library, load, text_of_file
from dosing.knowledge.seedtypes import Protocol, Table

if TYPE_CHECKING:
    from dosing.advice.start import Advice
    from dosing.orders.order import Order

# What one verb needs is imported within it: the others do not wait for it.

FOUND = 1


def _inputs(args: argparse.Namespace) -> dict[str, Any]:
    return {n: v for n, v in vars(args).items() if n in load().names and v is not None}


def _refuse(args: argparse.Namespace, problem: Exception, **known: Any) -> int:
    """Say a refusal in one sentence, and as JSON of the same keys when that was asked for."""
    known |= {"inputs": _inputs(args)}
    return refuse(args.verb, f"{problem}", as_json=args.json, known=known)


def _ended(args: argparse.Namespace, status: str, findings: Sequence[Finding]) -> int:
    return ended(args.verb, status, findings)


def _print(args: argparse.Namespace, answer: Any) -> None:
    if args.json:
        print_json(answer)
    else:
        print(answer)


def _start(args: argparse.Namespace) -> int:
    from dosing.advice.rules import rules

    try:
        advice = rules().start(
            args.drug,
            indication=args.indication,
            authority=args.authority,
            label_table=args.label_table,
            **_inputs(args),
        )
    except ValueError as error:
        known = {"drug": args.drug, "indication": args.indication, "authority": args.authority}
        return _refuse(args, error, **known)
    _print(args, advice)
    return _ended(args, advice.status, advice.findings)


def _compare(args: argparse.Namespace) -> int:
    from dosing.advice.rules import rules

    try:
        found = rules().advices(args.drug, indication=args.indication, **_inputs(args))
    except ValueError as error:
        known = {"drug": args.drug, "indication": args.indication}
        return _refuse(args, error, **known)
    if args.json:
        print_json(found)
    else:
        width = max(len(advice.authority_label) for advice in found)
        for advice in found:
            print(_side_by_side(advice, width))
    first = next((a for a in found if a.status == "ok"), None)
    first = first or next((a for a in found if a.refused), found[0])
    return _ended(args, first.status, first.findings)


def _side_by_side(advice: "Advice", width: int) -> str:
    name = f"{advice.authority_label:{width}}"
    if advice.order is None:
        stops = " ".join(f.text for f in advice.findings if f.stops)
        return f"{name} no dose: {stops}"
    line = f"{name} {_dose_words(advice.order)}  [{advice.cite}; {advice.confirmed}]"
    warned = [f"{'':{width}}   warn: {f.text}" for f in advice.findings if f.level == "warn"]
    return "\n".join([line, *warned])


def _dose_words(order: "Order") -> str:
    text = str(order)
    if bolus := order.bolus_words():
        text = f"bolus {bolus}, then {text}"
    if order.low is not None and order.high is not None:
        text += f" ({show(order.low)} to {show(order.high)})"
    if order.pump_ml_h is not None:
        text += f", pump {show(order.pump_ml_h)} mL/h"
    return text


def _titrate(args: argparse.Namespace) -> int:
    from dosing.advice.rules import rules

    inputs = _inputs(args)
    running = inputs.pop("running", None)
    before = inputs.pop("in_range_before", None)
    try:
        step = rules().titrate(
            args.protocol,
            running=running,
            in_range_before=before,
            held_from=args.held_from,
            **inputs,
        )
    except ValueError as error:
        return _refuse(args, error, protocol=args.protocol)
    _print(args, step)
    return _ended(args, step.status, step.findings)


def _score(args: argparse.Namespace) -> int:
    from dosing.advice.rules import rules

    rule = {} if args.weight_rule is None else {"weight_rule": args.weight_rule}
    try:
        found = rules().score(args.name, **_inputs(args), **rule)
    except ValueError as error:
        return _refuse(args, error, score=args.name)
    _print(args, found)
    return _ended(args, found.status, found.findings)


def _ttr(args: argparse.Namespace) -> int:
    from dosing.equations.warfarin_week import rosendaal
    from dosing.knowledge.sentences import words
    from dosing.rules.read import parse_number
    from dosing.scoring.warfarin import read_points

    seeds, cite = load(), "rosendaal-1993"
    told: dict[str, Any] = {
        "inputs": {n: getattr(args, n) for n in ("points", "low", "high", "max_gap")},
        "cite": cite,
        "confirmed": seeds.confirmed(cite),
    }
    try:
        days, inrs = read_points(seeds, args.points)
        low, high, gap = (parse_number(seeds, t) for t in (args.low, args.high, args.max_gap))
        found = rosendaal(days, inrs, low, high, max_gap_days=gap)
        if not found.days_total:
            raise ValueError(words("inr-too-far-apart", gap=args.max_gap))
    except ValueError as error:
        return _refuse(args, error, **told)
    if args.json:
        numbers = found._asdict()
        print_json(TimeInRange(status="ok", findings=(), seeds=seeds.digest, **numbers, **told))
        return 0
    print(f"{show(found.pct, 1)}% of the time in range {show(low)} to {show(high)}")
    print(f"  in range {show(found.days_in, 2)} of {show(found.days_total, 2)} days")
    print(f"  below {show(found.days_below, 2)} days, above {show(found.days_above, 2)} days")
    if found.gaps_left_out:
        print(f"  left out, longer than {args.max_gap} days: {found.gaps_left_out}")
    print(f"  source: {cite} ({seeds.confirmed(cite)})")
    return 0


def _pathway(args: argparse.Namespace) -> int:
    from dosing.advice.rules import rules

    try:
        found = rules().pathway(args.name, **_inputs(args))
    except ValueError as error:
        return _refuse(args, error, pathway=args.name)
    _print(args, found)
    if found.refused:
        asked = ", ".join(f"--{name.replace('_', '-')}" for name in found.missing)
        if asked:
            print(f"dosing pathway: still needed: {asked}", file=sys.stderr)
    return _ended(args, found.status, found.findings)


def _lint(args: argparse.Namespace) -> int:
    from dosing.lint.site import lint_library, lint_path

    wishes = lint_library(load()) if args.path is None else lint_path(args.path)
    if args.json:
        print_json(wishes)
    elif wishes:
        print("\n".join(wishes))
    else:
        print("nothing to mend: every patient in the domain meets exactly one row")
    return FOUND if wishes else 0


def _diff(args: argparse.Namespace) -> int:
    from dosing.lint.diff import differences

    try:
        found = differences(args.a, args.b)
    except ValueError as error:
        return _refuse(args, error)
    if args.json:
        print_json(found)
    else:
        print("\n".join(found) if found else "no difference")
    return FOUND if found else 0


def _tables(args: argparse.Namespace) -> int:
    from dosing.lint.proved import proved

    seeds = load() if args.toml else proved()
    if args.id is None:
        if args.toml:
            print("dosing tables: say which table, as in: dosing tables ID --toml", file=sys.stderr)
            return REFUSED
        _list_tables(args, seeds)
        return 0
    place = next((p for p in (f"tables/{args.id}", f"protocols/{args.id}") if p in seeds.files), "")
    if not place:
        known = ", ".join([*seeds.tables, *seeds.protocols])
        return _refuse(args, ValueError(f"there is no table {args.id!r}; there are {known}"))
    if args.toml:
        name, text = text_of_file(seeds, place)
        print(f"dosing tables: {name}", file=sys.stderr)
        sys.stdout.write(text)
        return 0
    print_json(seeds.tables.get(args.id) or seeds.protocols[args.id])
    return 0


def _list_tables(args: argparse.Namespace, seeds: Library) -> None:
    from dosing.knowledge.sentences import words

    rows = [_about(seeds, one) for one in seeds.tables.values()]
    rows += [_about(seeds, one) for one in seeds.protocols.values()]
    if args.json:
        print_json(rows)
        return
    for row in rows:
        mark = f" ({words('own')})" if row.own else ""
        print(f"{row.id:44} {row.purpose:9} {row.confirmed or '':12} {row.title}{mark}")


def _about(seeds: Library, seed: Table | Protocol) -> TableLine:
    return TableLine(
        id=seed.id,
        title=seed.title,
        drug=seed.drug,
        indication=seed.indication,
        purpose=getattr(seed, "purpose", "titrate"),
        authority=getattr(seed, "authority", ""),
        cite=seed.cite,
        confirmed=seed.confirmed or seeds.confirmed(seed.cite),
        own=seeds.is_own(seed.id),
    )


def _evidence(args: argparse.Namespace) -> int:
    import attrs

    from dosing.lint.proved import proved

    seeds = proved()
    if args.key is not None and args.key not in seeds.evidence:
        known = ", ".join(seeds.evidence)
        return _refuse(args, ValueError(f"there is no source {args.key!r}; there are {known}"))
    found = {k: e for k, e in seeds.evidence.items() if args.key in (None, k)}
    if args.json:
        print_json(found)
    else:
        for key, entry in found.items():
            year = f" {entry.year}" if entry.year else ""
            print(f"{key:26} {entry.confirmed:12} {entry.title}{year}")
            if args.key is not None:
                print("\n".join(f"  {n}: {v}" for n, v in attrs.asdict(entry).items() if v))
    return 0


def _course(args: argparse.Namespace) -> int:
    from dosing.interfaces import course

    return course.run(args)


def _schema(args: argparse.Namespace) -> int:
    from dosing.interfaces.schema import names, schema

    if args.name is None:
        for name, what in names().items():
            print(f"{name:18} {what}")
        return 0
    try:
        print_json(schema(args.name))
    except ValueError as error:
        return refuse(args.verb, str(error), as_json=False, known={})
    return 0


def _serve(args: argparse.Namespace) -> int:
    from dosing.interfaces import serve

    return serve.run(args)


def _cohort(args: argparse.Namespace) -> int:
    from dosing.interfaces import cohort

    return cohort.run(args)


RUN: dict[str, Callable[[argparse.Namespace], int]] = {
    "start": _start,
    "compare": _compare,
    "titrate": _titrate,
    "score": _score,
    "cohort": _cohort,
    "ttr": _ttr,
    "pathway": _pathway,
    "lint": _lint,
    "diff": _diff,
    "tables": _tables,
    "evidence": _evidence,
    "course": _course,
    "schema": _schema,
    "serve": _serve,
}
