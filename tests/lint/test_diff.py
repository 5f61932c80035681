"""What two seeds say differently, and for whom."""

import pytest

from dosing.lint.diff import differences


def test_a_seed_does_not_differ_from_itself():
    assert differences("argatroban-uhs-2016", "argatroban-uhs-2016") == []


def test_the_two_platelet_gates_differ_at_exactly_150():
    found = differences("warfarin-hit-ash-2018", "warfarin-hit-accp-2004")
    assert any(line.startswith("platelets 150 × 10⁹/L: dose 5") for line in found)


def test_the_two_ummc_columns_differ_only_below_range():
    found = differences("argatroban-ummc-2008-normal", "argatroban-ummc-2008-critical")
    assert found == [
        "aptt_s 15 to below 40 s: add 1 in argatroban-ummc-2008-normal,"
        " add 0.25 in argatroban-ummc-2008-critical",
        "aptt_s 40 to below 46 s: add 0.5 in argatroban-ummc-2008-normal,"
        " add 0.1 in argatroban-ummc-2008-critical",
    ]


def test_settings_are_compared_too():
    found = differences("argatroban-smpc-standard", "argatroban-smpc-reduced")
    assert (
        "recheck after_change_h: 2 in argatroban-smpc-standard, 4 in argatroban-smpc-reduced"
    ) in found


def test_a_file_can_be_compared_with_a_seed(tmp_path):
    from importlib.resources import files

    text = files("dosing.seeds").joinpath("protocols/argatroban_uhs_2016.toml").read_text("utf-8")
    own = tmp_path / "own.toml"
    own.write_text(text.replace("factor = 1.2", "factor = 1.25"), "utf-8")
    (line,) = differences("argatroban-uhs-2016", str(own))
    assert line.startswith("aptt_s 15 to below 45 s: factor 1.2 in argatroban-uhs-2016")


@pytest.mark.parametrize(
    ("a", "b", "wish"),
    [
        ("nothing", "argatroban-uhs-2016", "there is no table, protocol or file 'nothing'"),
        ("argatroban-hit-us-label", "argatroban-uhs-2016", "not both tables or both protocols"),
        ("argatroban-check-hit", "bivalirudin-check-hit", "has no rows to compare"),
    ],
)
def test_what_cannot_be_compared_is_said(a, b, wish):
    with pytest.raises(ValueError, match=wish):
        differences(a, b)
