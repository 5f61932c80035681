"""A condition names an input that exists and values that it can have."""

import pytest

from dosing.knowledge.library import load
from dosing.lint.conditions import conditions_in, known_name

SEEDS = load("")
WRITE = "(write '[35, 46)', '>= 80' or 'any')."


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ({"aptt_s": ">= 80"}, []),
        ({"child_pugh": ["B", "C", "absent"]}, []),
        ({"many": ">= 2"}, []),
        ({"appt_s": ">= 80"}, ["no quantity is called 'appt_s'; did you mean 'aptt_s'?"]),
        ({"aptt_s": "80-90"}, [f"aptt_s: not an interval: '80-90' {WRITE}"]),
        ({"aptt_s": "[90, 80]"}, [f"aptt_s: not an interval: '[90, 80]' {WRITE}"]),
        ({"aptt_s": "> 1800"}, ["aptt_s: 1,800 is no possible value; possible is 15 to 1,000 s."]),
        ({"aptt_s": "> nan"}, [f"aptt_s: not an interval: '> nan' {WRITE}"]),
        ({"child_pugh": "D"}, ["child_pugh is never 'D'; it is one of none, A, B, C."]),
        ({"many": ["1", "2"]}, ["many takes an interval, not a list."]),
    ],
)  # fmt: skip
def test_a_condition(when, said):
    assert list(conditions_in(when, SEEDS, ("many",))) == said


def test_a_name_like_no_other_is_told_what_there_is():
    assert list(known_name("zzz", ["a", "b"], "there is no drug")) == [
        "there is no drug 'zzz'; there are a, b."
    ]
    assert list(known_name("a", ["a", "b"], "there is no drug")) == []
