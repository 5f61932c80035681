"""How many of one unit make one of the other: our registry against another table, by LOINC code."""

import attrs
from labunits import converters

from dosing.knowledge.library import load

CLOSE = 0.001
WRITTEN = {"μmol/L": "micromol/L", "μg/L": "mcg/L"}


@attrs.frozen
class Factor:
    """How many of the second unit make one of the first, here and there."""

    what: str
    first: str
    second: str
    ours: float
    theirs: float

    @property
    def agree(self) -> bool:
        """Equal but for what a printed factor rounds away."""
        return abs(self.ours / self.theirs - 1) <= CLOSE


def factors() -> list[Factor]:
    """A factor for each laboratory value that both know in both units."""
    known = {one.loinc_num: one for one in converters.analytes()}
    found = []
    for quantity in load("").quantities.values():
        codes = [name.loinc for name in quantity.names.values() if name.loinc in known]
        one = known[codes[0]] if codes else None
        # How many of its unit make one of the base unit, by the unit's name.
        per = {
            name.unit: name.per_base or (1 / name.in_base if name.in_base else 1)
            for name in quantity.names.values()
        }
        if one is None:
            continue
        first, second = (WRITTEN.get(u, u) for u in (one.traditional_unit, one.si_unit))
        if first != second and {first, second} <= set(per):
            ours = per[second] / per[first]
            found.append(Factor(one.name, first, second, ours, one.conversion_factor))
    return found
