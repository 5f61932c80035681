"""The page "How it agrees with others", written from a run of all comparisons."""

import importlib.metadata
import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from docs.agreement import PATIENTS, Result, everything, run, units
from dosing.base.units import show
from dosing.knowledge.library import load

PROSE = Path(__file__).parent / "prose.toml"
KINDS = {"theirs": "Its fault", "variant": "Another form", "rounding": "Rounding"}


def prose() -> dict[str, Any]:
    """What is said of packages, of comparisons made by hand, and of what stands alone."""
    return tomllib.loads(PROSE.read_text("utf-8"))


def titles() -> dict[str, str]:
    """Every equation and score of the shipped seeds: id to title."""
    seeds = load("")
    both = {**seeds.equations, **seeds.scores}
    return {key: both[key].title for key in sorted(both)}


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _to(step: float) -> str:
    return f"{show(step, 3)}" if step else "the last digit"


def _row(result: Result) -> list[str]:
    one = result.comparison
    differ = result.patients - result.agree
    return [
        one.what, f"{one.package} `{one.function}`", _to(one.step), show(result.agree),
        show(differ),
    ]  # fmt: skip


def _reasons(result: Result) -> list[str]:
    one = result.comparison
    return [
        f"- **{one.what}, {one.package} `{one.function}`: "
        f"{show(count)} of {show(result.patients)}.** "
        f"{KINDS[reason.kind]}. {reason.says}"
        for reason, count in zip(one.reasons, result.differ, strict=True)
    ]


def counts(patients: int = PATIENTS) -> str:
    """The table of all comparisons, and a reason for each difference, in Markdown.

    Raises
    ------
    ValueError
        When a difference has no reason: such a page is not to be published.
    """
    results = [run(comparison, patients) for comparison in everything()]
    bare = [(r.comparison.what, r.comparison.package) for r in results if r.unexplained]
    if bare:
        raise ValueError(f"differences without a reason: {bare}")
    asked = sum(r.patients for r in results)
    differ = asked - sum(r.agree for r in results)
    head = ("what", "against", "equal to", "agree", "differ")
    lead = (
        f"{len(results)} comparisons, {show(patients)} random patients each: of {show(asked)} "
        f"answers {show(differ)} differ, each for a reason below."
    )
    why = "\n".join(line for r in results for line in _reasons(r))
    return f"{lead}\n\n{_table(head, map(_row, results))}\n\n## Why some differ\n\n{why}\n"


def packages() -> str:
    """The packages that the tests install, with the versions that were asked."""
    return "\n".join(
        f"- {told['title']} {importlib.metadata.version(name)}: {told['says']}"
        for name, told in prose()["packages"].items()
    )


def conversions() -> str:
    """The factors between units, beside those of labunits."""
    rows = [
        [f.what, f"{f.first} to {f.second}", show(f.ours, 5), show(f.theirs, 5)]
        for f in units.factors()
    ]
    version = importlib.metadata.version("labunits")
    return _table(("what", "units", "here", f"labunits {version}"), rows)


def by_hand() -> str:
    """What was compared once, outside the tests."""
    told = prose()["by_hand"]
    rows = [
        [row["what"], row["package"], show(row["patients"]), show(row["differ"]), row["says"]]
        for row in told["rows"]
    ]
    why = "\n".join(f"- {name} {text}." for name, text in told["why"].items())
    return f"{_table(('what', 'against', 'patients', 'differ', 'why'), rows)}\n\n{why}\n"


def alone() -> str:
    """The equations and scores that nothing was found for."""
    names = titles()
    told = prose()["alone"]
    return "\n".join(
        f"- {names[key]} (`{key}`){': ' + text if text else ''}" for key, text in told.items()
    )
