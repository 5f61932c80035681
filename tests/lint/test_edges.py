"""Each edge of a shipped table or protocol has worked patients on both sides."""

from dosing.knowledge.library import load
from dosing.lint.edges import edges_without_cases


def test_each_edge_has_a_worked_case_on_both_sides():
    assert edges_without_cases(load("")) == []
