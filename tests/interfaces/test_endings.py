"""How a verb ends: the exit code, and what withheld an answer."""

import pytest

from dosing.base.findings import Finding
from dosing.interfaces.endings import ended

STOP, NEEDED = Finding("stop", "Do not."), Finding("needed", "Weight is needed.")


@pytest.mark.parametrize(
    ("status", "findings", "code", "said"),
    [
        ("ok", (STOP,), 0, ""),
        ("stop", (STOP, Finding("warn", "Beware.")), 3, "dosing start: Do not.\n"),
        ("missing", (NEEDED,), 2, "dosing start: Weight is needed.\n"),
        ("impossible", (), 2, ""),
    ],
)
def test_the_exit_code_tells_a_danger_from_what_must_be_put_right(
    status, findings, code, said, capsys
):
    assert ended("start", status, findings) == code
    assert capsys.readouterr().err == said
