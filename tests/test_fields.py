"""Every field of every answer is described, and nothing is described that is not there."""

import pytest

from docs import fields


@pytest.mark.parametrize("cls", fields.CLASSES, ids=lambda cls: cls.__name__)
def test_each_field_of_a_class_is_described(cls):
    said = fields.prose()[cls.__name__]
    assert list(fields.fields_of(cls)) == list(said)
    assert all(said.values())


@pytest.mark.parametrize("name", [*fields.FRAMES, *fields.LISTS])
def test_each_column_of_a_frame_is_described(name):
    found, _ = fields.columns_of(name)
    said = fields.prose()
    assert found
    assert [c for c in found if c not in said[name] and c not in said["columns"]] == []
    assert [c for c in said[name] if c not in found] == []
    assert all(said[name].values())


def test_what_every_frame_shares_is_described_once():
    said = fields.prose()
    assert all(said["columns"].values())
    for column in said["columns"]:
        every = (*fields.FRAMES, *fields.LISTS)
        held = [name for name in every if column in fields.columns_of(name)[0]]
        assert len(held) > 1, column
        assert not any(column in said[name] for name in held), column


def test_what_is_the_same_for_a_frame_is_described():
    held = {name for frame in fields.FRAMES for name in fields.columns_of(frame)[1]}
    assert held == set(fields.prose()["attrs"])


def test_kinds_read_as_words():
    assert fields.kind(float | None) == "number or None"
    assert fields.kind(dict[str, int]) == "mapping"
    assert fields.fields_of(fields.CLASSES[0])["findings"] == "several: `Finding`"
    assert fields.columns_of("titrate")[0]["in_range"] == "yes or no"
