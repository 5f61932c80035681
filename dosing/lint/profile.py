"""The proof that a hospital's profile can be used: its choices exist, its numbers are possible."""

from collections.abc import Iterator

from dosing.base.units import show
from dosing.equations.renal import WEIGHT_RULES
from dosing.knowledge.library import Library, load
from dosing.knowledge.seedtypes import Site
from dosing.lint.conditions import known_name
from dosing.lint.magnitudes import Number, slips_in_strength
from dosing.rules.convert import limits


def lint_profile(site: Site, seeds: Library) -> Iterator[str]:
    """What is wrong with a profile, each a sentence that begins with its key."""
    yield from _drugs(site, seeds)
    yield from _choices(site, seeds)
    yield from _numbers(site, seeds)


def _drugs(site: Site, seeds: Library) -> Iterator[str]:
    """Each part that is told by drug names drugs that exist."""
    for part in (
        "authorities",
        "protocols",
        "concentration_mg_ml",
        "concentration_units_ml",
        "titration",
        "weight_caps",
        "aptt_range",
    ):
        for drug in getattr(site, part):
            yield from known_name(drug, seeds.drugs, f"{part}: there is no drug")


def _choices(site: Site, seeds: Library) -> Iterator[str]:
    for drug, authorities in site.authorities.items():
        known = sorted({t.authority for t in seeds.tables.values() if t.drug == drug})
        for one in authorities if drug in seeds.drugs else ():
            yield from known_name(one, known, f"authorities.{drug}: there is no table by")
    for drug, ids in site.protocols.items():
        own = [p.id for p in seeds.protocols.values() if p.drug == drug]
        for one in ids if drug in seeds.drugs else ():
            yield from known_name(one, own, f"protocols.{drug}: there is no protocol")
    for drug, table in site.titration.items():
        own = [t.id for t in seeds.tables.values() if (t.drug, t.purpose) == (drug, "titration")]
        yield from known_name(table, own, f"titration.{drug}: there is no such table as")
    yield from known_name(site.crcl_weight, WEIGHT_RULES, "crcl_weight: there is no weight rule")
    if site.warfarin_gate:
        known = sorted(seeds.find("warfarin", "hit"))
        yield from known_name(site.warfarin_gate, known, "warfarin_gate: there is no gate by")


def _numbers(site: Site, seeds: Library) -> Iterator[str]:
    for name, top in site.beyond_scale.items():
        yield from known_name(name, seeds.names, "beyond_scale: no quantity is called")
        quantity = seeds.quantities.get(seeds.names.get(name, ""))
        if quantity is not None and quantity.kind == "number":
            low, high = limits(quantity, name)
            if not low < top <= high:
                span = f"{show(low)} to {show(high)} {quantity.names[name].unit}".strip()
                yield f"beyond_scale.{name} is {show(top)}; {span} is possible."
    usual = load("").site.pump_step_ml_h
    if not usual / 10 <= site.pump_step_ml_h <= usual * 10:
        span = f"{show(usual / 10)} to {show(usual * 10)} mL/h"
        yield f"pump_step_ml_h is {show(site.pump_step_ml_h)}; {span} is expected."
    for part, of in (("concentration_mg_ml", "mg_ml"), ("concentration_units_ml", "units_ml")):
        for drug, strength in getattr(site, part).items():
            number = Number(f"{part}.{drug}", of, strength)
            if drug in seeds.drugs:
                yield from slips_in_strength(seeds.drugs[drug], seeds, number)
    weights = seeds.quantities["weight"].usual
    for drug, cap in site.weight_caps.items():
        if weights and not weights[0] <= cap <= weights[1]:
            span = f"{show(weights[0])} to {show(weights[1])} kg"
            yield f"weight_caps.{drug} is {show(cap)} kg; {span} is expected."
    times = seeds.quantities["aptt"].possible
    for drug, (low, high) in site.aptt_range.items():
        found = f"{show(low)} to {show(high)} s"
        if low >= high:
            yield f"aptt_range.{drug} is {found}; the lower end comes first."
        elif times and not times[0] <= low < high <= times[1]:
            span = f"{show(times[0])} to {show(times[1])} s"
            yield f"aptt_range.{drug} is {found}; {span} is possible."
