"""Body surface and platelet fall follow from their parts, and replace nothing."""

import pytest

from dosing.rules.patients import check
from dosing.scores.sizes import derive_sizes, parts_missing, platelet_fall_pct


def test_surface_by_mosteller():
    found = derive_sizes(check({"height_cm": 170, "weight_kg": 70}))
    assert found.number("bsa_m2") == pytest.approx(1.8181, abs=1e-4)


def test_what_was_given_is_kept():
    given = {"height_cm": 170, "weight_kg": 70, "bsa_m2": 2}
    assert derive_sizes(check(given)).number("bsa_m2") == 2


@pytest.mark.parametrize("known", [{"height_cm": 170}, {"weight_kg": 70}, {}])
def test_no_surface_without_both_parts(known):
    assert derive_sizes(check(known)).get("bsa_m2") is None


@pytest.mark.parametrize(
    ("peak", "nadir", "fall"),
    [(220, 80, 63.636364), (200, 100, 50), (250, 20, 92), (9, 18, -100)],
)
def test_the_fall_is_from_the_peak_before_it(peak, nadir, fall):
    assert platelet_fall_pct(peak, nadir) == pytest.approx(fall)
    found = derive_sizes(check({"platelets_peak": peak, "platelets_nadir": nadir}))
    assert found.number("platelet_fall_pct") == pytest.approx(fall)


def test_sizes_are_rounded_before_they_are_used():
    assert derive_sizes(check({"height_cm": 170, "weight_kg": 70})).number("bsa_m2") == 1.8181
    assert platelet_fall_pct(220, 80) == 63.636364


@pytest.mark.parametrize("known", [{"platelets_peak": 220}, {"platelets_nadir": 80}])
def test_no_fall_without_both_counts(known):
    assert derive_sizes(check(known)).get("platelet_fall_pct") is None


def test_heparin_by_weight_is_derived_where_it_was_not_given():
    found = derive_sizes(check({"heparin_units_h": 1300, "weight_kg": 70}))
    assert found.number("heparin_units_kg_h") == 18.571429
    given = {"heparin_units_h": 1300, "weight_kg": 70, "heparin_units_kg_h": 20}
    assert derive_sizes(check(given)).number("heparin_units_kg_h") == 20
    for known in ({"heparin_units_h": 1300}, {"weight_kg": 70}):
        assert derive_sizes(check(known)).get("heparin_units_kg_h") is None


def test_the_parts_are_asked_for_and_not_what_follows_from_them():
    nothing = check({})
    assert parts_missing(["platelet_fall_pct", "inr"], nothing) == [
        "platelets_peak", "platelets_nadir", "inr"
    ]  # fmt: skip
    assert parts_missing(["platelet_fall_pct"], check({"platelets_peak": 200})) == [
        "platelets_nadir"
    ]
