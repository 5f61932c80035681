"""Answers as JSON carries them: objects, lists, texts and numbers."""

import json

import attrs

from dosing.base.findings import Finding
from dosing.base.plain import fields_of, plain


@attrs.frozen
class Holder:
    parts: tuple
    named: dict


class Told:
    def to_dict(self):
        return {"told": (1, 2)}


def test_each_part_is_plain_however_deep():
    held = Holder(parts=(Told(), frozenset({"b", "a"})), named={"x": (Finding("note", "N."),)})
    assert plain([held]) == [fields_of(held)]
    assert json.loads(json.dumps(fields_of(held))) == {
        "parts": [{"told": [1, 2]}, ["a", "b"]],
        "named": {"x": [{"level": "note", "text": "N.", "cite": "", "id": "n"}]},
    }


def test_numbers_and_texts_stay_as_they_are():
    assert plain({"a": 1.5, "b": None, "c": "x", "d": True}) == {
        "a": 1.5, "b": None, "c": "x", "d": True,
    }  # fmt: skip
