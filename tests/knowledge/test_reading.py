"""A folder of seeds is read whatever lies in it, and faults of its TOML are told in plain words."""

import os

import pytest

from dosing.knowledge.reading import LARGEST, parse, read_bytes, settled, walk


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"id = 'x'\nid = 'y'\nz = 1\n", "line 2, column 9: the key 'id' stands twice"),
        (b"[a]\nx = 1\n[a]\n", "line 3, column 3: the table [a] stands twice"),
        (b"[a.b]\n[a.b]\n", "line 2, column 5: the table [a.b] stands twice"),
        (b"x = { a = 1, a = 2 }\n", "the key 'a' stands twice"),
        (b"dose 1\n", "line 1, column 6: '=' is expected after a key"),
        (b"dose = \n", "line 1, column 8: a value is expected"),
        (b"dose = 1,5\n", "line 1, column 9: a number is written with a decimal point"),
        (b"dose = 1 mg\n", "line 1, column 10: more stands on the line"),
        (b"dose = [1, 2\n", "a list is not closed with ]"),
        (b"dose = { a = 1\n", "a table is not closed with }"),
        (b'title = "x\n', "line 1, column 11: a character that TOML forbids here"),
        (b"title = 'x", "line 1, at its end: a text is not closed with its quote"),
        (b'title = "C:\\queue"\n', "a backslash that begins no known escape; write two"),
        (b"[rows\n", "line 1, column 6: ']' is expected after a table's name"),
        (b"day = 2020-02-31\n", "line 1, column 7: no such date exists"),
        (b"\n\xff", "line 2: this is not UTF-8 text; save the file as UTF-8"),
        (b"\xef\xbb\xbfid = 'x'", "it begins with a byte order mark; save it as plain UTF-8"),
        (b"a = " + b"[" * 5000, "its lists or tables stand too deep in one another"),
        (b"a = " + b"9" * 5000, "it holds a number that is too long to read"),
        (b"", "it is empty"),
        (b"# only a remark\n", "it is empty"),
    ],
)  # fmt: skip
def test_a_fault_of_toml_has_its_line_and_our_words(text, said):
    found = parse(text)
    assert isinstance(found, str)
    assert said in found


def test_no_fault_speaks_in_the_words_of_the_reader_of_toml():
    for text in (
        b"a",
        b"=",
        b"[",
        b"a = [",
        b'a = "\\x"',
        b"a = 0x",
        b"[[a]]\n[a]\n",
        b"a.b = 1\na = 2",
    ):
        found = parse(text)
        assert isinstance(found, str)
        assert "cannot be read as TOML" not in found
        assert "(at " not in found
        assert found.startswith("line ")


def test_a_sound_text_is_data():
    assert parse(b"a = 1\n[b]\nc = [1.5]\n") == {"a": 1, "b": {"c": [1.5]}}


def told(folder):
    return {fault.partition(": ")[0]: fault.partition(": ")[2] for fault in walk(str(folder))[1]}


def test_what_is_no_file_of_seeds_is_told(tmp_path):
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables/good.toml").write_text("a = 1")
    (tmp_path / "tables/folder.toml").mkdir()
    (tmp_path / "tables/self.toml").symlink_to("self.toml")
    (tmp_path / "tables/gone.toml").symlink_to("nowhere.toml")
    (tmp_path / "tables/round").symlink_to("..")
    (tmp_path / "tables/CAPS.TOML").write_text("a = 1")
    (tmp_path / "tables/old.toml.txt").write_text("a = 1")
    os.mkfifo(tmp_path / "tables/pipe.toml")
    assert told(tmp_path) == {
        "tables/CAPS.TOML": "no seed is read from such a file; its name must end in .toml.",
        "tables/folder.toml": "it is a folder; a file is expected.",
        "tables/gone.toml": "it is a link to a file that does not exist.",
        "tables/old.toml.txt": "no seed is read from such a file; its name must end in .toml.",
        "tables/pipe.toml": "it is not a file that can be read.",
        "tables/round": "it leads back to a folder above it.",
        "tables/self.toml": "it is a link that leads to itself.",
    }
    assert [file.name for file in walk(str(tmp_path))[0]] == ["tables/good.toml"]


def test_what_people_and_tools_leave_beside_the_seeds_is_passed_over(tmp_path):
    for name in (".git", "README.md", "minutes.docx", "x.toml~", "#x.toml#", "_draft.toml"):
        (tmp_path / name).write_text("")
    assert walk(str(tmp_path)) == ([], [])


def test_a_folder_that_cannot_be_opened_is_told(tmp_path, monkeypatch):
    def refuse(folder):
        raise PermissionError(13, "no")

    monkeypatch.setattr(os, "listdir", refuse)
    assert walk(str(tmp_path / "x"))[1] == [
        "x: it cannot be read: this user has no permission to read the folder."
    ]


def test_a_file_that_cannot_be_read_says_why(tmp_path):
    assert read_bytes(str(tmp_path / ("x" * 300))) == "its name is too long"
    large = tmp_path / "large.toml"
    large.write_bytes(b"#" * (LARGEST + 1))
    assert read_bytes(str(large)) == "it is larger than 2 MB; no seed is"


def test_what_was_changed_just_now_is_not_settled(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text("a = 1")
    (file,) = walk(str(tmp_path))[0]
    assert not settled([file])
    assert settled([])


def test_the_mark_of_a_file_changes_with_it(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text("a = 1")
    (before,) = walk(str(tmp_path))[0]
    path.write_text("a = 22")
    (after,) = walk(str(tmp_path))[0]
    assert before.mark != after.mark
