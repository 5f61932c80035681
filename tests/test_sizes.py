"""Body surface and platelet fall follow from their parts, and replace nothing."""

import pytest

from dosing.patients import check
from dosing.sizes import derive_sizes, platelet_fall_pct


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
