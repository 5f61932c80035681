"""An installed wheel, away from the checkout, carries everything that the checkout has."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest
from trove_classifiers import classifiers

import dosing

ROOT = Path(__file__).resolve().parent.parent
CODE = ("dosing", "seeds", "notebooks")
PAPERS = ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
LEFT_BEHIND = shutil.ignore_patterns("__pycache__", "*.pyc", ".ipynb_checkpoints")

LOOK_UP = """
import json
from importlib.resources import files

import dosing
from dosing.interfaces.schema import names, schema

seeds, notebooks = files("dosing.seeds"), files("dosing.notebooks")
print(json.dumps({
    "dosing": dosing.__file__,
    "seeds": str(seeds),
    "quantities": seeds.joinpath("quantities.toml").is_file(),
    "notebooks": sorted(p.name for p in notebooks.iterdir() if p.name.endswith(".ipynb")),
    "described": schema("start")["properties"]["row"]["description"],
    "schemas": len([schema(name) for name in names()]),
    "dose": dosing.start("argatroban", weight_kg=70, child_pugh="B").order.dose,
}))
"""


def _run(*command: str | Path, **options) -> str:
    ran = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False, **options
    )
    assert ran.returncode == 0, f"{ran.stdout}\n{ran.stderr}"
    return ran.stdout


def _copy(to: Path) -> Path:
    """The checkout as it is built: a build leaves files behind that a later one would pick up."""
    source = to / "source"
    source.mkdir()
    for folder in CODE:
        shutil.copytree(ROOT / folder, source / folder, ignore=LEFT_BEHIND)
    for name in ("pyproject.toml", "MANIFEST.in", "README.md", "LICENSE", *PAPERS):
        shutil.copy(ROOT / name, source)
    return source


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    work = tmp_path_factory.mktemp("wheel")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    options = ("-q", "--no-deps", "--no-build-isolation", "--wheel-dir", work)
    _run(*pip, "wheel", *options, _copy(work))
    (built,) = work.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def sdist(tmp_path_factory) -> Path:
    work = tmp_path_factory.mktemp("sdist")
    build = f"from setuptools.build_meta import build_sdist; build_sdist({str(work)!r})"
    _run(sys.executable, "-c", build, cwd=_copy(work))
    (built,) = work.glob("*.tar.gz")
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


def test_the_source_archive_carries_every_file_and_says_where_a_wrong_dose_is_reported(sdist):
    with tarfile.open(sdist) as archive:
        held = {str(Path(*Path(name).parts[1:])) for name in archive.getnames()}
    wanted = {
        str(path.relative_to(ROOT))
        for folder in CODE
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and not {"__pycache__", ".ipynb_checkpoints"} & set(path.parts)
    }
    assert wanted
    assert wanted | {"LICENSE", "README.md", *PAPERS} <= held


def test_what_an_index_shows_of_the_package_is_true(wheel):
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (n for n in archive.namelist() if n.endswith("/METADATA"))
        held = Parser().parsestr(archive.read(name).decode("utf-8"))
    assert held["Author"] == "the dosing contributors"
    assert held["License-Expression"] == "Apache-2.0"
    assert held["Version"] == dosing.__version__
    assert held["Requires-Python"] == ">=3.11"
    assert "heparin-induced thrombocytopenia" in held["Keywords"]
    assert set(held.get_all("Classifier")) <= set(classifiers)
    # There is no site of this project yet: an address here would be made up.
    assert held.get_all("Project-URL") is None
    assert held["Home-page"] is None
    assert held["Author-email"] is None


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
    assert found["schemas"] > 20
    assert found["described"].startswith("The row of the table")
    assert found["dose"] == 0.5
