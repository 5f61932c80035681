"""``dosing cohort``: a file in parts is answered as the whole frame is, row for row."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet

import dosing
from dosing.interfaces import cohort, files
from dosing.knowledge.library import load
from tests.interfaces.test_cli import run
from tests.random_patients import drawn, edges_of, names_for

SEEDS = load()
START = ["--start", "argatroban"]
FEW = 'id,weight_kg,child_pugh\n007,70,A\n8,"1,000",B\n9,abc,yes\n10,"78,5",\n'


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.csv").write_text(FEW)
    return tmp_path


def read(name="out.csv"):
    """A file of answers as text; a cell without anything is empty."""
    return pd.read_csv(name, dtype=str, keep_default_na=False)


def as_text(frame):
    """An answer's frame as the cells of a CSV file."""
    table = pa.Table.from_pandas(frame, preserve_index=False)
    from dosing.interfaces.csvtext import header, lines

    with open("whole.csv", "wb") as file:
        file.write(header(table.column_names))
        lines(table, file.write)
    return read("whole.csv")


def random_text(seed, size, moment="start"):
    """Random patients as a file has them: text, blanks, words that are no number."""
    rng = np.random.default_rng(size)
    frame = drawn(names_for(seed, moment), size, rng, edges_of(seed)).reset_index(drop=True)
    text = frame.map(lambda v: "" if v is None else str(v)).astype(object)
    for name in text.columns:
        odd = rng.random(size) < 0.02
        text.loc[odd, name] = rng.choice(
            ["1,000", " 70 ", "70,5", "> 200", "<5", "yes", "NO", "NA", "1e3"], odd.sum()
        )
    text.insert(0, "note", rng.choice(["", 'say "so"', "a, b", "two\nlines", "ü"], size))
    return text


@pytest.mark.parametrize(("part", "block"), [(7, 1 << 13), (64, 1 << 20), (1, 1 << 13)])
@pytest.mark.parametrize(("drug", "indication"), [("argatroban", "hit"), ("heparin", "vte")])
def test_a_file_in_parts_is_answered_as_the_whole_frame(
    capsys, folder, monkeypatch, drug, indication, part, block
):
    monkeypatch.setattr(files, "PART_ROWS", part)
    monkeypatch.setattr(files, "BLOCK_BYTES", block)
    table = next(iter(SEEDS.find(drug, indication).values()))
    frame = random_text(table, 150)
    frame.to_csv("in.csv", index=False)
    code, _, err = run(
        capsys, "cohort", "in.csv", "out.csv", "--start", drug, "--indication", indication,
        "--findings", "--force",
    )  # fmt: skip
    assert code == 0, err
    whole = dosing.start(
        drug, frame.set_axis(range(2, len(frame) + 2), axis=0), indication=indication, findings=True
    )
    found = read()
    assert list(found.columns) == [*frame.columns, *whole.columns]
    pd.testing.assert_frame_equal(found[frame.columns], frame, check_dtype=False)
    pd.testing.assert_frame_equal(found[whole.columns], as_text(whole))
    assert "150 rows in " in err
    for status, count in whole["status"].value_counts().items():
        assert f"{status} {count}" in err


def test_a_titration_in_parts_is_that_of_the_whole_frame(capsys, folder, monkeypatch):
    monkeypatch.setattr(files, "PART_ROWS", 11)
    protocol = SEEDS.protocols["argatroban-ummc-2008-critical"]
    frame = random_text(protocol, 100, "titrate").drop(columns=["running"], errors="ignore")
    frame["running"] = np.random.default_rng(3).choice(["0.5", "2", "", "0"], len(frame))
    frame.to_csv("in.csv", index=False)
    assert run(capsys, "cohort", "in.csv", "out.csv", "--titrate", protocol.id)[0] == 0
    whole = dosing.titrate(protocol.id, frame.set_axis(range(2, 102), axis=0))
    pd.testing.assert_frame_equal(read()[whole.columns], as_text(whole))


def test_a_score_from_parquet_to_parquet_keeps_every_column_and_its_type(capsys, folder):
    frame = pd.DataFrame(
        {"patient": [1, 2, 3], "when": pd.to_datetime(["2026-01-01"] * 3), "ward": ["a", None, "b"],
         "bilirubin_mg_dl": [2, 0.8, None], "albumin_g_dl": 3.5, "inr": 1.7, "ascites": "mild",
         "encephalopathy_grade": pd.array([1, 0, 0], dtype="Int64")}
    ).astype({"ward": "category"})  # fmt: skip
    frame.to_parquet("in.parquet", index=False)
    assert run(capsys, "cohort", "in.parquet", "out.parquet", "--score", "child-pugh")[0] == 0
    found = pd.read_parquet("out.parquet")
    pd.testing.assert_frame_equal(found[frame.columns], frame)
    whole = dosing.score("child-pugh", frame)
    assert found["value"].tolist()[:2] == whole["value"].tolist()[:2]
    assert list(found["band"])[:2] == list(whole["band"])[:2]
    assert list(found["status"]) == ["ok", "ok", "missing"]
    said = json.loads(parquet.read_schema("out.parquet").metadata[b"dosing"])
    assert said["score"] == "child-pugh"
    assert said["unused"] == ["patient", "when", "ward"]


def test_the_kinds_of_file_may_be_mixed(capsys, folder):
    assert run(capsys, "cohort", "in.csv", "out.parquet", *START)[0] == 0
    assert run(capsys, "cohort", "in.csv", "one.csv", *START)[0] == 0
    argv = ["--start", "fondaparinux", "--crcl-ml-min", 80, "--prefix", "f_"]
    assert run(capsys, "cohort", "out.parquet", "two.csv", *argv)[0] == 0
    one, two = read("one.csv"), read("two.csv")
    pd.testing.assert_frame_equal(two[one.columns], one)
    assert list(two["f_status"]) == ["ok", "impossible", "impossible", "ok"]
    assert two["f_reason"][1].startswith("weight_kg, row 2: ")  # the second patient: no header


def test_a_bad_cell_spoils_its_row_alone_and_is_named(capsys, folder):
    code, out, err = run(capsys, "cohort", "in.csv", "out.csv", *START)
    found = read()
    assert (code, out) == (0, "")
    assert "4 rows in " in err
    assert "ok 1, stop 0, missing 1, impossible 2; out.csv (seeds " in err
    assert list(found["id"]) == ["007", "8", "9", "10"]
    assert list(found["weight_kg"]) == ["70", "1,000", "abc", "78,5"]
    assert list(found["status"]) == ["ok", "impossible", "impossible", "missing"]
    assert found["reason"][1].startswith("weight_kg, row 3: Body weight: 1,000 can be read in two")
    assert list(found["pump_ml_h"]) == ["8.4", "", "", ""]
    assert (folder / "in.csv").read_text() == FEW


def test_an_input_may_be_the_same_for_all(capsys, folder):
    (folder / "in.csv").write_text("running,aptt_s,weight_kg\n0.5,30,70\n,30,70\n")
    argv = ["--titrate", "argatroban-smpc-reduced", "--baseline-aptt-s", 32]
    assert run(capsys, "cohort", "in.csv", "out.csv", *argv)[0] == 0
    assert list(read()["action"]) == ["increase", ""]
    assert run(capsys, "cohort", "in.csv", "two.csv", *argv, "--running", 1)[0] == 2


def test_a_word_may_say_that_a_cell_is_empty(capsys, folder):
    (folder / "in.csv").write_text("country,weight_kg,child_pugh\nNA,NA,A\nNA,70,A\n")
    assert run(capsys, "cohort", "in.csv", "out.csv", *START, "--absent", "NA")[0] == 0
    assert list(read()["status"]) == ["missing", "ok"]
    assert list(read()["country"]) == ["NA", "NA"]
    assert run(capsys, "cohort", "in.csv", "as-is.csv", *START)[0] == 0
    assert list(read("as-is.csv")["status"]) == ["impossible", "ok"]


def test_provenance_may_stand_in_columns(capsys, folder):
    assert run(capsys, "cohort", "in.csv", "out.csv", *START, "--provenance")[0] == 0
    assert set(read()["used"]) == {"weight_kg, child_pugh"}
    assert set(read()["seeds"]) == {SEEDS.digest}


@pytest.mark.parametrize(
    ("content", "argv", "said"),
    [
        ("weight_kg,child_pugh\n", START, "in.csv has the names of columns and no patients"),
        ("weight_kg;child_pugh\n70;A\n", START, "separated by semicolons"),
        ("Weight_KG\n70\n", START, "'Weight_KG' is nearly 'weight_kg': rename it, or keep it out "
         "with --ignore 'Weight_KG'"),
        ("weight_kg,status\n70,a\n", START, "column 'status' of in.csv is called as a column of"),
        ("a,b\n70,a\n", START, "no column of in.csv is asked for by argatroban; there are a, b."),
        (FEW, ["--start", "nodrug"], "there is no drug 'nodrug'"),
        (FEW, ["--titrate", "noprotocol"], "there is no protocol 'noprotocol'"),
        (FEW, ["--score", "noscore"], "there is no score 'noscore'"),
        (FEW, ["--score", "hscore"], "no column of in.csv is asked for by hscore"),
        (FEW, ["--score", "hscore", "--authority", "us-label"], "--authority goes with --start"),
        (FEW, [*START, "--held-from", "1"], "--held-from goes with --titrate only"),
        (FEW, [*START, "--authority", "nobody"], "by 'nobody'"),
        (FEW, [*START, "--ignore", "zz"], "there is no column 'zz' to ignore"),
        (FEW, [*START, "--weight-kg", "70"], "weight_kg is given both as a column and for all"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_refused_and_nothing_written(
    capsys, folder, content, argv, said
):
    (folder / "in.csv").write_text(content)
    code, out, err = run(capsys, "cohort", "in.csv", "out.csv", *argv)
    assert (code, out) == (2, "")
    assert err.startswith("dosing cohort: ")
    assert said in err
    assert err.count("\n") == 1
    assert [p.name for p in folder.iterdir()] == ["in.csv"]


def test_a_fault_far_down_leaves_nothing_behind(capsys, folder, monkeypatch):
    monkeypatch.setattr(files, "BLOCK_BYTES", 1 << 12)
    monkeypatch.setattr(files, "PART_ROWS", 100)
    good = "weight_kg,child_pugh\n" + "70,A\n" * 5000
    (folder / "in.csv").write_bytes(good.encode() + b"70,\xe9\n")
    (folder / "out.csv").write_text("old")
    code, _, err = run(capsys, "cohort", "in.csv", "out.csv", *START, "--force")
    assert code == 2
    assert "not UTF-8" in err
    assert (folder / "out.csv").read_text() == "old"
    assert sorted(p.name for p in folder.iterdir()) == ["in.csv", "out.csv"]


def test_a_column_that_cannot_be_written_is_named(capsys, folder):
    table = pa.table({"weight_kg": [70], "child_pugh": ["A"], "scan": [b"\xff"]})
    parquet.write_table(table, "in.parquet")
    code, _, err = run(capsys, "cohort", "in.parquet", "out.csv", *START)
    assert code == 2
    assert "column 'scan' (binary) cannot be written as CSV: write Parquet" in err
    assert not (folder / "out.csv").exists()


@pytest.mark.parametrize("request_to_end", [signal.SIGINT, signal.SIGTERM])
def test_broken_off_it_removes_what_it_began(folder, request_to_end):
    (folder / "in.csv").write_text("weight_kg,child_pugh\n" + "70,A\n" * 3_000_000)
    command = [sys.executable, "-m", "dosing.interfaces.cli", "cohort", "in.csv", "out.csv", *START]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        until = time.monotonic() + 60
        while not list(folder.glob(".dosing-*")) and time.monotonic() < until:
            time.sleep(0.01)
        os.kill(process.pid, request_to_end)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err == "dosing cohort: stopped; nothing was written\n"
    assert [p.name for p in folder.iterdir()] == ["in.csv"]


def test_progress_is_shown_to_a_terminal_only(capsys, folder, monkeypatch):
    monkeypatch.setattr(cohort, "EVERY_S", 0)
    monkeypatch.setattr(files, "PART_ROWS", 2)
    run(capsys, "cohort", "in.csv", "out.csv", *START)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    _, _, err = run(capsys, "cohort", "in.csv", "two.csv", *START)
    assert "\r2 rows, 100% of the file\r4 rows, 100% of the file\r" in err


def test_without_pyarrow_it_says_what_to_install(capsys, folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    code, _, err = run(capsys, "cohort", "in.csv", "out.csv", *START)
    assert code == 2
    assert "pip install 'dosing[cohort]'" in err
