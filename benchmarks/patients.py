"""One patient, and a million in a frame against `DataFrame.apply` and hand-written NumPy.

All three ways read the same frame and write the same numbers: status, dose, low, high, row, for a
fixed dose the interval, and for a drug that is pumped the pump rate and the dose which that rate
gives. All refuse an impossible number, say when an input is missing, and leave no number where
there is no order. Only `dosing.start` also writes words: reason, unit, authority, table and source.
The answers are compared first; a difference ends the script. `apply` is timed on a slice, and its
time scaled up.
"""

import statistics
import time

import numpy as np
import pandas as pd

import dosing

SIZE, SLICE, ROUNDS, STARTS = 1_000_000, 20_000, 7, 2_000
STATUSES = ["ok", "stop", "missing", "impossible"]
NOTHING = (np.nan, np.nan, np.nan)
DAILY = 24.0  # fondaparinux, in hours


def cohort(size):
    """Plausible patients; one in 50 lacks a number, one in 1,000 has an impossible one."""
    draw = np.random.default_rng(20_261_121)
    frame = pd.DataFrame(
        {
            "weight_kg": draw.normal(78, 18, size).clip(35, 190).round(1),
            "crcl_ml_min": draw.normal(75, 35, size).clip(5, 180).round(),
            "child_pugh": pd.Categorical(
                draw.choice(["none", "A", "B", "C"], size, p=[0.7, 0.1, 0.12, 0.08])
            ),
        }
    )
    frame.loc[draw.random(size) < 0.02, "crcl_ml_min"] = np.nan
    frame.loc[draw.random(size) < 0.02, "child_pugh"] = np.nan
    frame.loc[draw.random(size) < 0.001, "weight_kg"] = 1780
    return frame


def fondaparinux_one(patient):
    """The rule of fondaparinux for one row of a frame, in plain Python."""
    weight, crcl = patient["weight_kg"], patient["crcl_ml_min"]
    if not (weight != weight or 1 <= weight <= 400) or not (crcl != crcl or 0 <= crcl <= 300):
        return "impossible", *NOTHING, np.nan, 0
    if crcl < 30:
        return "stop", *NOTHING, np.nan, 1
    if crcl != crcl or weight != weight:
        return "missing", *NOTHING, np.nan, 0
    if weight < 50:
        return "ok", 5.0, np.nan, np.nan, DAILY, 2
    if weight <= 100:
        return "ok", 7.5, np.nan, np.nan, DAILY, 3
    return "ok", 10.0, np.nan, np.nan, DAILY, 4


def argatroban_one(patient):
    """The rule of argatroban for one row of a frame, in plain Python."""
    weight, grade = patient["weight_kg"], patient["child_pugh"]
    if not (weight != weight or 1 <= weight <= 400):
        return "impossible", *NOTHING, np.nan, np.nan, 0
    if grade != grade:
        return "missing", *NOTHING, np.nan, np.nan, 0
    row, dose = (1, 2.0) if grade in ("none", "A") else (2, 0.5)
    if weight != weight:
        return "missing", *NOTHING, np.nan, np.nan, row
    pump = round(int(round(dose * weight * 60 / 1000 / 0.1, 9) + 0.5) * 0.1, 9)
    if pump <= 0:
        return "stop", *NOTHING, np.nan, np.nan, row
    return "ok", dose, np.nan, np.nan, pump, round(pump * 1000 / 60 / weight, 6), row


def fondaparinux_by_hand(frame):
    """The same for all rows with np.select, as an analyst would write it by hand."""
    weight, crcl = frame["weight_kg"].to_numpy(), frame["crcl_ml_min"].to_numpy()
    impossible = (weight < 1) | (weight > 400) | (crcl < 0) | (crcl > 300)
    missing = np.isnan(weight) | np.isnan(crcl)
    bands = [impossible, crcl < 30, missing, weight < 50, weight <= 100]
    row = np.select(bands, [0, 1, 0, 2, 3], 4)
    dose = np.select(bands, [np.nan, np.nan, np.nan, 5, 7.5], 10)
    status = np.select(bands[:3], [3, 1, 2], 0).astype(np.int8)
    nothing = np.full(len(frame), np.nan)
    more = {"high": nothing.copy(), "every_h": np.where(status == 0, DAILY, np.nan)}
    return _frame(frame, status, dose=dose, low=nothing, **more, row=row)


def argatroban_by_hand(frame):
    """The same for all rows with np.select, as an analyst would write it by hand."""
    weight, grade = frame["weight_kg"].to_numpy(), frame["child_pugh"]
    impossible = (weight < 1) | (weight > 400)
    grades = [grade.isin(["none", "A"]).to_numpy(), grade.isin(["B", "C"]).to_numpy()]
    row = np.select([impossible, *grades], [0, 1, 2], 0)
    dose = np.select([impossible, *grades], [np.nan, 2, 0.5], np.nan)
    pump = np.floor(np.round(dose * weight * 60 / 1000 / 0.1, 9) + 0.5) * 0.1
    pump = np.round(pump, 9)
    status = np.select([impossible, np.isnan(pump), pump <= 0], [3, 2, 1], 0).astype(np.int8)
    pump, dose = np.where(status == 0, pump, np.nan), np.where(status == 0, dose, np.nan)
    given, nothing = np.round(pump * 1000 / 60 / weight, 6), np.full(len(frame), np.nan)
    more = {"pump_ml_h": pump, "given_dose": given}
    return _frame(frame, status, dose=dose, low=nothing, high=nothing.copy(), **more, row=row)


def _frame(cohort, codes, **columns):
    status = pd.Categorical.from_codes(codes, categories=STATUSES)
    return pd.DataFrame({"status": status, **columns}, index=cohort.index, copy=False)


def same(mine, other, drug, way):
    """End the script where two ways differ; a refused patient's row number is not compared."""
    numbers = mine.select_dtypes("number").columns
    if set(numbers) != set(other.columns.drop("status")):
        raise SystemExit(f"{drug}: the number columns by {way} are others")
    if mine["status"].astype(str).tolist() != other["status"].astype(str).tolist():
        raise SystemExit(f"{drug}: status by {way} differs")
    rows = np.where(mine["status"] == "impossible", 0, mine["row"])
    if (rows != np.where(other["status"] == "impossible", 0, other["row"])).any():
        raise SystemExit(f"{drug}: row by {way} differs")
    for name in numbers.drop("row"):
        if not np.allclose(mine[name], other[name].astype(float), rtol=1e-9, equal_nan=True):
            raise SystemExit(f"{drug}: {name} by {way} differs")


def timed(*ways):
    """The median time of each way; they take turns, so that a busy moment meets all alike. [s]"""
    took = [[] for _ in ways]
    for _ in range(ROUNDS):
        for way, times in zip(ways, took, strict=True):
            begun = time.perf_counter()
            way()
            times.append(time.perf_counter() - begun)
    return [statistics.median(times) for times in took]


def one_patient():
    """The median time of one first order. [ms]"""
    took = []
    for weight in np.linspace(40, 140, STARTS):
        begun = time.perf_counter()
        dosing.start("argatroban", weight_kg=weight, child_pugh="B")
        took.append(time.perf_counter() - begun)
    return 1000 * statistics.median(took)


def many(drug, frame, one, by_hand):
    """One line of the table: a drug three ways."""
    head = frame.head(SLICE)
    mine = dosing.start(drug, frame)
    selected = by_hand(frame)
    same(mine, selected, drug, "np.select")
    names = selected.columns
    rows = pd.DataFrame(head.apply(one, axis=1).tolist(), columns=names, index=head.index)
    same(mine.head(SLICE), rows, drug, "apply")
    many_s, select_s = timed(lambda: dosing.start(drug, frame), lambda: by_hand(frame))
    (apply_s,) = timed(lambda: head.apply(one, axis=1))
    apply_s *= SIZE / SLICE
    print(
        f"{drug:14} {many_s:12.3f} {select_s:12.3f} {apply_s:12.1f}"
        f" {many_s / select_s:14.2f} {apply_s / many_s:12.0f}"
    )


def main():
    print(f"one first order (argatroban), median of {STARTS:,}: {one_patient():.2f} ms")
    print(f"\n{SIZE:,} patients, median of {ROUNDS} [s]; apply on {SLICE:,} rows, scaled")
    print(
        f"{'':14} {'start':>12} {'np.select':>12} {'apply':>12}"
        f" {'x np.select':>14} {'apply / it':>12}"
    )
    frame = cohort(SIZE)
    few = frame[["weight_kg", "crcl_ml_min"]]
    many("fondaparinux", few, fondaparinux_one, fondaparinux_by_hand)
    many("argatroban", frame[["weight_kg", "child_pugh"]], argatroban_one, argatroban_by_hand)


if __name__ == "__main__":
    main()
