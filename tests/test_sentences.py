"""Sentences of the seeds with their numbers put in."""

import pytest

from dosing.sentences import fill, names_in


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{dose} mg", "1,250.5 mg"),
        ("{dose:0} mg", "1,250 mg"),
        ("{part:2} of {dose:1}", "0.5 of 1,250.5"),
        ("by the {rule} weight", "by the ideal weight"),
        ("no number", "no number"),
    ],
)
def test_numbers_are_shown_by_the_rules_of_the_house(text, words):
    assert fill(text, {"dose": 1250.5, "part": 0.5, "rule": "ideal"}) == words


def test_a_value_that_is_not_there_is_an_error_and_never_a_blank():
    with pytest.raises(KeyError):
        fill("{dose} mg", {})
    with pytest.raises(TypeError):
        fill("{dose} mg", {"dose": None})


def test_the_names_in_a_sentence():
    assert names_in("{dose:1} mg of {drug}, 50% of {dose}") == ("dose", "drug", "dose")
