"""What a score or an equation says as text, as a page and as JSON."""

import attrs
import pytest

from dosing.base.findings import Finding
from dosing.scoring.result import ScoreResult

FOUND = ScoreResult(
    score="s", title="<Title>", status="ok", value=1.23456, unit="mL/min", band="B",
    components={"part": 2.0, "used": "actual", "share": 3.14159},
    findings=(Finding("warn", "Act."), Finding("note", "Know.", "other")),
    cite="source", confirmed="secondary", inputs={}, missing=(),
)  # fmt: skip
BARE = attrs.evolve(FOUND, unit="", band="", value=4, components={}, findings=())


def test_a_result_prints_its_value_parts_findings_and_source():
    assert str(FOUND).splitlines() == [
        "<Title>", "  1.235 mL/min (B)", "    part: 2", "    used: actual", "    share: 3.142",
        "  warn: Act.", "  note: Know. [other]", "  source: source (secondary)",
    ]  # fmt: skip
    assert repr(FOUND) == str(FOUND)
    assert FOUND._repr_html_().startswith("<pre>&lt;Title&gt;\n  1.235 mL/min (B)\n")
    assert str(BARE).splitlines()[1:] == ["  4", "  source: source (secondary)"]
    assert str(attrs.evolve(BARE, value=None)).splitlines()[1] == "  no result"


def test_the_json_is_the_contract():
    assert FOUND.to_dict().keys() == {
        "score", "title", "status", "value", "unit", "band", "components", "findings", "cite",
        "confirmed", "inputs", "missing", "unused", "refused",
    }  # fmt: skip
    assert FOUND.to_dict()["findings"][0] == {
        "level": "warn", "id": "act", "text": "Act.", "cite": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("status", "refused"), [("ok", False), ("stop", False), ("missing", True), ("impossible", True)]
)
def test_a_clinical_reason_is_no_refused_input(status, refused):
    found = attrs.evolve(BARE, status=status)
    assert (found.refused, found.to_dict()["refused"]) == (refused, refused)
