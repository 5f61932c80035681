"""The worked example of a hospital's own folder is whole, and takes effect."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "docs" / "site-example"
PROTOCOL = "protocols/argatroban_example_hospital.toml"
GUIDE = (ROOT / "docs" / "protocol-owners.md").read_text("utf-8")
# Each command that the guide shows, and what it says the command prints.
SHOWN = re.findall(r"^\$ (.*)\n((?:(?!```).*\n)+)", GUIDE, re.MULTILINE)


def run(site, *argv):
    return subprocess.run(
        [sys.executable, "-m", "dosing.interfaces.cli", *argv],
        capture_output=True, text=True, check=False,
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


def test_every_answer_says_that_nobody_approved_it():
    argv = ["titrate", "argatroban-example-hospital", "--running", "1", "--aptt-s", "92", "--json"]
    found = json.loads(run(EXAMPLE, *argv).stdout)
    assert found["confirmed"] == "unconfirmed"
    assert any("No hospital has confirmed" in f["text"] for f in found["findings"])


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


def test_an_entry_without_a_source_is_refused(tmp_path):
    site = tmp_path / "site"
    shutil.copytree(EXAMPLE, site)
    (site / "evidence.toml").unlink()
    ran = run(site, "start", "argatroban", "--weight-kg", "70", "--child-pugh", "B")
    assert ran.returncode == 2
    assert f"{PROTOCOL}: the file cites 'example-hospital'" in ran.stderr


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A folder with what the guide speaks of: the example, one with a hole, one the wrong way."""
    desk = tmp_path_factory.mktemp("desk")
    faults = {
        "docs/site-example": {},
        "my-folder": {"[50, 86)": "[51, 86)"},
        "wrong-way": {"0.8": "1.3", 'hold = "until_in_range", resume_factor = 0.5, ': ""},
    }
    for name, changes in faults.items():
        shutil.copytree(EXAMPLE, desk / name)
        text = (EXAMPLE / PROTOCOL).read_text("utf-8")
        for old, new in changes.items():
            assert old in text
            text = text.replace(old, new)
        (desk / name / PROTOCOL).write_text(text, "utf-8")
    return desk


@pytest.mark.parametrize(("command", "printed"), SHOWN, ids=[command for command, _ in SHOWN])
def test_the_guide_shows_what_is_printed(desk, command, printed):
    settings, _, verb = command.partition("dosing ")
    site = settings.strip().removeprefix("DOSING_SITE=")
    ran = subprocess.run(
        [sys.executable, "-m", "dosing.interfaces.cli", *shlex.split(verb)], cwd=desk,
        capture_output=True, text=True, check=False, env=os.environ | {"DOSING_SITE": site},
    )  # fmt: skip
    said = (ran.stdout + ran.stderr).splitlines()
    assert [line for line in printed.splitlines() if line not in ("...", *said)] == []


def test_the_guide_shows_commands():
    assert len(SHOWN) >= 5
