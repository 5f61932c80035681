"""Help by drug, protocol, score or pathway: what exactly it asks, with units and answers."""

import textwrap
from collections.abc import Iterable

import attrs

from dosing.advice.pathways import asked_by_pathway
from dosing.advice.start import sizes_of
from dosing.knowledge.library import Library
from dosing.knowledge.seedtypes import Protocol
from dosing.orders.infusion import is_infusion, strength_name
from dosing.rules.checks import drug_checks, safety_checks
from dosing.rules.protocols import inputs_of
from dosing.rules.tables import options_of
from dosing.scores.door import names, needs_of

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
    lines += [f"  {place}: {', '.join(seeds.find(one, place))}" for place in places]
    return "\n".join(lines)


def groups(seeds: Library, verb: str, one: str) -> list[Group]:
    """What one of them asks, in the order of the headings."""
    found: dict[str, dict[str, str]] = {use: {} for use in TITLES}
    said: set[str] = set()
    for name, use in asked_by(seeds, verb, one).items():
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


def asked_by(seeds: Library, verb: str, one: str) -> dict[str, str]:
    """The inputs that a drug, protocol, score or pathway may ask, and when each matters."""
    if verb == "titrate":
        found = _of_protocol(seeds, seeds.protocols[one])
    elif verb == "pathway":
        found = dict.fromkeys(asked_by_pathway(seeds, seeds.pathways[one]), "by the table")
    elif verb == "score":
        found = _of_score(seeds, one)
    else:
        found = _of_drug(seeds, one)
    for name, parts in _parts(seeds).items():
        if name in found:
            found = {**dict.fromkeys(parts, "instead"), **found}
    return {name: use for name, use in found.items() if name in seeds.names}


def _of_drug(seeds: Library, drug: str) -> dict[str, str]:
    tables = [t for t in seeds.tables.values() if (t.drug, t.purpose) == (drug, "start")]
    found = {name: "always" for table in tables for name in sizes_of(table)}
    for table in tables:
        unit = table.outputs.get("dose", "")
        strength = [strength_name(unit)] if is_infusion(unit) else []
        for name in (*table.columns, *strength):
            found.setdefault(name, "by the table")
    for table in tables:
        for other in (table, *safety_checks(seeds, drug, table.indication)):
            for check in other.checks:
                for name in check.when:
                    found.setdefault(name, "check")
    return found


def _of_protocol(seeds: Library, protocol: Protocol) -> dict[str, str]:
    found = dict.fromkeys(("running", *inputs_of(protocol)), "always")
    for name in ("weight_kg", strength_name(protocol.dose_unit), "in_range_before"):
        found.setdefault(name, "by the table")
    for check, _ in drug_checks(seeds, protocol.drug, protocol.indication, "titrate"):
        for name in check.when:
            found.setdefault(name, "check")
    if protocol.dose_unit in ("units/h", "units/kg/h"):
        found.setdefault("heparin_units_h", "instead")
    return found


def _of_score(seeds: Library, one: str) -> dict[str, str]:
    found = dict.fromkeys(needs_of(seeds, one), "always")
    if one in seeds.equations:
        equation = seeds.equations[one]
        found |= dict.fromkeys((*equation.any_of, *equation.may), "by the table")
        found |= dict.fromkeys(equation.needs, "always")
    else:
        score = seeds.scores[one]
        found |= dict.fromkeys((v.quantity for v in score.variants.values()), "by the table")
    return found


def _parts(seeds: Library) -> dict[str, tuple[str, ...]]:
    """From what a derived value is worked out."""
    return {
        "crcl_ml_min": needs_of(seeds, "cockcroft-gault"),
        "child_pugh": needs_of(seeds, "child-pugh"),
        "four_ts": needs_of(seeds, "4ts"),
        "bsa_m2": ("height_cm", "weight_kg"),
        "aptt_ratio": ("aptt_s", "baseline_aptt_s"),
        "platelets_falling": ("platelets", "platelets_before"),
    }
