"""What the pages know of a patient: entries as typed, and the values they make. No widget here."""

from collections.abc import Iterable
from typing import Any

import traitlets as tl

from dosing.knowledge.library import load
from dosing.knowledge.seedtypes import Quantity
from dosing.lint.proved import proved
from dosing.rules.columns import Patients, one_patient
from dosing.rules.derive import derive
from dosing.rules.remarks import findings_at

OF_THE_ORDER = ("concentration", "concentration_units", "bag")
# Results that are entered in the log, and answers that the calculator works out itself.
NOT_ASKED = ("aptt", "aptt_ratio", "platelets_falling", "platelets_before")


def in_any_panel(quantity: Quantity) -> bool:
    """Whether any panel may ask it; the rest is asked by the panels that use it."""
    return quantity.group in (groups := load().groups) and groups[quantity.group].always


def is_asked(quantity: Quantity) -> bool:
    """Whether it is typed at all: the rest is worked out."""
    return quantity.group not in (groups := load().groups) or groups[quantity.group].asked


class Entry(tl.HasTraits):
    """One input: the text as typed, under the name whose unit is chosen.

    ``value`` is None while the text is blank or refused; ``problem`` is the refusal and
    ``warning`` says that an accepted value is unusual.
    """

    text = tl.Unicode("")
    unit = tl.Unicode()
    value = tl.Any(None, allow_none=True, read_only=True)
    problem = tl.Unicode("", read_only=True)
    warning = tl.Unicode("", read_only=True)

    def __init__(self, key: str) -> None:
        self.quantity: Quantity = load().quantities[key]
        super().__init__(unit=self.quantity.base)

    @property
    def label(self) -> str:
        """The label with its unit."""
        unit = self.quantity.names[self.unit].unit
        return f"{self.quantity.label} ({unit})" if unit else self.quantity.label

    @tl.observe("text", "unit")
    def _read(self, _: object) -> None:
        read = one_patient(proved(), {self.unit: self.text})
        said = {"needed": "", "warn": ""}
        for finding in findings_at(read.remarks, 0):
            said[finding.level] = finding.text
        self.set_trait("problem", said["needed"])
        self.set_trait("warning", said["warn"])
        self.set_trait("value", None if said["needed"] else _value(read, self.unit))


def _value(read: Patients, name: str) -> float | str | None:
    """The one value that was read, as a number or as the word that was meant."""
    if name not in read.values:
        return None
    found = read.values[name]
    return float(found[0]) if found.dtype.kind == "f" else read.words(name)[0]


class PatientModel:
    """The patient that every panel shares: one entry for each quantity that is asked."""

    def __init__(self) -> None:
        known = load().quantities
        asked = [
            key
            for key, quantity in known.items()
            if (in_any_panel(quantity) or key in OF_THE_ORDER) and key not in NOT_ASKED
        ]
        self.entries = {key: Entry(key) for key in asked}
        self._read: tuple[Any, Patients] | None = None

    def ensure(self, keys: Iterable[str]) -> list[str]:
        """Ask these quantities too; returns those that were not asked before."""
        new = [key for key in dict.fromkeys(keys) if key not in self.entries]
        self.entries |= {key: Entry(key) for key in new}
        return new

    def inputs(self) -> dict[str, str]:
        """What was answered, as typed, by the registry's names."""
        return {e.unit: e.text for e in self.entries.values() if e.text.strip()}

    def values(self) -> dict[str, Any]:
        """What was answered and accepted, by the registry's names."""
        return {e.unit: e.value for e in self.entries.values() if e.value is not None}

    def read(self) -> Patients:
        """The patient as every answer takes it, with what follows from the entries.

        What an entry has read is not read again; the answer is kept until an entry changes.
        """
        seeds = proved()
        given = {
            e.unit: e.text if e.value is None else e.value
            for e in self.entries.values()
            if e.text.strip()
        }
        key = (seeds.digest, tuple(given.items()))
        if self._read is None or self._read[0] != key:
            self._read = key, derive(one_patient(seeds, given))
        return self._read[1]

    def problems(self) -> list[str]:
        """The labels of what was refused."""
        return [e.quantity.label for e in self.entries.values() if e.problem]

    def clear(self) -> None:
        """Forget every answer, for the next patient."""
        for entry in self.entries.values():
            entry.text, entry.unit = "", entry.quantity.base


def label_of(name: str) -> str:
    """The label of an input by its name."""
    seeds = load()
    return seeds.quantities[seeds.names[name]].label


def indication_words(indication: str) -> str:
    """An indication as a reader knows it.

    Examples
    --------
    >>> indication_words("af"), indication_words("off-pump-surgery")
    ('atrial fibrillation', 'off pump surgery')
    """
    return load().indications.get(indication, indication.replace("-", " "))
