"""The worked example of a hospital's own folder is whole, and takes effect."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "docs" / "site-example"


def run(site, *argv):
    return subprocess.run(
        [sys.executable, "-m", "dosing.cli", *argv], capture_output=True, text=True, check=False,
        env=os.environ | {"DOSING_SITE": str(site)},
    )  # fmt: skip


def test_the_example_passes_the_linter():
    assert run("", "lint", str(EXAMPLE)).stdout.startswith("nothing to mend")


@pytest.mark.parametrize(
    ("argv", "key", "value"),
    [
        ("titrate argatroban-example-hospital --running 1 --aptt-s 49", "rate", 1.2),
        ("start fondaparinux --weight-kg 70 --crcl-ml-min 80", "authority", "eu-smpc"),
        ("start warfarin --platelets 151", "authority", "accp-2004"),
    ],
)
def test_the_hospitals_choices_take_effect(argv, key, value):
    assert json.loads(run(EXAMPLE, *argv.split(), "--json").stdout)[key] == value


def test_its_weight_cap_binds_and_says_so():
    ran = run(EXAMPLE, *["start", "argatroban", "--authority", "us-label", "--weight-kg", "150"],
              "--child-pugh", "none", "--json")  # fmt: skip
    found = json.loads(ran.stdout)
    assert found["order"]["weight_kg"] == 130
    assert found["order"]["pump_ml_h"] == 15.6
    assert any("caps the dosing weight" in f["text"] for f in found["findings"])


def test_a_gap_is_refused_with_file_place_and_wish(tmp_path):
    site = tmp_path / "site"
    shutil.copytree(EXAMPLE, site)
    path = site / "protocols" / "argatroban_example_hospital.toml"
    path.write_text(path.read_text("utf-8").replace('"[50, 86)"', '"[51, 86)"'), "utf-8")
    ran = run(site, "start", "argatroban", "--weight-kg", "70", "--child-pugh", "B")
    assert ran.returncode == 2
    assert ran.stdout == ""
    assert "protocols/argatroban_example_hospital.toml: no row for aptt_s = 50 s" in ran.stderr
