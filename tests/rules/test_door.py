"""What is no answer at all is refused in a sentence that names the input, at every door."""

import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest

import dosing

HUGE = 10**400
# Python itself refuses to write out a whole number of more digits than this.
UNWRITABLE = 10**5000
NO_NUMBERS = {
    "a whole number of 400 digits": HUGE,
    "the same below zero": -HUGE,
    "400 digits as text": "9" * 400,
    "a number too long to be written": UNWRITABLE,
    "bytes": b"70",
    "a bytearray": bytearray(b"70"),
    "a missing time": pd.NaT,
    "a moment": dt.datetime(2026, 11, 21, 8),
    "a day": dt.date(2026, 11, 21),
    "a moment of numpy": np.datetime64("2026-11-21"),
    "a stretch of time": np.timedelta64(70, "D"),
    "infinity": math.inf,
    "a complex number": 70j,
    "a list": [70],
}
DOORS = {
    "start": (lambda x: dosing.start("argatroban", weight_kg=x, child_pugh="A"), "Body weight"),
    "titrate": (
        lambda x: dosing.titrate("argatroban-smpc-reduced", running=1, weight_kg=x, aptt_s=60),
        "Body weight",
    ),
    "the rate that runs": (
        lambda x: dosing.titrate("argatroban-smpc-reduced", running=x, weight_kg=70, aptt_s=60),
        "Rate running now",
    ),
    "score": (
        lambda x: dosing.score(
            "cockcroft-gault", age_y=60, sex="female", creatinine_mg_dl=1, weight_kg=x
        ),
        "Body weight",
    ),
    "pathway": (lambda x: dosing.pathway("hit", weight_kg=x), "Body weight"),
    "target": (lambda x: dosing.target("argatroban", baseline_aptt_s=x), "baseline aPTT"),
}


def refused(answer) -> str:
    """The sentence with which an answer withholds what was asked; it holds no number of a dose."""
    given = [getattr(answer, name, None) for name in ("order", "action", "value", "window")]
    assert not [part for part in given if part], given
    return " ".join(f.text for f in answer.findings if f.stops)


@pytest.mark.parametrize("value", NO_NUMBERS.values(), ids=NO_NUMBERS)
@pytest.mark.parametrize(("ask", "label"), DOORS.values(), ids=DOORS)
def test_no_number_gives_no_dose_and_names_the_input(ask, label, value):
    try:
        said = refused(ask(value))
    except ValueError as error:
        said = str(error)
    assert label.lower() in said.lower()
    assert len(said) < 1500


NO_CLASSES = {"bytes": b"A", "day": dt.date(2026, 11, 21), "digits": UNWRITABLE, "list": ["A"]}


@pytest.mark.parametrize("value", NO_CLASSES.values(), ids=NO_CLASSES)
def test_no_class_names_the_input_and_what_exists(value):
    answer = dosing.start("argatroban", weight_kg=70, child_pugh=value)
    said = refused(answer)
    assert "Child-Pugh" in said
    assert "none, A, B, C" in said
