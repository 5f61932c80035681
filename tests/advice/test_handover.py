"""When warfarin may start after HIT."""

import pytest

import dosing


@pytest.mark.parametrize(
    ("option", "platelets", "opened"),
    [
        ("ash-2018", 149, False),
        ("ash-2018", 150, True),
        ("ash-2018", 151, True),
        ("accp-2004", 150, False),
        ("accp-2004", 151, True),
        (None, 150, True),
        (None, "149,9", False),
    ],
)
def test_the_gate_opens_at_the_count_that_each_option_names(option, platelets, opened):
    gate = dosing.warfarin_gate(platelets, option)
    assert gate.open is opened
    assert ("may start" in gate.text) == opened
    assert gate.threshold == 150


def test_both_options_are_named_in_words():
    assert "at least 150" in dosing.warfarin_gate(100, "ash-2018").text
    assert "more than 150" in dosing.warfarin_gate(100, "accp-2004").text
    said = " ".join(f.text for f in dosing.warfarin_gate(150, "ash-2018").findings)
    assert "ACCP 2004 wants more than 150" in said
    for count in (None, 100, 200):
        assert "ASH 2018)" in dosing.warfarin_gate(count, "ash-2018").text


@pytest.mark.parametrize("platelets", [None, "", "abc", -1])
def test_without_a_count_the_gate_is_neither_open_nor_shut(platelets):
    assert dosing.warfarin_gate(platelets).open is None


def test_the_first_dose_is_at_most_five_mg():
    assert "at most 5 mg" in dosing.warfarin_gate(180).text
    assert any(f.level == "stop" for f in dosing.warfarin_gate(180, dose_mg=7.5).findings)
    assert not any(f.level == "stop" for f in dosing.warfarin_gate(180, dose_mg=5).findings)


@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"overlap_days": 4}, "at least 5 days, whatever the INR"),
        ({"overlap_days": 5}, "INR must also be in range"),
        ({"inr_in_range_days": 1}, "ACCP 2004 keeps the overlap"),
        ({"inr": 3}, "Argatroban raises the INR"),
        ({"on_vka": "yes"}, "give vitamin K"),
    ],
)
def test_the_rules_of_the_overlap_are_said(inputs, words):
    said = " ".join(f.text for f in dosing.warfarin_gate(180, **inputs).findings)
    assert words in said
