"""The proof that registers and drugs can be used: quantities, units, strengths, ranges, sources."""

from collections.abc import Iterator

from dosing.base.fill import names_in
from dosing.base.findings import STOPPING
from dosing.base.units import show
from dosing.knowledge.library import Library
from dosing.knowledge.seedtypes import Drug, Quantity
from dosing.lint.conditions import conditions_in, known_name
from dosing.lint.magnitudes import slips_in_drug


def quantities_in(seeds: Library) -> Iterator[str]:
    """What is wrong with the registry of inputs."""
    owner: dict[str, str] = {}
    for key, quantity in seeds.quantities.items():
        yield from (f"{key}: {wish}" for wish in _quantity(quantity))
        if quantity.group:
            yield from known_name(quantity.group, seeds.groups, f"{key}: there is no group")
        for name in quantity.names:
            if name in owner:
                yield f"{key}: the name {name!r} belongs to {owner[name]} too; a name stands once."
            owner.setdefault(name, key)


def _quantity(quantity: Quantity) -> Iterator[str]:
    if not quantity.names:
        yield "it has no name under which it is asked."
    if quantity.kind == "number":
        if quantity.possible is None:
            yield "possible is missing: the range outside which a value is refused is expected."
        for what in ("possible", "usual"):
            span = getattr(quantity, what)
            if span is not None and not span[0] < span[1]:
                yield f"{what} is {_span(span)}; the lower end comes first."
        if quantity.possible and quantity.usual:
            (low, high), (least, most) = quantity.usual, quantity.possible
            if low < least or high > most:
                beyond = _span(quantity.possible)
                yield f"usual is {_span(quantity.usual)}, beyond what is possible, {beyond}."
    for name, unit in quantity.names.items():
        for factor in (unit.per_base, unit.in_base):
            if factor is not None and factor <= 0:
                yield f"names.{name}: its factor is {show(factor)}; above 0 is expected."
        if unit.per_base is not None and unit.in_base is not None:
            yield f"names.{name}: it has both per_base and in_base; one is expected."
    if quantity.kind == "class" and len(set(quantity.values)) < 2:
        yield "values: two answers at least are expected."
    for what in ("logged", "off_scale"):
        if getattr(quantity, what) and quantity.kind != "number":
            yield f"{what} is true; only a number can be."
    if quantity.no_clot and not quantity.off_scale:
        yield f"no_clot is {quantity.no_clot!r}; off_scale = true is expected beside it."
    for alias, value in quantity.aliases.items():
        options = quantity.values or ("no", "yes")
        if value not in options:
            yield f"aliases.{alias} stands for {value!r}; it may stand for {', '.join(options)}."


def _span(span: tuple[float, float]) -> str:
    return f"{show(span[0])} to {show(span[1])}"


def derivations_in(seeds: Library) -> Iterator[str]:
    """What is wrong with the register of what follows: it moves with what it is made of."""
    for name, rule in seeds.derivations.items():
        known = (*rule.parts, *rule.may)
        for key in ("rises_with", "falls_with"):
            for part in getattr(rule, key):
                yield from known_name(part, known, f"{name}: {key}: it is not made of")


def critical_in(seeds: Library) -> Iterator[str]:
    """What is wrong with the critical values: they are known by results, and withhold nothing."""
    for name, one in seeds.critical.items():
        for drug in one.drugs:
            yield from known_name(drug, seeds.drugs, f"{name}: there is no drug")
        for place in one.indications:
            yield from known_name(place, seeds.indications, f"{name}: there is no indication")
        yield from (f"{name}: {wish}" for wish in conditions_in(one.when, seeds))
        if one.beyond:
            yield from known_name(one.beyond, seeds.names, f"{name}: no quantity is called")
            key = seeds.names.get(one.beyond, "")
            if key and not seeds.quantities[key].off_scale:
                yield f"{name}: {one.beyond} is never off the scale: its registry entry says so."
        if not one.drugs or not (one.when or one.beyond):
            yield f"{name}: a drug, and a condition or beyond are expected."
        if one.level in STOPPING:
            yield f"{name}: {one.level} would withhold the order; warn or note is expected."
        for part in names_in(one.text):
            yield from known_name(part, seeds.names, f"{name}: no quantity is called")
        if one.cite and one.cite.split()[0] not in seeds.evidence:
            yield f"{name} cites {one.cite.split()[0]!r}, which is not in evidence.toml."


def lint_drug(drug: Drug, seeds: Library) -> Iterator[str]:
    """What is wrong with a drug's file."""
    positive = {
        **{f"usual_mg_ml {i}": v for i, v in enumerate(drug.usual_mg_ml, 1)},
        **{f"usual_units_ml {i}": v for i, v in enumerate(drug.usual_units_ml, 1)},
        "bag_ml": drug.bag_ml,
        "concentrate.mg_ml": drug.concentrate.mg_ml if drug.concentrate else None,
        "ceiling.value": drug.ceiling.value if drug.ceiling else None,
    }
    for place, value in positive.items():
        if value is not None and value <= 0:
            yield f"{place} is {show(value)}; above 0 is expected."
    yield from slips_in_drug(drug, seeds)
    if drug.concentrate and any(s >= drug.concentrate.mg_ml for s in drug.usual_mg_ml):
        yield "usual_mg_ml reaches the concentrate, which never goes into a pump undiluted."
    if drug.target and not 1 <= drug.target.low_ratio < drug.target.high_ratio:
        found = f"{show(drug.target.low_ratio)} to {show(drug.target.high_ratio)}"
        yield f"target is {found} times the baseline; the lower end comes first, 1 at least."
    for place, part in (
        ("ceiling", drug.ceiling),
        ("target", drug.target),
        ("concentrate", drug.concentrate),
    ):
        if part is None:
            continue
        if not part.cite:
            yield f"{place} has no cite: name a source of evidence.toml."
        elif part.cite.split()[0] not in seeds.evidence:
            yield f"{place} cites {part.cite.split()[0]!r}, which is not in evidence.toml."


def registers_in(seeds: Library) -> Iterator[tuple[str, str]]:
    """What is wrong with the registers, by file: every entry is sound and somebody uses it."""
    yield from (("quantities.toml", wish) for wish in quantities_in(seeds))
    yield from (("derivations.toml", wish) for wish in derivations_in(seeds))
    yield from (("critical.toml", wish) for wish in critical_in(seeds))
    groups = {quantity.group for quantity in seeds.quantities.values()}
    for name in seeds.groups.keys() - groups:
        yield "groups.toml", f"no input is in {name!r}."
    for name in seeds.authorities.keys() - {t.authority for t in seeds.tables.values()}:
        yield "authorities.toml", f"no table is by {name!r}."
    known = {table.indication for table in seeds.tables.values()}
    for name in seeds.indications.keys() - known:
        yield "indications.toml", f"no table is for {name!r}."


def shared_in(seeds: Library) -> Iterator[tuple[str, str]]:
    """What is wrong with what files use by name: it is used, and a condition asks inputs.

    A condition bears a name of its own, which no quantity has.
    """
    asked = {n for t in seeds.tables.values() for row in t.rows for n in row.when}
    asked |= {n for one in seeds.conditions.values() for way in one.any for n in way}
    for name in seeds.checks:
        if name not in seeds.used:
            yield "checks.toml", f"nothing uses {name!r}."
    for name, one in seeds.conditions.items():
        if name not in seeds.used | asked:
            yield "conditions.toml", f"nothing asks for {name!r}."
        if name in seeds.names or name in seeds.quantities:
            yield "conditions.toml", f"{name!r} is the name of a quantity."
        for way in one.any:
            inputs = {n: c for n, c in way.items() if n not in seeds.conditions}
            for wish in conditions_in(inputs, seeds):
                yield "conditions.toml", f"{name}: {wish}"
