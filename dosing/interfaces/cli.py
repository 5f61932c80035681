"""The command line: the same rooms as Python, with options named as the quantities are."""

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn

# What a verb needs is imported when it is asked for: --version and --help wait for nothing.

REFUSED = 2
VERBS = {
    "start": "The first order, with findings, arithmetic and source.",
    "compare": "Every authority's first order, side by side.",
    "titrate": "The next rate, hold and recheck time, from the running rate.",
    "score": "A score with its components.",
    "cohort": "A file of patients, CSV or Parquet, with an answer in each row.",
    "ttr": "Time in therapeutic range of INRs, by interpolation (Rosendaal).",
    "pathway": "A clinical question answered step by step.",
    "course": "The course of one infusion, kept in a file: results, steps, what was done.",
    "lint": "What is wrong with a seed file or a hospital's folder.",
    "diff": "What two tables or protocols say differently, and for which patients.",
    "tables": "The tables and protocols that exist; one of them in full.",
    "evidence": "The sources, and how each was confirmed.",
    "schema": "The JSON Schema of an answer or of a file of seeds, or which there are.",
    "serve": "Open the dashboards.",
}
# The verbs that ask about a patient, and what their first word names.
OF_A_PATIENT = {
    "start": "drug", "compare": "drug", "titrate": "protocol", "score": "name", "pathway": "name",
}  # fmt: skip
CODES = """exit codes:
  0  an answer
  1  lint or diff found something
  2  something must first be put right: missing, impossible, contradictory or unknown
  3  a clinical reason forbids"""


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            allow_abbrev=False, formatter_class=argparse.RawDescriptionHelpFormatter, **options
        )

    def error(self, message: str) -> NoReturn:
        print(f"{self.prog}: {message}", file=sys.stderr)
        raise MisuseError(message)


class MisuseError(SystemExit):
    """What was typed is no call; ends the process with the code of what must be put right."""

    def __init__(self, message: str) -> None:
        super().__init__(REFUSED)
        self.message = message


class _Version(argparse.Action):
    """Prints the version of the package that is installed."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> NoReturn:
        from importlib.metadata import version

        print(f"dosing {version('dosing')}")
        parser.exit()


def parser(asked: Sequence[str] = ()) -> argparse.ArgumentParser:
    """The command line's verbs, with the options of the verb that is asked for.

    Parameters
    ----------
    asked : sequence of str
        The words typed. Help on a verb lists what the drug or protocol among them asks.
    """
    top = _Parser(prog="dosing", description=__doc__, epilog=CODES)
    top.add_argument("--version", action=_Version, nargs=0, help="print the version and end")
    verbs = top.add_subparsers(dest="verb", required=True, metavar="VERB")
    for name, about in VERBS.items():
        found = verbs.add_parser(name, help=about, description=about)
        if name == next(iter(asked), None):
            if name in OF_A_PATIENT:
                _about_a_patient(found, name, asked[1:])
            else:
                OPTIONS[name](found)
    return top


def _about_a_patient(found: argparse.ArgumentParser, verb: str, asked: Sequence[str]) -> None:
    """The options of a verb that answers for a patient; every input may be given to each."""
    from dosing.interfaces import asks
    from dosing.knowledge.library import load

    seeds = load()
    about = OF_A_PATIENT[verb]
    known = asks.known(seeds, verb)
    found.add_argument(about, metavar=about.upper())
    found.add_argument("--json", action="store_true", help="machine-readable")
    if about == "drug":
        found.add_argument("--indication", default="hit", help="default: hit")
    if verb == "start":
        found.add_argument("--authority", help="whose table; default: the site's first")
        found.add_argument(
            "--label-table", action="store_true", help="round as the label's table does"
        )
    elif verb == "titrate":
        found.add_argument("--held-from", help="while held until in range: the rate to resume at")
    elif verb == "score":
        found.add_argument("--weight-rule", help="for cockcroft-gault; default: the site's")
    groups: list[asks.Group] = []
    found.usage = f"dosing {verb} {about.upper()} [options] [inputs]"
    if {"-h", "--help"} & set(asked):
        one = next((word for word in asked if word in known), None)
        if one is not None:
            found.usage = f"dosing {verb} {one} [options] [inputs]"
            found.description = asks.title(seeds, verb, one)
            groups = asks.groups(seeds, verb, one)
        elif asked[0].startswith("-"):
            found.epilog = asks.which(verb, known)
        else:
            found.error(f"there is no {about} {asked[0]!r}; there are {', '.join(known)}")
    _inputs(found, seeds, groups)


def _inputs(found: argparse.ArgumentParser, seeds: Any, groups: Iterable[Any]) -> None:
    """Each name of each quantity as an option; help shows those that are asked."""
    shown = set()
    for group in groups:
        section = found.add_argument_group(group.title)
        for name, words in group.asks.items():
            shown.add(name)
            section.add_argument(_flag(name), dest=name, metavar="X", help=words.replace("%", "%%"))
    for name in seeds.names:
        if name not in shown:
            found.add_argument(_flag(name), dest=name, help=argparse.SUPPRESS)


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _ttr(found: argparse.ArgumentParser) -> None:
    found.add_argument("points", nargs="+", metavar="DAY:INR", help="for example 0:1.5 10:2.5")
    found.add_argument("--low", required=True, help="the lowest INR of the range")
    found.add_argument("--high", required=True, help="the highest INR of the range")
    found.add_argument("--max-gap", default="56", help="in days; default: 56")
    found.add_argument("--json", action="store_true", help="machine-readable")


def _lint(found: argparse.ArgumentParser) -> None:
    found.add_argument("path", nargs="?", help="default: all seeds in force")
    found.add_argument("--json", action="store_true", help="machine-readable")


def _diff(found: argparse.ArgumentParser) -> None:
    found.add_argument("a", metavar="A", help="an id, or a file")
    found.add_argument("b", metavar="B", help="an id, or a file")
    found.add_argument("--json", action="store_true", help="machine-readable")


def _tables(found: argparse.ArgumentParser) -> None:
    found.add_argument("id", nargs="?", metavar="ID")
    kinds = found.add_mutually_exclusive_group()
    kinds.add_argument("--json", action="store_true", help="machine-readable")
    kinds.add_argument(
        "--toml",
        action="store_true",
        help="its file as it stands, to copy into a hospital's folder; its name goes to "
        "standard error",
    )


def _evidence(found: argparse.ArgumentParser) -> None:
    found.add_argument("key", nargs="?", metavar="KEY")
    found.add_argument("--json", action="store_true", help="machine-readable")


def _course(found: argparse.ArgumentParser) -> None:
    from dosing.interfaces import course

    course.add_arguments(found)


def _schema(found: argparse.ArgumentParser) -> None:
    found.add_argument("name", nargs="?", metavar="NAME", help="such as start or seed-protocols")


def _serve(found: argparse.ArgumentParser) -> None:
    from dosing.interfaces import serve

    serve.add_arguments(found)


def _cohort(found: argparse.ArgumentParser) -> None:
    from dosing.interfaces import cohort
    from dosing.knowledge.library import load

    cohort.add_arguments(found)
    _inputs(found, load(), ())


OPTIONS: dict[str, Callable[[argparse.ArgumentParser], None]] = {
    "cohort": _cohort,
    "ttr": _ttr,
    "lint": _lint,
    "diff": _diff,
    "tables": _tables,
    "evidence": _evidence,
    "course": _course,
    "schema": _schema,
    "serve": _serve,
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Returns
    -------
    int
        0 with an answer; 3 where a clinical reason forbids one, 2 where the input must first be
        put right, with the reason on standard error; 1 where lint or diff found something.
    """
    typed = list(sys.argv[1:] if argv is None else argv)
    if not typed:
        parser().print_help()
        return REFUSED
    if typed[0] not in VERBS:
        parser().parse_args(typed)
    from dosing.knowledge.faults import SeedError

    try:
        args = parser(typed).parse_args(typed)
        from dosing.interfaces.verbs import RUN

        return RUN[args.verb](args)
    except MisuseError as error:
        _as_json(typed, error.message)
        raise
    except SeedError as error:
        _as_json(typed, str(error))
        print(f"dosing: {error}", file=sys.stderr)
        return REFUSED
    except BrokenPipeError:
        return 0


def _as_json(typed: Sequence[str], problem: str) -> None:
    """The answer's JSON with why there is none, where JSON was asked for."""
    if "--json" in typed:
        from dosing.interfaces.answers import print_refusal

        print_refusal(typed[0], problem, {})


if __name__ == "__main__":
    sys.exit(main())
