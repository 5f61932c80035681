"""What is kept between processes counts only when it is this user's alone and whole."""

import hashlib
import json
import os
from pathlib import Path

import pytest

from dosing.knowledge import kept


@pytest.fixture
def place(tmp_path, monkeypatch):
    place = tmp_path / "cache" / "dosing"
    monkeypatch.setattr(kept, "folder", lambda: place)
    return place


@pytest.fixture
def path(place):
    kept.write("proof", "k", ["fine"])
    return place / "proof-k.json"


def test_what_is_written_is_read(place):
    assert kept.read("proof", "k") is None
    kept.write("proof", "k", {"a": [1, 2.5, "x"]})
    assert kept.read("proof", "k") == {"a": [1, 2.5, "x"]}
    assert kept.read("proof", "other") is None
    assert kept.read("seeds", "k") is None


def test_it_is_this_users_alone(path, place):
    assert path.stat().st_mode & 0o077 == 0
    assert place.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_file_that_others_may_write_is_not_read(path, mode):
    path.chmod(mode)
    assert kept.read("proof", "k") is None


@pytest.mark.parametrize("mode", [0o720, 0o702, 0o777])
def test_a_folder_that_others_may_write_is_neither_read_nor_written(path, place, mode):
    place.chmod(mode)
    assert kept.read("proof", "k") is None
    kept.write("proof", "new", 1)
    assert [p.name for p in place.iterdir()] == ["proof-k.json"]


def test_a_file_of_somebody_else_is_not_read(path, monkeypatch):
    someone = os.geteuid() + 1
    monkeypatch.setattr(os, "geteuid", lambda: someone)
    assert kept.read("proof", "k") is None


def test_a_link_is_not_followed(path, place, tmp_path):
    path.rename(tmp_path / "mine.json")
    path.symlink_to(tmp_path / "mine.json")
    assert kept.read("proof", "k") is None
    path.unlink()
    (tmp_path / "mine.json").rename(path)
    assert kept.read("proof", "k") == ["fine"]
    place.rename(tmp_path / "elsewhere")
    place.symlink_to(tmp_path / "elsewhere")
    assert kept.read("proof", "k") is None


def test_a_pipe_keeps_nobody_waiting(path):
    path.unlink()
    os.mkfifo(path, 0o600)
    assert kept.read("proof", "k") is None


def signed(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest().encode() + b"\n" + body


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00" * 100,
        json.dumps({"kind": "proof", "key": "k", "value": ["fine"]}).encode(),
        signed(json.dumps({"kind": "proof", "key": "other", "value": ["fine"]}).encode()),
        signed(b"[1]"),
        signed(b"[" * 100_000),
        signed(b"{}"),
    ],
    ids=["empty", "zeros", "no digest", "another key", "a list", "deep", "no value"],
)
def test_a_file_that_is_not_whole_is_as_if_there_were_none(path, content):
    path.write_bytes(content)
    assert kept.read("proof", "k") is None


def test_one_changed_byte_is_seen(path):
    content = path.read_bytes()
    path.write_bytes(content.replace(b"fine", b"fime"))
    assert kept.read("proof", "k") is None


@pytest.mark.parametrize("value", [{1, 2}, float("nan"), object()])
def test_what_is_no_data_is_not_kept(place, value):
    kept.write("proof", "k", value)
    assert kept.read("proof", "k") is None


def test_not_being_able_to_write_is_no_error(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    for where in (tmp_path / "file" / "dosing", Path("relative/dosing")):
        monkeypatch.setattr(kept, "folder", lambda where=where: where)
        kept.write("proof", "k", 1)
        assert kept.read("proof", "k") is None
        assert not where.exists()


def test_only_the_newest_are_kept(place):
    for i in range(kept.MOST_KEPT + 3):
        kept.write("proof", str(i), i)
        os.utime(place / f"proof-{i}.json", (i, i))
    kept.write("proof", "last", 1)
    assert len(list(place.glob("proof-*"))) == kept.MOST_KEPT
    assert kept.read("proof", "last") == 1


def test_it_lies_where_the_system_keeps_such_files(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert kept.folder().name == "dosing"
    assert kept.folder().is_absolute()
