"""What a clinician is told beside a number: a level, a sentence and its source."""

import functools
import re
from collections.abc import Iterable
from typing import Literal, get_args

import attrs

Level = Literal["stop", "needed", "warn", "note"]
LEVELS: tuple[Level, ...] = get_args(Level)
STOPPING: tuple[Level, ...] = ("stop", "needed")  # with one of these there is no dose


@functools.lru_cache(maxsize=4096)
def slug(text: str) -> str:
    """A name for a sentence that has none: its first words.

    Examples
    --------
    >>> slug("Check the bag before setting the pump, twice.")
    'check-the-bag-before-setting-the'
    """
    return "-".join(re.findall(r"[a-z]+", text.lower())[:6])


@attrs.frozen
class Finding:
    """A clinical problem or remark.

    ``stop``: danger, no dose; ``needed``: an answer is missing or must first be put right, no dose
    until then; ``warn``: act; ``note``: know.
    """

    level: Level
    text: str
    cite: str = ""
    id: str = attrs.field(  # the name of its sentence in the seeds, else its first words
        default=attrs.Factory(lambda self: slug(self.text), takes_self=True), eq=False
    )

    @property
    def stops(self) -> bool:
        """Whether it forbids a dose."""
        return self.level in STOPPING

    def to_dict(self) -> dict[str, str]:
        return attrs.asdict(self)

    def __str__(self) -> str:
        return f"{self.level}: {self.text}" + (f" [{self.cite}]" if self.cite else "")


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Stops first, then what is needed, then warnings, then notes; each said once."""
    return tuple(sorted(dict.fromkeys(findings), key=lambda f: LEVELS.index(f.level)))


def stopped(findings: Iterable[Finding]) -> bool:
    """Whether any finding forbids a dose."""
    return any(f.stops for f in findings)
