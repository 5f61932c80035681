"""A cohort in a file: `dosing cohort` from CSV to CSV against pandas reading and writing the same.

pandas reads the file and writes it with the same columns of the answer beside it, which it is
given: it works out nothing. The answers of the file are first compared with those of the whole
frame; a difference ends the script. Then both take turns, each in a process of its own, and the
peak memory is that of the process of `dosing cohort` (Linux says it). An argument sets the rows.
"""

import pickle
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

import dosing

SIZE, ROUNDS = 1_000_000, 3
DRUG = "argatroban"
COMMAND = """
import sys
from dosing.interfaces.cli import main
code = main(sys.argv[1:])
with open("/proc/self/status") as status:
    print(next(line.split()[1] for line in status if line.startswith("VmHWM")))
sys.exit(code)
"""
BY_PANDAS = """
import pickle, sys
import pandas as pd
frame = pd.read_csv(sys.argv[1], keep_default_na=False, na_values=[""])
with open(sys.argv[2], "rb") as file:
    answer = pickle.load(file)
pd.concat([frame, answer], axis=1).to_csv(sys.argv[3], index=False)
"""


def written(path, size):
    """A file of plausible patients; one in 50 lacks a value, one in 1,000 has an impossible one."""
    draw = np.random.default_rng(20_261_121)
    grades, often = ["none", "A", "B", "C", ""], [0.68, 0.1, 0.12, 0.08, 0.02]
    frame = pd.DataFrame(
        {
            "id": np.arange(size),
            "weight_kg": draw.normal(78, 18, size).clip(35, 190).round(1),
            "crcl_ml_min": draw.normal(75, 35, size).clip(5, 180).round(),
            "child_pugh": draw.choice(grades, size, p=often),
        }
    )
    frame.loc[draw.random(size) < 0.02, "crcl_ml_min"] = np.nan
    frame.loc[draw.random(size) < 0.001, "weight_kg"] = 1780
    frame.to_csv(path, index=False)


def same(found, whole):
    """End the script where the file's answers are not those of the frame."""
    for name in whole.columns:
        mine, theirs = found[name], whole[name]
        if theirs.dtype.kind in "fi":
            alike = np.array_equal(mine.astype(float), theirs.astype(float), equal_nan=True)
        else:
            alike = mine.fillna("").tolist() == theirs.astype(object).fillna("").tolist()
        if not alike:
            raise SystemExit(f"{name} in the file differs from that of the frame")


def taken(code, *arguments):
    """The time of a process, and what it printed. [s]"""
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(f"a process did not end well: {done.stderr}")
    return time.perf_counter() - begun, done.stdout


def main(size=None):
    size = size or SIZE
    with tempfile.TemporaryDirectory() as folder:
        source, ours, theirs, kept = (
            Path(folder) / n for n in ("in.csv", "ours.csv", "theirs.csv", "answer.pickle")
        )
        written(source, size)
        text = pd.read_csv(source, dtype=str, keep_default_na=False)
        whole = dosing.start(DRUG, text.set_axis(range(2, size + 2), axis=0))
        kept.write_bytes(pickle.dumps(whole.reset_index(drop=True)))
        del text
        command = ("cohort", source, ours, "--start", DRUG, "--force")
        taken(COMMAND, *command)
        found = pd.read_csv(ours, keep_default_na=False, na_values=[""])
        same(found, whole.reset_index(drop=True))
        del whole, found
        turns = [(taken(COMMAND, *command), taken(BY_PANDAS, source, kept, theirs))
                 for _ in range(ROUNDS)]  # fmt: skip
    mine, other = (statistics.median(t[k][0] for t in turns) for k in (0, 1))
    peak = max(int(t[0][1]) / 1024 for t in turns)
    print(f"{size:,} rows, CSV to CSV, median of {ROUNDS} [s]")
    print(f"{'':12} {'cohort':>10} {'pandas':>10} {'x pandas':>10} {'peak MiB':>10}")
    print(f"{DRUG:12} {mine:10.2f} {other:10.2f} {mine / other:10.2f} {peak:10.0f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
