"""What is to be said of many patients: a sentence, and of whom it is true."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol, cast

import attrs
import numpy as np
import numpy.typing as npt

from dosing.base.fill import fill, fill_many
from dosing.base.findings import LEVELS, Finding, Level, ordered, slug
from dosing.knowledge.seedtypes import Sentence

Array = npt.NDArray[Any]
STATUSES = ("ok", "stop", "missing", "impossible")  # how an answer may stand


class Speaks(Protocol):
    """Whatever has the sentences: a library."""

    @property
    def sentences(self) -> Mapping[str, Sentence]: ...


@attrs.frozen(eq=False)
class Remark:
    """A finding of many patients.

    ``where`` says of whom it is true (True: of everybody); ``values`` are put into the text, each
    the same for all, one a patient, or by the place of those patients who have one.
    """

    level: Level
    text: str
    cite: str = ""
    where: Array | bool = True
    values: Mapping[str, Any] = attrs.field(factory=dict)
    id: str = ""

    def holds(self, i: int) -> bool:
        """Whether it is true of one patient."""
        return self.where if isinstance(self.where, bool) else bool(self.where[i])

    def at(self, i: int) -> Finding:
        """The finding of one patient."""
        text = self.text_at(i)
        return Finding(self.level, text, self.cite, self.id or slug(text))

    def text_at(self, i: int) -> str:
        """The sentence of one patient."""
        if not self.values:
            return self.text
        return fill(self.text, {n: _of(v, i) for n, v in self.values.items()})

    def texts_at(self, rows: Array) -> list[str]:
        """The sentences of some patients; the same values are written once."""
        own = {
            n: v[rows].tolist() if isinstance(v, np.ndarray) else [v[i] for i in rows.tolist()]
            for n, v in self.values.items()
            if isinstance(v, np.ndarray | dict)
        }
        same = {n: v for n, v in self.values.items() if n not in own}
        return fill_many(self.text, same, own, len(rows))

    @property
    def varies(self) -> bool:
        """Whether the sentence differs between patients."""
        return any(isinstance(v, np.ndarray | dict) and len(v) for v in self.values.values())


class Answers(Protocol):
    """What every answer for many patients has."""

    @property
    def status(self) -> Array: ...
    @property
    def remarks(self) -> tuple[Remark, ...]: ...
    def numbers(self) -> dict[str, Array]: ...


def _of(value: Any, i: int) -> Any:
    one = value[i] if isinstance(value, np.ndarray | dict) else value
    return one.item() if isinstance(one, np.generic) else one


def remark(
    seeds: Speaks, name: str, where: Array | bool = True, cite: str = "", **values: Any
) -> Remark:
    """A remark in the words of ``seeds/sentences.toml``."""
    sentence = seeds.sentences[name]
    return Remark(cast(Level, sentence.level), sentence.text, cite, where, values, name)


def findings_at(remarks: Iterable[Remark], i: int) -> tuple[Finding, ...]:
    """The findings of one patient, the gravest first."""
    return ordered(r.at(i) for r in remarks if r.holds(i))


def anyone(where: Array | bool) -> bool:
    """Whether a remark is true of any patient."""
    return where is True or (where is not False and bool(np.count_nonzero(where)))


def withheld(remarks: Iterable[Remark], level: Level, size: int) -> Array:
    """Of whom any remark of a level is true."""
    found = np.zeros(size, dtype=bool)
    for one in remarks:
        if one.level == level:
            found |= one.where
    return found


def reasons(remarks: Iterable[Remark], size: int) -> tuple[Array, list[str]]:
    """The gravest sentence of each patient, notes left out: a code for each, and the sentences.

    Returns
    -------
    codes : ndarray of int
        0 where nothing is said: the first sentence is empty.
    texts : list of str
    """
    said = [r for r in remarks if r.level != "note" and anyone(r.where)]
    said.sort(key=lambda r: LEVELS.index(r.level))
    texts = {"": 0}
    open_ = np.ones(size, dtype=bool)
    same, own = [], []
    for one in said:
        where = open_ & one.where
        if one.varies:
            rows = np.flatnonzero(where)
            own.append((rows, [texts.setdefault(t, len(texts)) for t in one.texts_at(rows)]))
        elif anyone(where):
            same.append((where, texts.setdefault(one.text_at(0), len(texts))))
        open_ &= ~where
    codes = np.zeros(size, dtype=np.min_scalar_type(-len(texts)))
    for where, code in same:
        codes += np.multiply(where.view(np.int8), code, dtype=codes.dtype)
    for rows, found in own:
        codes[rows] = found
    return codes, list(texts)
