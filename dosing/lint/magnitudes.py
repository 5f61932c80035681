"""The proof that no decimal point slipped: each number lies where its drug's numbers lie.

A drug's file declares a range for each kind of number (``magnitudes``). The ranges are narrow: ten
times or a tenth of a number that the sources print lies outside wherever the sources allow it.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import attrs

from dosing.base.units import show
from dosing.knowledge.library import Library
from dosing.knowledge.seedtypes import Drug, Protocol, Table

# Keys of a row whose numbers are of another kind than their own name.
_KINDS = {"low": "dose", "high": "dose"}
# Where a drug declares no range of a kind, that of a like kind holds.
_LIKE = {"max_rate": "dose", "max_step": "change", "extra_bolus": "bolus", "bolus": "extra_bolus"}
# Kinds that are of one drug alone.
_OWN = ("mg_ml", "units_ml", "bag_ml", "round_to")
# Kinds that can be in more than one unit.
_WITH_UNIT = ("dose", "bolus", "course", "max_rate", "max_bolus", "max_total")


@attrs.frozen
class Number:
    """A number of a file: where it stands, of what kind it is, and its unit."""

    place: str
    of: str
    value: float
    unit: str = ""


def slips_in_table(table: Table, seeds: Library) -> Iterator[str]:
    """Numbers of a first order that lie beyond what the drug's file declares."""
    drug = seeds.drugs.get(table.drug)
    if drug is not None and table.purpose == "start":
        yield from _beyond(seeds, drug, table.indication, numbers_of_table(table))


def slips_in_protocol(protocol: Protocol, seeds: Library) -> Iterator[str]:
    """Numbers of a protocol that lie beyond what the drug's file declares."""
    drug = seeds.drugs.get(protocol.drug)
    if drug is not None:
        yield from _beyond(seeds, drug, protocol.indication, numbers_of_protocol(protocol))


def slips_in_drug(drug: Drug, seeds: Library) -> Iterator[str]:
    """Strengths of a drug's own file that lie beyond what it declares, and ranges that are none."""
    for one in drug.magnitudes:
        if not 0 < one.range[0] < one.range[1]:
            found = f"{show(one.range[0])} to {show(one.range[1])}"
            yield f"magnitudes of {one.of}: {found}; a range above 0, lower end first, is expected."
    strengths = [Number(f"usual_mg_ml {i}", "mg_ml", v) for i, v in enumerate(drug.usual_mg_ml, 1)]
    strengths += [
        Number(f"usual_units_ml {i}", "units_ml", v) for i, v in enumerate(drug.usual_units_ml, 1)
    ]
    strengths += [Number("bag_ml", "bag_ml", drug.bag_ml)] if drug.bag_ml else []
    yield from _beyond(seeds, drug, "", strengths)


def slips_in_strength(drug: Drug, seeds: Library, number: Number) -> Iterator[str]:
    """A strength that a hospital chooses for a drug."""
    yield from _beyond(seeds, drug, "", [number])


def numbers_of_table(table: Table) -> Iterator[Number]:
    """Each number of a first order; 0 stands for none."""
    for i, row in enumerate(table.rows, 1):
        for key, value in (row.then.given() if row.then else {}).items():
            if key == "next":
                yield from _next_steps(table, f"row {i}", value)
            else:
                yield from _numbers(f"row {i}, {key}", key, value, table.outputs.get(key, ""))


def _next_steps(table: Table, place: str, steps: Any) -> Iterator[Number]:
    for i, step in enumerate(steps, 1):
        given = step.given()
        unit = given.get("unit") or table.outputs.get("dose", "")
        for key, value in given.items():
            own = unit if key == "dose" else unit.partition("/")[0] if key == "max_total" else ""
            yield from _numbers(f"{place}, next step {i}, {key}", key, value, own)


def _numbers(place: str, key: str, value: Any, unit: str) -> Iterator[Number]:
    for one in value if isinstance(value, list | tuple) else [value]:
        if isinstance(one, int | float) and not isinstance(one, bool) and one != 0:
            of = _KINDS.get(key, key)
            yield Number(place, of, float(one), unit if of in _WITH_UNIT else "")


def numbers_of_protocol(protocol: Protocol) -> Iterator[Number]:
    """Each number of a protocol that changes, holds, gives or limits something."""
    unit = protocol.dose_unit
    mass = unit.partition("/")[0]
    per_kg = f"{mass}/kg" if "/kg" in unit else mass
    for i, row in enumerate(protocol.rows, 1):
        then = row.then
        for place, of, value, own in (
            ("add", "change", abs(then.add), unit),
            ("resume_add", "change", abs(then.resume_add), unit),
            ("factor", "factor", then.factor if then.factor != 1 else None, ""),
            (
                "resume_factor",
                "factor",
                then.resume_factor if then.resume_factor != 1 else None,
                "",
            ),
            ("hold_min", "hold_min", then.hold_min, ""),
            ("bolus", "extra_bolus", then.bolus, per_kg),
            ("flat_bolus", "extra_bolus", then.flat_bolus, mass),
        ):
            if value:
                yield Number(f"row {i}, {place}", of, value, own)
    limits, recheck = protocol.limits, protocol.recheck
    for place, of, value, own in (
        ("limits.max_rate", "max_rate", limits.max_rate, unit),
        ("limits.max_step", "max_step", limits.max_step, unit),
        ("limits.max_bolus", "max_bolus", limits.max_bolus, mass),
        ("recheck.after_change_h", "recheck_h", recheck.after_change_h, ""),
        ("recheck.in_range_h", "in_range_h", recheck.in_range_h, ""),
        ("recheck.stable_after", "stable_after", recheck.stable_after, ""),
        ("recheck.stable_h", "stable_h", recheck.stable_h, ""),
    ):
        if value is not None:
            yield Number(place, of, value, own)


def _beyond(
    seeds: Library, drug: Drug, indication: str, numbers: Iterable[Number]
) -> Iterator[str]:
    for number in numbers:
        found = f"{number.place} is {show(number.value)} {number.unit}".rstrip()
        known = expected(seeds, drug, number, indication)
        if number.value <= 0:
            yield f"{found}; above 0 is expected."
        elif known is None:
            what = f"{number.of} in {number.unit}" if number.unit else number.of
            yield f"{found}; the file of {drug.label} must declare the magnitudes of {what}."
        elif not known[0] <= number.value <= known[1]:
            yield f"{found}; for {drug.label} {show(known[0])} to {show(known[1])} is expected."


def expected(
    seeds: Library, drug: Drug, number: Number, indication: str
) -> tuple[float, float] | None:
    """The range in which a number is expected; None where nothing is declared.

    That of the indication goes before that for all, and that of the number's own kind before that
    of a kind it is like. What has no unit, such as a time, is expected where any drug's is.
    """
    for of in (number.of, _LIKE.get(number.of, number.of)):
        found = [m for m in drug.magnitudes if (m.of, m.unit) == (of, number.unit)]
        own = [m for m in found if indication in m.indications]
        for one in (*own, *(m for m in found if not m.indications)):
            return one.range
    if number.unit or number.of in _OWN:
        return None
    ranges = [m.range for d in seeds.drugs.values() for m in d.magnitudes if m.of == number.of]
    return (min(r[0] for r in ranges), max(r[1] for r in ranges)) if ranges else None
