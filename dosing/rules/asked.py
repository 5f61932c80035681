"""What tables, checks and orders ask, with the parts from which it would follow."""

from collections.abc import Iterable

from dosing.knowledge.library import Library
from dosing.rules.checks import Cited
from dosing.rules.conditions import names_in


def names_asked(seeds: Library, names: Iterable[str], checks: Iterable[Cited] = ()) -> set[str]:
    """The quantities that may matter where these names are asked and these checks are made."""
    wanted = dict.fromkeys(names)
    for one, _ in checks:
        wanted |= dict.fromkeys(names_in(seeds, one.when))
    return {seeds.names[n] for n in with_parts(seeds, wanted) if n in seeds.names}


def with_parts(seeds: Library, names: Iterable[str]) -> tuple[str, ...]:
    """These names, and whatever they would follow from."""
    found: dict[str, None] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop(0)
        if name in found:
            continue
        found[name] = None
        rule = seeds.derivations.get(name)
        if rule is not None:
            waiting += [*rule.parts, *rule.may]
            if rule.unless:
                waiting += rule.unless
    return tuple(found)
