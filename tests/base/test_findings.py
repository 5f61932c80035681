"""Findings: what stops, what warns, what is only said."""

from dosing.base.findings import Finding, ordered, stopped


def test_stops_come_first_and_nothing_is_said_twice():
    note, warn, stop = Finding("note", "n"), Finding("warn", "w"), Finding("stop", "s")
    assert ordered([note, warn, stop, note]) == (stop, warn, note)


def test_only_a_stop_forbids_a_dose():
    assert not stopped([Finding("warn", "w"), Finding("note", "n")])
    assert stopped([Finding("note", "n"), Finding("stop", "s")])


def test_as_json():
    assert Finding("warn", "w", "c").to_dict() == {"level": "warn", "text": "w", "cite": "c"}
