"""Sentences with their values put in."""

import pytest

from dosing.base.fill import fill, fill_many, names_in


@pytest.mark.parametrize(
    ("text", "values", "said"),
    [
        ("{dose} mg", {"dose": 1250}, "1,250 mg"),
        ("{dose} mg", {"dose": 0.5}, "0.5 mg"),
        ("{weight_kg:1} kg", {"weight_kg": 70.04}, "70 kg"),
        ("{weight_kg:0} kg", {"weight_kg": 69.6}, "70 kg"),
        ("{who} and {who}", {"who": "all"}, "all and all"),
        ("{{as it is}}", {}, "{as it is}"),
        ("nothing", {"more": 1}, "nothing"),
    ],
)
def test_numbers_are_written_as_ismp_asks(text, values, said):
    assert fill(text, values) == said


def test_a_missing_value_is_an_error():
    with pytest.raises(KeyError):
        fill("{dose} mg", {})


def test_the_names_of_a_sentence():
    assert names_in("{dose} mg for {weight_kg:1} kg") == ("dose", "weight_kg")
    assert names_in("nothing") == ()


def test_many_sentences_are_those_of_each_alone():
    text = "{given} % of {label}: {value:1}, {value} and {{more}}"
    own = {"given": ["5%", "x", "5%"], "value": [70.04, 1250, 70.04], "unused": [1, 2, 3]}
    same = {"label": "100 %s"}
    each = [fill(text, same | {n: v[i] for n, v in own.items()}) for i in range(3)]
    assert fill_many(text, same, own, 3) == each
    assert fill_many("the same", {}, {}, 2) == ["the same", "the same"]
