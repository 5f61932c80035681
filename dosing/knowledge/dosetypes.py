"""What follows from a row of a table, as frozen values: a dose, an infusion, or a statement.

Which of them a table's rows hold follows from the table: a first order whose dose is in a unit of
the pump is an infusion, any other first order a fixed dose, and the rest are statements. A number
that the source does not give is None. Where a file says "there is none", with 0 for a number, ""
for a text or [] for a list, the value is None or empty too, and its name stands in ``none``: said,
not forgotten.
"""

from collections.abc import Mapping
from typing import Any

import attrs

# Units of a dose that is given by pump.
PUMP_UNITS = ("mcg/kg/min", "mg/kg/h", "mg/h", "units/kg/h", "units/h")

Dose = float | tuple[float, float]
Value = float | str | tuple[float, ...]


@attrs.frozen(kw_only=True)
class LaterStep:
    """A later step of an order: a dose, or words in ``text``.

    ``unit`` is empty where it is that of the first dose; ``from_day`` counts from the first dose.
    """

    dose: float | None = None
    unit: str = ""
    every_h: float | None = None
    for_days: int | None = None
    for_h: float | None = None
    on_days: tuple[int, ...] = ()
    from_day: int | None = None
    max_total: float | None = None
    how: str = ""
    text: str = ""
    none: frozenset[str] = frozenset()

    def given(self) -> dict[str, Any]:
        """What the step says, by name."""
        return _given(self)


@attrs.frozen(kw_only=True)
class FixedDose:
    """Doses given one by one, for each kg, m² or whole.

    ``dose`` is as printed, a number or a range, in the unit of the table's output; beside a number
    ``low`` and ``high`` may give its range. ``max_total`` and ``round_to`` are of one dose for this
    patient; ``bolus`` is given whole beside the first dose; ``course`` is the whole course, in the
    unit of the dose. ``amount_of`` names what the dose is of where it is divided further, such as
    "a whole day", and ``doses_a_day`` into how many doses, fewest and most.
    """

    dose: Dose
    low: float | None = None
    high: float | None = None
    every_h: float | None = None
    for_days: int | None = None
    for_h: float | None = None
    on_days: tuple[int, ...] = ()
    bolus: float | None = None
    max_total: float | None = None
    round_to: float | None = None
    course: float | None = None
    amount_of: str = ""
    doses_a_day: tuple[int, ...] = ()
    route: str = ""
    how: str = ""
    next: tuple[LaterStep, ...] = ()
    none: frozenset[str] = frozenset()

    @property
    def is_range(self) -> bool:
        """Whether the source prints a range in place of one dose."""
        return isinstance(self.dose, tuple)

    @property
    def ordered(self) -> float:
        """The dose that is ordered: of a printed range the low end."""
        return self.dose[0] if isinstance(self.dose, tuple) else self.dose

    @property
    def ends(self) -> tuple[float | None, float | None]:
        """The ends of the range that the source prints."""
        return self.dose if isinstance(self.dose, tuple) else (self.low, self.high)

    def given(self) -> dict[str, Any]:
        """What the row says, by name."""
        return _given(self)


@attrs.frozen(kw_only=True)
class Infusion:
    """A dose by pump, with the bolus before it.

    ``dose``, ``low`` and ``high`` are as in a fixed dose. ``max_rate`` caps what runs in an hour
    and ``max_bolus`` the bolus, both whatever the weight. [units of the table's outputs]
    """

    dose: Dose
    low: float | None = None
    high: float | None = None
    bolus: float | None = None
    max_rate: float | None = None
    max_bolus: float | None = None
    for_h: float | None = None
    recheck_h: float | None = None
    how: str = ""
    next: tuple[LaterStep, ...] = ()
    none: frozenset[str] = frozenset()

    @property
    def is_range(self) -> bool:
        """Whether the source prints a range in place of one dose."""
        return isinstance(self.dose, tuple)

    @property
    def ordered(self) -> float:
        """The dose that is ordered: of a printed range the low end."""
        return self.dose[0] if isinstance(self.dose, tuple) else self.dose

    @property
    def ends(self) -> tuple[float | None, float | None]:
        """The ends of the range that the source prints."""
        return self.dose if isinstance(self.dose, tuple) else (self.low, self.high)

    def given(self) -> dict[str, Any]:
        """What the row says, by name."""
        return _given(self)


@attrs.frozen
class Statement:
    """What a table says that orders nothing: sentences, numbers and ranges under its outputs."""

    says: dict[str, Value]

    def given(self) -> dict[str, Any]:
        """What the row says, by name."""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in self.says.items()
        }


Then = FixedDose | Infusion | Statement


def then_type(purpose: str, outputs: Mapping[str, Any]) -> type[Then]:
    """Which of the types a table's rows hold.

    Examples
    --------
    >>> then_type("start", {"dose": "units/kg/h"}).__name__
    'Infusion'
    >>> then_type("start", {"dose": "mg"}).__name__, then_type("guide", {"text": "text"}).__name__
    ('FixedDose', 'Statement')
    """
    if purpose != "start":
        return Statement
    return Infusion if outputs.get("dose") in PUMP_UNITS else FixedDose


def _given(one: LaterStep | FixedDose | Infusion) -> dict[str, Any]:
    return {
        f.name: value
        for f in attrs.fields(type(one))
        if f.name != "none" and ((value := getattr(one, f.name)) != f.default or f.name in one.none)
    }
