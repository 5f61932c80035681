"""The guides and the reference build without a warning, and each dashboard has its page."""

import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import dosing
from dosing.base.units import show
from dosing.interfaces.cli import VERBS
from dosing.knowledge.library import load
from dosing.ui.app import titles

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"


OUTSIDE = re.compile(
    r"""<(?:script|link|img|iframe|source)[^>]+(?:src|href)=["'](?:https?:)?//[^"']+"""
    r"""|url\(["']?(?:https?:)?//[^)]+|@import\s+["'](?:https?:)?//[^"']+"""
)
"""What a browser would fetch from elsewhere to show a page."""


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    pages = tmp_path_factory.mktemp("pages")
    few = "agreement_patients=200"  # the whole number is held by test_agreement
    ran = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-W", "-D", few, "-b", "html", DOCS, pages],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    return pages


def _page(built: Path, name: str) -> str:
    return (built / f"{name}.html").read_text("utf-8")


def test_they_build(built):
    assert "pump_rate_ml_h" in _page(built, "reference/rooms")
    assert "dosing.pathway" in _page(built, "reference/python")


def test_the_page_of_the_command_line_says_what_its_help_says(built):
    text = re.sub(r"<[^>]+>", "", _page(built, "reference/command-line"))
    assert "dosing start DRUG" in text
    assert [verb for verb in VERBS if f"dosing {verb}" not in text] == []
    assert "3: a clinical reason forbids" in text


def test_every_module_below_the_pages_is_in_the_reference(built):
    shown = set(re.findall(r'id="module-(dosing\.[\w.]+)"', _page(built, "reference/rooms")))
    there = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in (ROOT / "dosing").rglob("*.py")
        if path.name != "__init__.py"
    }
    assert {name for name in there if not name.startswith("dosing.ui.")} == shown


def test_the_tutorial_was_run_at_the_build(built):
    page = _page(built, "tutorial")
    assert "set the pump to 2.1 mL/h" in page
    assert "Traceback" not in page
    shown = re.findall(r'<img alt="[^"]*" src="(_images/[^"]+\.png)"', page)
    assert shown, "the picture of the course"
    assert all((built / picture).is_file() for picture in shown)


def test_the_counts_of_the_comparisons_are_on_their_page(built):
    page = _page(built, "agreement")
    assert "200 random patients each" in page
    assert "%%" not in page


def test_a_page_is_shown_without_fetching_anything_from_elsewhere(built):
    files = [p for p in built.rglob("*") if p.suffix in (".html", ".css")]
    assert len(files) > 20
    assert [
        f"{path.relative_to(built)}: {hit.group()}"
        for path in files
        for hit in OUTSIDE.finditer(path.read_text("utf-8"))
    ] == []


@pytest.mark.parametrize(
    "text",
    [
        '<script src="https://cdn.example/x.js">',
        "<link rel='stylesheet' href='//fonts.example/css'>",
        '<img alt="" src="http://example.org/x.png">',
        "src: url(https://fonts.example/x.woff2)",
        '@import "https://fonts.example/css"',
    ],
)
def test_what_would_be_fetched_is_seen(text):
    assert OUTSIDE.search(text)


@pytest.mark.parametrize("name", titles())
def test_each_dashboard_has_a_page_with_a_picture(name):
    text = (DOCS / "guide" / f"{name}.md").read_text("utf-8")
    (picture,) = re.findall(r"\]\(\.\./images/(.+?)\)", text)
    assert (DOCS / "images" / picture).is_file()
    assert f"guide/{name}" in (DOCS / "index.md").read_text("utf-8")


def test_analysts_read_the_tolerance_of_each_derivation():
    text = (DOCS / "analysts.md").read_text("utf-8")
    said = dict(re.findall(r"^\| `(\w+)` \| [^|]+ \| ([^|]+) \|$", text, re.MULTILINE))
    held = {name: rule for name, rule in load("").derivations.items() if rule.may_contradict}
    assert set(held) <= set(said)
    for name, rule in held.items():
        wanted = ["nothing"] if rule.exact else []
        wanted += [f"{show(100 * rule.share)}%"] if rule.share else []
        wanted += [show(rule.least)] if rule.least else []
        wanted += [f"`{other}`" for other in rule.unless]
        assert [one for one in wanted if one not in said[name]] == [], name


def test_analysts_read_every_column_of_an_answer():
    text = (DOCS / "analysts.md").read_text("utf-8")
    one = pd.DataFrame({"weight_kg": [70.0], "aptt_s": 95, "baseline_aptt_s": 32, "running": 18})
    answers = (
        dosing.start("argatroban", one),
        dosing.start("enoxaparin", one, indication="vte"),
        dosing.start("heparin", one, indication="vte"),
        dosing.titrate("heparin-raschke-1993", one),
        dosing.score("child-pugh", one),
        dosing.target("argatroban", one),
    )
    names = {name for answer in answers for name in answer.columns}
    assert {"bolus_total", "total_unit", "resume_rate", "band"} <= names
    assert [name for name in sorted(names) if f"`{name}`" not in text] == []
