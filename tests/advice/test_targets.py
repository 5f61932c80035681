"""The aPTT that is sought."""

import attrs
import pytest

import dosing
from dosing.advice import targets
from dosing.knowledge.library import load
from tests.support import patient


@pytest.mark.parametrize(
    ("drug", "baseline", "window"),
    [
        ("argatroban", 28, (42, 84)),
        ("argatroban", 32, (48, 96)),
        ("argatroban", 33.3, (49.95, 99.9)),
        ("argatroban", 40, (60, 100)),
        ("argatroban", 66.6, (99.9, 100)),
        ("bivalirudin", 30, (45, 75)),
        ("bivalirudin", 70, (105, 175)),
    ],
)
def test_multiples_of_the_patients_own_baseline(drug, baseline, window):
    assert dosing.target(drug, baseline_aptt_s=baseline).window == pytest.approx(window)


@pytest.mark.parametrize("baseline", [66.7, 67, 70, 120])
def test_no_window_exists_when_the_baseline_is_too_long(baseline):
    found = dosing.target("argatroban", baseline_aptt_s=baseline)
    assert found.window is None
    assert "another assay" in found.findings[0].text


@pytest.mark.parametrize("baseline", [None, "", "abc", -3, 5000])
def test_without_a_baseline_there_is_no_window(baseline):
    found = dosing.target("argatroban", baseline_aptt_s=baseline)
    assert found.window is None
    assert found.findings[0].level == "needed"


def test_drugs_that_no_aptt_guides():
    assert dosing.target("fondaparinux", baseline_aptt_s=30).window is None


def test_an_unknown_drug_lists_what_exists():
    with pytest.raises(ValueError, match=r"there are .*argatroban"):
        dosing.target("heparinoid", baseline_aptt_s=30)


def test_a_sites_fixed_range_comes_first():
    seeds = load()
    site = attrs.evolve(seeds.site, aptt_range={"argatroban": (50.0, 80.0)})
    own = attrs.evolve(seeds, site=site)
    found = targets.windows(own, "argatroban", patient({"baseline_aptt_s": 70}, own))
    assert targets.target_of(found, 0).window == (50, 80)
