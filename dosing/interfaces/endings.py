"""How a verb of the command line ends."""

import sys
from collections.abc import Sequence

from dosing.base.findings import Finding
from dosing.interfaces.answers import REFUSED

FORBIDDEN = 3  # the exit code where a clinical reason forbids an answer


def ended(verb: str, status: str, findings: Sequence[Finding]) -> int:
    """The exit code of an answer, with what withheld it on standard error."""
    if status == "ok":
        return 0
    if stops := " ".join(f.text for f in findings if f.stops):
        print(f"dosing {verb}: {stops}", file=sys.stderr)
    return FORBIDDEN if status == "stop" else REFUSED
