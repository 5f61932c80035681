"""The earlier name of the proof still works."""

from dosing.lint.lint import checked
from dosing.lint.proved import proved


def test_the_earlier_name_is_the_same_function():
    assert checked is proved
