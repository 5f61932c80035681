"""Files in and out: what cannot be read is refused in a sentence, and no half file stays."""

import os

import pyarrow as pa
import pytest
from pyarrow import parquet

from dosing.interfaces import files
from dosing.interfaces.files import FileError, checked, opened, replacing, writing


def file(folder, content, name="in.csv"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def rows(path):
    source = opened(path)
    return [row for table, _ in source.parts() for row in table.to_pylist()]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "in.csv is empty"),
        (b"\n", "in.csv is empty"),
        (b"a,b,a\n1,2,3\n", "column 'a' stands twice in in.csv"),
        (b"a;b\n1;2\n", "in.csv is separated by semicolons: save it with commas"),
        (b"a\tb\n1\t2\n", "in.csv is separated by tabs"),
        (b"a,b\n\xe9,2\n", "in.csv holds bytes that are not UTF-8"),
        (b"a\xe9,b\n1,2\n", "in.csv holds bytes that are not UTF-8"),
        ("a,b\n1,2\n".encode("utf-16"), "in.csv is UTF-16, whatever its name says"),
        (b"PAR1 and more", "in.csv is Parquet, whatever its name says"),
        (b"PK\3\4", "in.csv is a workbook, whatever its name says"),
        (b"a\0b\n1\n", "in.csv is no text in UTF-8"),
        (b"a,b\n1,2\n\n3\n", "row 3 of in.csv has 1 cell, and the header 2"),
        (b"a,b\n1,2,3\n", "row 2 of in.csv has 3 cells, and the header 2"),
        (b'a,b\n1,"2\n3,4\n', "the last cell of in.csv has a quotation mark that is not closed"),
        (b'a,b\n1,"2', "the last cell of in.csv has a quotation mark that is not closed"),
        (b'a,b\n1,"', "the last cell of in.csv has a quotation mark that is not closed"),
        (b'a,b\n1,"x ""y"" z\n3,4', "the last cell of in.csv has a quotation mark"),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_a_faulty_csv_is_refused_in_a_sentence(tmp_path, content, said):
    with pytest.raises(FileError) as error:
        rows(file(tmp_path, content))
    assert said in str(error.value)


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"PAR1 nothing PAR1", b"PAR1" * 40])
def test_a_faulty_parquet_is_refused_in_a_sentence(tmp_path, content):
    with pytest.raises(FileError, match=r"in\.parquet cannot be read: "):
        rows(file(tmp_path, content, "in.parquet"))


def test_a_parquet_damaged_within_is_refused_in_a_sentence(tmp_path):
    path = tmp_path / "in.parquet"
    parquet.write_table(pa.table({"a": [f"patient {i}" for i in range(2000)]}), path)
    whole = bytearray(path.read_bytes())
    whole[4:400] = b"\xff" * 396
    path.write_bytes(whole)
    with pytest.raises(FileError, match=r"in\.parquet cannot be read: "):
        rows(path)


def test_a_row_without_its_cells_is_named_wherever_it_stands(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "BLOCK_BYTES", 256)
    path = file(tmp_path, "a,b\n" + "1,2\n" * 1000 + "3\n" + "1,2\n" * 1000)
    with pytest.raises(FileError, match=r"row 1,002 of in\.csv has 1 cell"):
        rows(path)


@pytest.mark.parametrize(
    "end", ['"2"', '"2"\n', '""', '""\n', "2", '"two\nlines"', '""""', '"x"""', '5" tall\n', "\n"]
)
def test_a_cell_that_is_closed_is_not_refused(tmp_path, end):
    assert len(rows(file(tmp_path, f"a,b\n1,{end}"))) == 1


def test_a_row_longer_than_may_be_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "BLOCK_BYTES", 1 << 12)
    path = file(tmp_path, 'a,b\n1,2\n3,"' + "x" * (1 << 14) + '"\n5,6\n')
    with pytest.raises(FileError, match=r"in\.csv has a row of more than"):
        rows(path)


def test_cells_are_text_as_they_stand(tmp_path):
    path = file(tmp_path, b'\xef\xbb\xbfid,x\r\n007,"1,000"\r\n\r\n,"two\nlines"\r\n')
    assert rows(path) == [{"id": "007", "x": "1,000"}, {"id": None, "x": "two\nlines"}]
    assert opened(path).first_row == 2


@pytest.mark.parametrize(("block", "part"), [(64, 3), (64, 1000), (1 << 16, 7)])
def test_no_row_is_lost_between_blocks(tmp_path, monkeypatch, block, part):
    monkeypatch.setattr(files, "BLOCK_BYTES", block)
    monkeypatch.setattr(files, "PART_ROWS", part)
    path = file(tmp_path, "a,b\n" + "".join(f"{i},x{i}\n" for i in range(500)))
    assert rows(path) == [{"a": str(i), "b": f"x{i}"} for i in range(500)]
    sizes = [table.num_rows for table, _ in opened(path).parts()]
    assert max(sizes) <= part
    shares = [share for _, share in opened(path).parts()]
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_a_wide_file_is_worked_on_in_parts_of_few_bytes(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "BLOCK_BYTES", 256)
    monkeypatch.setattr(files, "PART_BYTES", 1000)
    path = file(tmp_path, "a,b\n" + "".join(f"{i},{'x' * 50}\n" for i in range(100)))
    sizes = [table.num_rows for table, _ in opened(path).parts()]
    assert sum(sizes) == 100
    assert max(sizes) < 40


@pytest.mark.parametrize(
    ("source", "target", "said"),
    [
        ("none.csv", "out.csv", "there is no file"),
        ("folder.csv", "out.csv", "is a folder"),
        ("pipe.csv", "out.csv", "is no ordinary file"),
        ("in.csv", "folder.csv", "is a folder"),
        ("in.csv", "in.csv", "is the file that is read"),
        ("in.csv", "link.csv", "is the file that is read"),
        ("in.csv", "no/out.csv", "there is no folder"),
        ("in.csv", "out.xlsx", "is neither CSV nor Parquet"),
        ("in.txt", "out.csv", "is neither CSV nor Parquet"),
        ("in.csv", "old.csv", "--force to replace it"),
    ],
)
def test_what_may_not_be_read_or_written_is_refused(tmp_path, source, target, said):
    file(tmp_path, "a\n1\n")
    file(tmp_path, "old", "old.csv")
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "link.csv").symlink_to("in.csv")
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(FileError) as error:
        checked(tmp_path / source, tmp_path / target, force=False)
    assert said in str(error.value)


def test_an_answer_takes_its_place_when_it_is_whole(tmp_path):
    target = file(tmp_path, "old", "out.csv")
    target.chmod(0o640)
    with replacing(target, force=True) as place:
        place.write_text("new")
        assert target.read_text() == "old"
    assert target.read_text() == "new"
    assert target.stat().st_mode & 0o777 == 0o640
    assert [p.name for p in tmp_path.iterdir()] == ["out.csv"]


@pytest.mark.parametrize("fault", [ValueError, KeyboardInterrupt, SystemExit])
def test_nothing_is_left_of_an_answer_that_was_broken_off(tmp_path, fault):
    target = file(tmp_path, "old", "out.csv")

    def broken_off():
        with replacing(target, force=True) as place:
            place.write_text("half")
            raise fault

    with pytest.raises(fault):
        broken_off()
    assert target.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["out.csv"]


def test_a_file_that_came_meanwhile_is_not_replaced(tmp_path):
    target = tmp_path / "out.csv"
    with pytest.raises(FileError, match="exists by now"), replacing(target, force=False):
        target.write_text("of another")
    assert target.read_text() == "of another"


def test_a_full_disk_is_said_in_a_sentence(tmp_path):
    with (
        pytest.raises(FileError, match=r"out\.csv cannot be written: No space left"),
        replacing(tmp_path / "out.csv", force=False),
    ):
        raise OSError(28, "No space left on device")


def test_a_link_is_kept_and_what_it_leads_to_replaced(tmp_path):
    real = file(tmp_path, "old", "real.csv")
    link = tmp_path / "out.csv"
    link.symlink_to("real.csv")
    with replacing(link, force=True) as place:
        place.write_text("new")
    assert link.is_symlink()
    assert real.read_text() == "new"


@pytest.mark.parametrize("kind", [files.CSV, files.PARQUET])
def test_tables_are_written_one_after_the_other(tmp_path, kind):
    path = tmp_path / f"out{kind}"
    table = pa.table({"a": ["x", None], "b": ["1", "2"]})
    with writing(path, kind, table.schema) as write:
        write(table)
        write(table)
    assert rows(path) == table.to_pylist() * 2
