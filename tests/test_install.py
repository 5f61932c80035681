"""An installed wheel, away from the checkout, carries everything that the checkout has."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CODE = ("dosing", "seeds", "notebooks")
LEFT_BEHIND = shutil.ignore_patterns("__pycache__", "*.pyc", ".ipynb_checkpoints")

LOOK_UP = """
import json
from importlib.resources import files

import dosing

seeds, notebooks = files("dosing.seeds"), files("dosing.notebooks")
print(json.dumps({
    "dosing": dosing.__file__,
    "seeds": str(seeds),
    "quantities": seeds.joinpath("quantities.toml").is_file(),
    "notebooks": sorted(p.name for p in notebooks.iterdir() if p.name.endswith(".ipynb")),
    "dose": dosing.start("argatroban", weight_kg=70, child_pugh="B").order.dose,
}))
"""


def _run(*command: str | Path, **options) -> str:
    ran = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False, **options
    )
    assert ran.returncode == 0, f"{ran.stdout}\n{ran.stderr}"
    return ran.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    # Built from a copy: a build leaves files behind that a later wheel would pick up.
    work = tmp_path_factory.mktemp("wheel")
    source = work / "source"
    source.mkdir()
    for folder in CODE:
        shutil.copytree(ROOT / folder, source / folder, ignore=LEFT_BEHIND)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    _run(*pip, "wheel", "-q", "--no-deps", "--no-build-isolation", "--wheel-dir", work, source)
    (built,) = work.glob("*.whl")
    return built


def _shipped(path: Path) -> str:
    """Where a file of the checkout lies in the wheel."""
    inside = path.relative_to(ROOT)
    return str(inside if inside.parts[0] == "dosing" else Path("dosing") / inside)


def test_the_wheel_carries_every_file(wheel):
    wanted = {
        _shipped(path)
        for folder in CODE
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
        and path.suffix != ".pyc"
        and not {"__pycache__", ".ipynb_checkpoints"} & set(path.parts)
    }
    with zipfile.ZipFile(wheel) as archive:
        held = set(archive.namelist())
    assert wanted - held == set()
    assert {name for name in held if ".dist-info/" not in name} - wanted == set()
    assert any(name.endswith("licenses/LICENSE") for name in held)


def test_an_installed_wheel_looks_a_dose_up_away_from_the_checkout(wheel, tmp_path):
    target, elsewhere = tmp_path / "installed", tmp_path / "elsewhere"
    elsewhere.mkdir()
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    _run(*pip, "install", "-q", "--no-deps", "--no-index", "--target", target, wheel)
    env = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "DOSING_SITE")}
    env["PYTHONPATH"] = str(target)
    found = json.loads(_run(sys.executable, "-c", LOOK_UP, cwd=elsewhere, env=env))
    assert Path(found["dosing"]).is_relative_to(target)
    assert Path(found["seeds"]).is_relative_to(target)
    assert found["quantities"] is True
    assert found["notebooks"] == sorted(p.name for p in (ROOT / "notebooks").glob("*.ipynb"))
    assert found["dose"] == 0.5
