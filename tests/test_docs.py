"""The guides and the reference build without a warning, and each dashboard has its page."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from dosing.ui.app import titles

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"


def test_they_build(tmp_path):
    ran = subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-W", "-b", "html", DOCS, tmp_path],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert "pump_rate_ml_h" in (tmp_path / "reference/rooms.html").read_text("utf-8")
    assert "dosing.pathway" in (tmp_path / "reference/python.html").read_text("utf-8")


@pytest.mark.parametrize("name", titles())
def test_each_dashboard_has_a_page_with_a_picture(name):
    text = (DOCS / "guide" / f"{name}.md").read_text("utf-8")
    (picture,) = re.findall(r"\]\(\.\./images/(.+?)\)", text)
    assert (DOCS / "images" / picture).is_file()
    assert f"guide/{name}" in (DOCS / "index.md").read_text("utf-8")
