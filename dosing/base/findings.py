"""What a clinician is told beside a number: a level, a sentence and its source."""

from collections.abc import Iterable
from typing import Literal, get_args

import attrs

Level = Literal["stop", "warn", "note"]
LEVELS: tuple[Level, ...] = get_args(Level)


@attrs.frozen
class Finding:
    """A clinical problem or remark. ``stop``: no dose; ``warn``: act; ``note``: know."""

    level: Level
    text: str
    cite: str = ""

    def to_dict(self) -> dict[str, str]:
        return {"level": self.level, "text": self.text, "cite": self.cite}


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Stops first, then warnings, then notes; each said once."""
    return tuple(sorted(dict.fromkeys(findings), key=lambda f: LEVELS.index(f.level)))


def stopped(findings: Iterable[Finding]) -> bool:
    """Whether any finding forbids a dose."""
    return any(f.level == "stop" for f in findings)
