"""Equations and scores agree with those of other people, and each difference has its reason."""

import importlib.metadata
import re
import tomllib
from pathlib import Path

import attrs
import pytest

from docs.agreement import Comparison, Draw, by, everything, run, units
from docs.agreement import page as agreement

ROOT = Path(__file__).resolve().parent.parent
COMPARISONS = everything()
NAMES = [f"{c.what}, {c.package} {c.function}" for c in COMPARISONS]


@pytest.mark.parametrize("comparison", COMPARISONS, ids=NAMES)
def test_who_differs_differs_for_a_reason(comparison):
    found = run(comparison)
    assert found.unexplained == ()
    assert found.agree > found.patients / 2
    # A reason that explains nobody is a disagreement that is over, or was never there.
    assert all(found.differ), [r.says for r in comparison.reasons]


def _one(ours) -> Comparison:
    def drawn(draw: Draw) -> dict:
        return {"weight_kg": draw.number(40, 120)}

    return Comparison(
        "body-size", "Weight", "another", "f", drawn, by(ours, "weight_kg"),
        lambda p: p["weight_kg"],
        step=0.1,
    )  # fmt: skip


def test_a_difference_above_the_rounding_is_seen():
    assert run(_one(lambda kg: kg + 0.049), 100).agree == 100
    found = run(_one(lambda kg: kg + 0.051), 100)
    assert found.agree == 0
    patient, ours, theirs = found.unexplained[0]
    assert patient["weight_kg"] == theirs == pytest.approx(ours - 0.051)


def test_a_number_that_is_missing_agrees_with_nothing():
    assert run(_one(lambda kg: kg * float("nan")), 10).agree == 0


def test_a_page_with_an_unexplained_difference_is_not_written(monkeypatch):
    wrong = attrs.evolve(COMPARISONS[0], ours=lambda patients: [1.0] * len(patients))
    monkeypatch.setattr(agreement, "everything", lambda: (wrong,))
    with pytest.raises(ValueError, match="without a reason"):
        agreement.counts(10)


def test_every_equation_and_score_is_compared_or_said_to_stand_alone():
    told = agreement.prose()
    compared = {c.seed for c in COMPARISONS} | {row["seed"] for row in told["by_hand"]["rows"]}
    compared -= {"time-in-range"}  # a function without a seed
    assert compared | set(told["alone"]) == set(agreement.titles())
    assert compared & set(told["alone"]) == set()


def test_each_package_is_named_with_the_version_that_was_asked():
    told = agreement.prose()["packages"]
    assert {c.package for c in COMPARISONS} == set(told)
    assert all(f"{importlib.metadata.version(name)}: " in agreement.packages() for name in told)


def test_a_package_under_a_strict_licence_is_said_to_be_so_and_is_no_part_of_dosing():
    extra = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = {re.match(r"[\w-]+", one)[0] for one in extra["optional-dependencies"]["agreement"]}
    for name in asked:
        about = importlib.metadata.metadata(name)
        licence = about["License-Expression"] or ""
        told = agreement.prose()["packages"].get(name, {"says": ""})["says"]
        assert "GPL" not in licence or licence.split()[0] in told, name
    used = "|".join(name.replace("-", "_") for name in asked)
    for path in (ROOT / "dosing").rglob("*.py"):
        text = path.read_text("utf-8")
        assert not re.search(rf"^\s*(import|from) ({used})\b", text, re.MULTILINE), path


def test_what_was_compared_by_hand_says_why_it_is_not_here():
    told = agreement.prose()["by_hand"]
    assert {row["package"] for row in told["rows"]} == set(told["why"])
    assert all(row["says"] for row in told["rows"] if row["differ"])


def test_units_are_converted_by_the_same_factors():
    found = {f.what: f for f in units.factors()}
    assert {"Albumin", "Creatinine", "Fibrinogen", "Triglycerides"} <= set(found)
    assert [f for f in found.values() if not f.agree] == []
    assert not attrs.evolve(found["Creatinine"], ours=88.0).agree
