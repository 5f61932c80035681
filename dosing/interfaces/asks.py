"""Help by drug, protocol, score or pathway: what exactly it asks, with units and answers."""

import textwrap
from collections.abc import Iterable

import attrs

from dosing.advice.listing import asked_by
from dosing.knowledge.library import Library
from dosing.rules.read import options_of
from dosing.scoring.door import names

TITLES = {
    "always": "always needed",
    "by the table": "needed where other answers make them matter",
    "check": "for the safety checks, each of which may stop or warn",
    "instead": "from which others are worked out, when those are not given",
}


@attrs.frozen
class Group:
    """Inputs under one heading of a help: each name with what is to be said of it."""

    title: str
    asks: dict[str, str]


def known(seeds: Library, verb: str) -> tuple[str, ...]:
    """What a verb can be asked about."""
    if verb in ("start", "compare"):
        drugs = {table.drug for table in seeds.tables.values() if table.purpose == "start"}
        return tuple(drug for drug in seeds.drugs if drug in drugs)
    if verb == "titrate":
        return tuple(seeds.protocols)
    return names(seeds) if verb == "score" else tuple(seeds.pathways)


def which(verb: str, ids: Iterable[str]) -> str:
    """Where help on one of them is, and which there are."""
    word = {"titrate": "PROTOCOL", "score": "NAME", "pathway": "NAME"}.get(verb, "DRUG")
    there = textwrap.fill(
        ", ".join(ids), 78, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False
    )
    return (
        f"dosing {verb} {word} --help lists what that one asks, with units and answers. "
        f"There are:\n{there}"
    )


def title(seeds: Library, verb: str, one: str) -> str:
    """What one of them is, and what may be chosen for it."""
    if verb == "titrate":
        return f"{seeds.protocols[one].title}\nThe rates are in {seeds.protocols[one].dose_unit}."
    if verb == "score":
        found = seeds.equations.get(one) or seeds.scores[one]
        return found.title
    if verb == "pathway":
        return seeds.pathways[one].title
    places: dict[str, list[str]] = {}
    for table in seeds.tables.values():
        if table.drug == one and table.purpose == "start":
            places.setdefault(table.indication, [])
    lines = [f"{seeds.drugs[one].label}, by indication and authority:"]
    for place in places:
        whose = (f"{a} ({seeds.authority_label(a)})" for a in seeds.find(one, place))
        lines.append(f"  {place}: {', '.join(whose)}")
    return "\n".join(lines)


def groups(seeds: Library, verb: str, one: str) -> list[Group]:
    """What one of them asks, in the order of the headings."""
    found: dict[str, dict[str, str]] = {use: {} for use in TITLES}
    said: set[str] = set()
    for name, use in asked_by(seeds, one).items():
        key = seeds.names[name]
        if key not in said:
            said.add(key)
            found[use][name] = words(seeds, name)
    return [Group(TITLES[use], asks) for use, asks in found.items() if asks]


def words(seeds: Library, name: str) -> str:
    """An input in a line: its label, its unit, its answers, and its other units.

    Examples
    --------
    >>> from dosing.knowledge.library import load
    >>> words(load(""), "sex"), words(load(""), "bilirubin_mg_dl")
    ('Sex: female, male', 'Total bilirubin [mg/dL]; or --bilirubin-umol-l [micromol/L]')
    """
    quantity = seeds.quantities[seeds.names[name]]
    if quantity.kind != "number":
        return f"{quantity.label}: {', '.join(options_of(quantity))}"
    units = {other: f"[{of.unit}]" if of.unit else "" for other, of in quantity.names.items()}
    others = [
        f"--{other.replace('_', '-')} {unit}".strip()
        for other, unit in units.items()
        if other != name
    ]
    return "; or ".join([f"{quantity.label} {units[name]}".strip(), *others])
