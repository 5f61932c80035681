"""Findings: what stops, what warns, what is only said."""

from dosing.base.findings import Finding, ordered, stopped


def test_stops_come_first_and_nothing_is_said_twice():
    note, warn, stop = Finding("note", "n"), Finding("warn", "w"), Finding("stop", "s")
    assert ordered([note, warn, stop, note]) == (stop, warn, note)


def test_only_a_stop_forbids_a_dose():
    assert not stopped([Finding("warn", "w"), Finding("note", "n")])
    assert stopped([Finding("note", "n"), Finding("stop", "s")])


def test_as_json():
    told = Finding("warn", "w", "c", "said").to_dict()
    assert told == {"level": "warn", "text": "w", "cite": "c", "id": "said"}


def test_a_sentence_without_a_name_is_called_by_its_first_words():
    long = Finding("warn", "Check the bag, 5 mg/mL, before setting the pump.")
    assert long.to_dict()["id"] == "check-the-bag-mg-ml-before"


def test_a_finding_is_the_same_under_any_name():
    assert ordered([Finding("warn", "w", "", "a"), Finding("warn", "w")]) == (Finding("warn", "w"),)
