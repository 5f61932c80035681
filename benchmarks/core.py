"""Speed of the core, as ratios measured side by side in one run: `make bench`."""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

import dosing

ROWS = 1_000_000
APPLIED = 20_000  # rows given to DataFrame.apply, whose time grows with their number


def seconds(work: Callable[[], object], runs: int) -> float:
    """The median of some runs, after one that does not count."""
    work()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def cohort() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    return pd.DataFrame(
        {"weight_kg": rng.uniform(40, 140, ROWS), "crcl_ml_min": rng.uniform(10, 120, ROWS)}
    )


def by_apply(row: pd.Series) -> float:
    """The rule of fondaparinux in HIT (US), as one writes it for a row."""
    weight, crcl = row["weight_kg"], row["crcl_ml_min"]
    if np.isnan(weight) or np.isnan(crcl) or not 1 <= weight <= 400 or not 0 <= crcl <= 300:
        return np.nan
    if crcl < 30:
        return np.nan
    if weight < 50:
        return 5.0
    return 7.5 if weight <= 100 else 10.0


def by_select(frame: pd.DataFrame) -> pd.DataFrame:
    """The same rule by hand in np.select, with the same checks and the status beside the dose."""
    weight, crcl = frame["weight_kg"].to_numpy(), frame["crcl_ml_min"].to_numpy()
    impossible = (weight < 1) | (weight > 400) | (crcl < 0) | (crcl > 300)
    missing = np.isnan(weight) | np.isnan(crcl)
    low = crcl < 30
    dose = np.select(
        [impossible | missing | low, weight < 50, weight <= 100], [np.nan, 5.0, 7.5], 10.0
    )
    status = np.select([impossible, missing, low], [3, 2, 1], 0)
    names = ["ok", "stop", "missing", "impossible"]
    return pd.DataFrame(
        {"status": pd.Categorical.from_codes(status, names), "dose": dose}, index=frame.index
    )


def start_up(code: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - start


def main() -> None:
    one = seconds(lambda: dosing.start("argatroban", weight_kg=70, child_pugh="B"), 200)
    print(f"one patient, start                      {one * 1e3:8.3f} ms   (aim: under 0.5)")
    one = seconds(
        lambda: dosing.titrate(
            "argatroban-smpc-reduced", 0.5, weight_kg=70, aptt_s=44, baseline_aptt_s=32
        ),
        200,
    )
    print(f"one patient, titrate                    {one * 1e3:8.3f} ms")

    frame = cohort()
    ours = dosing.start_many("fondaparinux", frame)
    theirs = by_select(frame)
    assert (ours["status"] == theirs["status"]).all()
    assert np.array_equal(ours["dose"], theirs["dose"], equal_nan=True)
    many = seconds(lambda: dosing.start_many("fondaparinux", frame), 9)
    select = seconds(lambda: by_select(frame), 9)
    part = frame.iloc[:APPLIED]
    apply = seconds(lambda: part.apply(by_apply, axis=1), 3) * ROWS / APPLIED
    print(f"1,000,000 rows, start_many              {many * 1e3:8.1f} ms   (aim: 100)")
    print(f"  the same rule by hand in np.select    {select * 1e3:8.1f} ms")
    print(f"  the same rule in DataFrame.apply      {apply * 1e3:8.0f} ms   (from {APPLIED:,} rows)")
    print(f"  ratio to np.select                    {many / select:8.2f}      (aim: at most 4)")
    print(f"  ratio of apply to start_many          {apply / many:8.0f}      (aim: at least 60)")

    frame["child_pugh"] = pd.Categorical(
        np.random.default_rng(2).choice(["none", "A", "B", "C"], ROWS)
    )
    many = seconds(lambda: dosing.start_many("argatroban", frame), 9)
    print(f"1,000,000 rows, argatroban with pump    {many * 1e3:8.1f} ms")

    pairs = [(start_up("import numpy"), start_up("import dosing")) for _ in range(15)]
    numpy, ours_ = (statistics.median(column) for column in zip(*pairs, strict=True))
    bare = statistics.median(start_up("pass") for _ in range(15))
    print(f"import numpy, whole process             {numpy * 1e3:8.1f} ms   (Python alone: {bare * 1e3:.1f})")
    print(f"import dosing, whole process            {ours_ * 1e3:8.1f} ms")
    print(f"  ratio                                 {ours_ / numpy:8.2f}      (aim: at most 1.5)")


if __name__ == "__main__":
    main()
