"""The command line: the same rooms as Python, with options named as the quantities are."""

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from dosing.advice.pathways import pathway
from dosing.advice.start import VERSION, Advice, compare_advice, start
from dosing.advice.titrate import titrate
from dosing.base.findings import Finding
from dosing.base.units import show
from dosing.equations.warfarin_week import MAX_GAP_DAYS, rosendaal
from dosing.interfaces import serve
from dosing.knowledge.library import Library, SeedError, load
from dosing.knowledge.sentences import words
from dosing.lint.diff import differences
from dosing.lint.proved import proved
from dosing.lint.site import lint_library, lint_path
from dosing.orders.infusion import Order
from dosing.rules.patients import parse_number
from dosing.scores.door import score
from dosing.scores.warfarin import read_points

REFUSED = 2


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence."""

    def error(self, message: str) -> NoReturn:
        self.exit(REFUSED, f"{self.prog}: {message}\n")


def parser() -> argparse.ArgumentParser:
    """The command line's verbs and options."""
    top = _Parser(prog="dosing", description=__doc__, allow_abbrev=False)
    top.add_argument("--version", action="version", version=f"dosing {VERSION}")
    verbs = top.add_subparsers(dest="verb", required=True, metavar="VERB")

    def verb(name: str, words: str) -> argparse.ArgumentParser:
        found = verbs.add_parser(name, help=words, description=words, allow_abbrev=False)
        found.set_defaults(run=RUN[name])
        return found

    for name, about in (
        ("start", "The first order, with findings, arithmetic and source."),
        ("compare", "Every authority's first order, side by side."),
    ):
        found = verb(name, about)
        found.add_argument("drug")
        found.add_argument("--indication", default="hit", help="default: hit")
        if name == "start":
            found.add_argument("--authority", help="whose table; default: the site's first")
            found.add_argument(
                "--label-table", action="store_true", help="round as the label's table does"
            )
        _patient_options(found)
    found = verb("titrate", "The next rate, hold and recheck time, from the running rate.")
    found.add_argument("protocol")
    found.add_argument("--held-from", help="while held until in range: the rate to resume at")
    _patient_options(found)
    found = verb("score", "A score with its components.")
    found.add_argument("name", metavar="NAME")
    found.add_argument("--weight-rule", help="for cockcroft-gault; default: the site's")
    _patient_options(found)
    found = verb("ttr", "Time in therapeutic range of INRs, by interpolation (Rosendaal).")
    found.add_argument("points", nargs="+", metavar="DAY:INR", help="for example 0:1.5 10:2.5")
    found.add_argument("--low", required=True, help="the lowest INR of the range")
    found.add_argument("--high", required=True, help="the highest INR of the range")
    found.add_argument("--max-gap", default=str(MAX_GAP_DAYS), help="in days; default: 56")
    found.add_argument("--json", action="store_true", help="machine-readable")
    found = verb("pathway", "A clinical question answered step by step.")
    found.add_argument("name", metavar="NAME")
    _patient_options(found)
    found = verb("lint", "What is wrong with a seed file or a hospital's folder.")
    found.add_argument("path", nargs="?", help="default: all seeds in force")
    found.add_argument("--json", action="store_true")
    found = verb("diff", "What two tables or protocols say differently, and for which patients.")
    found.add_argument("a", metavar="A", help="an id, or a file")
    found.add_argument("b", metavar="B", help="an id, or a file")
    found.add_argument("--json", action="store_true")
    found = verb("tables", "The tables and protocols that exist; one of them in full.")
    found.add_argument("id", nargs="?")
    found.add_argument("--json", action="store_true")
    found = verb("evidence", "The sources, and how each was confirmed.")
    found.add_argument("key", nargs="?")
    found.add_argument("--json", action="store_true")
    serve.add_arguments(verb("serve", "Open the dashboards."))
    return top


def _patient_options(found: argparse.ArgumentParser) -> None:
    found.add_argument("--json", action="store_true", help="machine-readable")
    inputs = found.add_argument_group("inputs")
    for quantity in load().quantities.values():
        for name, unit in quantity.names.items():
            words = quantity.label + (f" [{unit.unit}]" if unit.unit else "")
            if quantity.kind != "number":
                words += f": {', '.join(quantity.values or ('yes', 'no'))}"
            inputs.add_argument(
                f"--{name.replace('_', '-')}", dest=name, help=words.replace("%", "%%"), metavar="X"
            )


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Returns
    -------
    int
        0; 2 where the input was refused, with the reason on standard error; 1 where lint or diff
        found something.
    """
    try:
        args = parser().parse_args(argv)
        return int(args.run(args))
    except SeedError as error:
        print(f"dosing: {error}", file=sys.stderr)
        return REFUSED
    except BrokenPipeError:
        return 0


def _inputs(args: argparse.Namespace) -> dict[str, Any]:
    return {n: v for n, v in vars(args).items() if n in load().names and v is not None}


def _refuse(args: argparse.Namespace, empty: dict[str, Any], problem: Exception) -> int:
    """Say a refusal in one sentence, and as JSON when that was asked for."""
    text = f"{problem}"
    text = text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")
    if args.json:
        seeds = load()
        stop = Finding("stop", text).to_dict()
        _print_json(
            empty
            | {"findings": [stop], "trace": [], "cite": "", "confirmed": None}
            | {"inputs": _inputs(args), "missing": [], "seeds": seeds.digest, "version": VERSION}
        )
    print(f"dosing {args.verb}: {text}", file=sys.stderr)
    return REFUSED


def _say_stops(args: argparse.Namespace, findings: Sequence[Finding]) -> None:
    if stops := " ".join(f.text for f in findings if f.stops):
        print(f"dosing {args.verb}: {stops}", file=sys.stderr)


def _print_json(value: Any) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def _start(args: argparse.Namespace) -> int:
    try:
        advice = start(
            args.drug,
            args.indication,
            args.authority,
            label_table=args.label_table,
            **_inputs(args),
        )
    except ValueError as error:
        return _refuse(
            args, {"order": None, "authority": args.authority, "table": None, "row": None}, error
        )
    if args.json:
        _print_json(advice.to_dict())
    else:
        print(advice)
    if advice.refused:
        _say_stops(args, advice.findings)
        return REFUSED
    return 0


def _compare(args: argparse.Namespace) -> int:
    try:
        found = compare_advice(args.drug, args.indication, **_inputs(args))
    except ValueError as error:
        if args.json:
            _print_json([])
        return _refuse(argparse.Namespace(**{**vars(args), "json": False}), {}, error)
    if args.json:
        _print_json([advice.to_dict() for advice in found])
    else:
        for advice in found:
            print(_side_by_side(advice))
    if all(advice.refused for advice in found):
        _say_stops(args, found[0].findings)
        return REFUSED
    return 0


def _side_by_side(advice: Advice) -> str:
    if advice.order is None:
        stops = " ".join(f.text for f in advice.findings if f.stops)
        return f"{advice.authority:14} no dose: {stops}"
    line = f"{advice.authority:14} {_dose_words(advice.order)}  [{advice.cite}; {advice.confirmed}]"
    warned = [f"{'':14}   warn: {f.text}" for f in advice.findings if f.level == "warn"]
    return "\n".join([line, *warned])


def _dose_words(order: Order) -> str:
    text = str(order)
    if bolus := order.bolus_words():
        text = f"bolus {bolus}, then {text}"
    if order.low is not None and order.high is not None:
        text += f" ({show(order.low)} to {show(order.high)})"
    if order.pump_ml_h is not None:
        text += f", pump {show(order.pump_ml_h)} mL/h"
    return text


def _titrate(args: argparse.Namespace) -> int:
    inputs = _inputs(args)
    running = inputs.pop("running", None)
    before = inputs.pop("in_range_before", None)
    empty = {"action": "", "rate": None, "pump_ml_h": None, "protocol": args.protocol, "row": None}
    try:
        step = titrate(
            args.protocol,
            running,
            in_range_before=before,
            held_from=args.held_from,
            **inputs,
        )
    except ValueError as error:
        return _refuse(args, empty, error)
    if args.json:
        _print_json(step.to_dict())
    else:
        print(step)
    if not step.action:
        _say_stops(args, step.findings)
        return REFUSED
    return 0


def _score(args: argparse.Namespace) -> int:
    try:
        found = score(args.name, weight_rule=args.weight_rule, **_inputs(args))
    except ValueError as error:
        return _refuse(
            args, {"score": args.name, "value": None, "band": "", "components": {}}, error
        )
    if args.json:
        _print_json(found.to_dict())
    else:
        print(found)
    if found.value is None:
        _say_stops(args, found.findings)
        return REFUSED
    return 0


def _ttr(args: argparse.Namespace) -> int:
    cite = "rosendaal-1993"
    try:
        days, inrs = read_points(args.points)
        low, high = parse_number(args.low), parse_number(args.high)
        found = rosendaal(days, inrs, low, high, max_gap_days=parse_number(args.max_gap))
        if not found.days_total:
            raise ValueError(words("inr-too-far-apart", gap=args.max_gap))
    except ValueError as error:
        return _refuse(args, {"pct": None}, error)
    if args.json:
        _print_json({**found._asdict(), "cite": cite, "confirmed": load().confirmed(cite)})
        return 0
    print(f"{show(found.pct, 1)}% of the time in range {show(low)} to {show(high)}")
    print(f"  in range {show(found.days_in, 2)} of {show(found.days_total, 2)} days")
    print(f"  below {show(found.days_below, 2)} days, above {show(found.days_above, 2)} days")
    if found.gaps_left_out:
        print(f"  left out, longer than {args.max_gap} days: {found.gaps_left_out}")
    print(f"  source: {cite} ({load().confirmed(cite)})")
    return 0


def _pathway(args: argparse.Namespace) -> int:
    try:
        found = pathway(args.name, **_inputs(args))
    except ValueError as error:
        return _refuse(args, {"pathway": args.name, "stages": []}, error)
    if args.json:
        _print_json(found.to_dict())
    else:
        print(found)
    if found.refused:
        _say_stops(args, found.findings)
        asked = ", ".join(f"--{name.replace('_', '-')}" for name in found.missing)
        if asked:
            print(f"dosing pathway: still needed: {asked}", file=sys.stderr)
        return REFUSED
    return 0


def _lint(args: argparse.Namespace) -> int:
    wishes = lint_library(load()) if args.path is None else lint_path(args.path)
    if args.json:
        _print_json(wishes)
    elif wishes:
        print("\n".join(wishes))
    else:
        print("nothing to mend: every patient in the domain meets exactly one row")
    return 1 if wishes else 0


def _diff(args: argparse.Namespace) -> int:
    try:
        found = differences(args.a, args.b)
    except ValueError as error:
        print(f"dosing diff: {error}", file=sys.stderr)
        return REFUSED
    if args.json:
        _print_json(found)
    else:
        print("\n".join(found) if found else "no difference")
    return 1 if found else 0


def _tables(args: argparse.Namespace) -> int:
    seeds = proved()
    if args.id is None:
        rows = [_about(seeds, s) for s in (*seeds.tables.values(), *seeds.protocols.values())]
        if args.json:
            _print_json(rows)
        else:
            for row in rows:
                print(
                    f"{row['id']:44} {row['purpose']:9} {row['confirmed'] or '':12} {row['title']}"
                )
        return 0
    seed = seeds.tables.get(args.id) or seeds.protocols.get(args.id)
    if seed is None:
        known = ", ".join([*seeds.tables, *seeds.protocols])
        print(f"dosing tables: there is no table {args.id!r}; there are {known}", file=sys.stderr)
        return REFUSED
    import attrs

    _print_json(attrs.asdict(seed))
    return 0


def _about(seeds: Library, seed: Any) -> dict[str, Any]:
    return {
        "id": seed.id,
        "title": seed.title,
        "drug": seed.drug,
        "indication": seed.indication,
        "purpose": getattr(seed, "purpose", "titrate"),
        "authority": getattr(seed, "authority", ""),
        "cite": seed.cite,
        "confirmed": seed.confirmed or seeds.confirmed(seed.cite),
    }


def _evidence(args: argparse.Namespace) -> int:
    import attrs

    seeds = proved()
    if args.key is not None and args.key not in seeds.evidence:
        known = ", ".join(seeds.evidence)
        print(
            f"dosing evidence: there is no source {args.key!r}; there are {known}", file=sys.stderr
        )
        return REFUSED
    found = {k: e for k, e in seeds.evidence.items() if args.key in (None, k)}
    if args.json:
        _print_json({k: attrs.asdict(e) for k, e in found.items()})
    else:
        for key, entry in found.items():
            year = f" {entry.year}" if entry.year else ""
            print(f"{key:26} {entry.confirmed:12} {entry.title}{year}")
            if args.key is not None:
                print("\n".join(f"  {n}: {v}" for n, v in attrs.asdict(entry).items() if v))
    return 0


RUN = {
    "start": _start,
    "compare": _compare,
    "titrate": _titrate,
    "score": _score,
    "ttr": _ttr,
    "pathway": _pathway,
    "lint": _lint,
    "diff": _diff,
    "tables": _tables,
    "evidence": _evidence,
    "serve": serve.run,
}


if __name__ == "__main__":
    sys.exit(main())
