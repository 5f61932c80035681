"""The page of the command line, from what the command line says of itself."""

import re

from dosing.interfaces.cli import CODES, OF_A_PATIENT, VERBS


def verbs() -> str:
    """A row a verb, in Markdown."""
    rows = [
        f"| `dosing {verb}{f' {OF_A_PATIENT[verb].upper()}' if verb in OF_A_PATIENT else ''}` "
        f"| {about} |"
        for verb, about in VERBS.items()
    ]
    return "\n".join(["| verb | answers |", "| --- | --- |", *rows])


def codes() -> str:
    """The exit codes, in Markdown."""
    return "\n".join(
        f"- {code}: {text}" for code, text in re.findall(r"^ +(\d)  (.+)$", CODES, re.M)
    )
