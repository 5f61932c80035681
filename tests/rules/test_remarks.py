"""What is said of many patients is what is said of each."""

import numpy as np

from dosing.knowledge.library import load
from dosing.rules.remarks import Remark, anyone, findings_at, reasons, remark, withheld

SEEDS = load()
WARN = Remark("warn", "Act.", "a", np.array([True, True, False, True]))
STOP = Remark("stop", "Do not.", "b", np.array([False, True, False, False]))
NOTE = Remark("note", "Know.")
NEEDED = remark(SEEDS, "input-needed", np.array([False, False, False, True]), label="Weight")
ALL = (NOTE, WARN, NEEDED, STOP)


def test_the_gravest_comes_first():
    assert [f.level for f in findings_at(ALL, 1)] == ["stop", "warn", "note"]
    assert [f.level for f in findings_at(ALL, 3)] == ["needed", "warn", "note"]
    assert [f.text for f in findings_at(ALL, 2)] == ["Know."]


def test_a_sentence_takes_each_patients_own_values():
    one = Remark(
        "warn", "{dose} mg for {who}", where=True, values={"dose": np.array([1.5, 2]), "who": "all"}
    )
    assert [one.text_at(0), one.text_at(1)] == ["1.5 mg for all", "2 mg for all"]
    assert one.varies
    assert not NOTE.varies


def test_the_reason_is_the_gravest_sentence_and_never_a_note():
    codes, texts = reasons(ALL, 4)
    assert [texts[c] if c >= 0 else "" for c in codes] == [
        "Act.", "Do not.", "", "Weight is needed.",
    ]  # fmt: skip


def test_a_reason_may_differ_from_row_to_row():
    each = Remark("warn", "{x} is high", where=np.array([True, False, True]),
                  values={"x": np.array([1.0, 2.0, 3.0])})  # fmt: skip
    codes, texts = reasons([each], 3)
    assert [texts[c] if c >= 0 else "" for c in codes] == ["1 is high", "", "3 is high"]


def test_of_whom_a_level_is_true():
    assert withheld(ALL, "stop", 4).tolist() == [False, True, False, False]
    assert withheld(ALL, "note", 4).all()
    assert anyone(True)
    assert not anyone(False)
    assert not anyone(np.zeros(2, dtype=bool))
