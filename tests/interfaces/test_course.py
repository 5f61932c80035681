"""A night at the command line: one file, one verb for each thing that is entered."""

import json
import os
from pathlib import Path

import pytest

from dosing.interfaces.cli import main

NEW = ["--drug", "argatroban", "--authority", "us-label", "--protocol", "argatroban-smpc-reduced",
       "--weight-kg", "70", "--child-pugh", "B", "--baseline-aptt-s", "32"]  # fmt: skip


def at(clock, day=21):
    return f"2026-11-{day}T{clock}+01:00"


@pytest.fixture
def night(tmp_path, capsys):
    """Runs a verb of a course in one file; answers with its exit code and its JSON or text."""
    file = str(tmp_path / "course.json")

    def run(verb, *words, clock=None, now=None, raw=False):
        typed = ["course", verb, file, *words]
        if clock:
            typed += ["--at", at(clock)]
            if verb not in ("show", "plot"):
                typed += ["--now", at(now or clock)]
        elif now:
            typed += ["--now", at(now)]
        code = main([*typed, *(() if raw else ("--json",))])
        out = capsys.readouterr()
        run.said = out.err
        return code, out.out if raw else json.loads(out.out)

    run.file = file
    return run


def begun(night):
    assert night("new", *NEW, clock="08:00")[0] == 0


def test_the_night_of_the_main_job_in_a_shell(night):
    code, answer = night("new", *NEW, clock="08:00")
    assert code == 0
    assert set(answer) >= {"event", "state", "findings"}
    assert (answer["state"]["running"], answer["state"]["pump_ml_h"]) == (0.5, 2.1)
    _, answer = night("measure", "--aptt-s", "44", clock="12:00")
    assert set(answer) >= {"event", "step", "state", "alerts"}
    step = answer["step"]
    assert (step["action"], step["rate"], step["pump_ml_h"]) == ("increase", 0.6, 2.5)
    assert step["recheck_at"] == at("16:00:00")
    _, answer = night("follow", clock="12:15")
    assert (answer["state"]["running"], answer["state"]["due"]) == (0.6, at("16:15:00"))
    _, answer = night("measure", "--aptt-s", "105", clock="16:15", now="16:40")
    assert (answer["step"]["action"], answer["step"]["resume_rate"]) == ("hold", 0.3)
    night("follow", clock="16:40")
    _, answer = night("show", clock="17:00")
    assert set(answer) == {"state", "alerts", "events"}
    state = answer["state"]
    assert (state["running"], state["held"], state["held_from"]) == (0, True, 0.3)
    assert [e["kind"] for e in answer["events"]] == [
        "started", "measured", "rate_set", "measured", "held",
    ]  # fmt: skip
    assert all(
        {"id", "kind", "at", "recorded_at", "by", "withdrawn_by", "corrected_by"} <= set(e)
        for e in answer["events"]
    )


def test_what_had_happened_at_a_moment_is_shown_as_known_now(night):
    begun(night)
    night("measure", "--aptt-s", "44", clock="12:00")
    night("follow", clock="12:15")
    _, answer = night("show", clock="12:10")
    assert (answer["state"]["running"], len(answer["events"])) == (0.5, 2)


def test_heparin_by_anti_xa_with_its_bolus(night):
    new = ["--drug", "heparin", "--indication", "vte", "--weight-kg", "80", "--protocol",
           "heparin-umich-anti-xa-vte"]  # fmt: skip
    _, answer = night("new", *new, clock="08:00")
    assert answer["state"]["given_total"] == 0
    assert any("A bolus of 6,400 units is ordered" in f["text"] for f in answer["findings"])
    night("bolus", "6400", clock="08:05")
    _, answer = night("measure", "--anti-xa-units-ml", "0.15", clock="14:05")
    step = answer["step"]
    assert (step["bolus_total"], step["bolus_unit"]) == (6400, "units/kg")
    _, answer = night("follow", "--no-bolus", clock="14:15")
    assert answer["state"]["running"] == 19.5
    assert answer["rates"]["units/h"] == 1560
    assert [e["kind"] for e in night("show", clock="15:00")[1]["events"]].count("bolus") == 1


def test_platelets_alone_steer_nothing(night):
    begun(night)
    _, answer = night("measure", "--platelets", "90", clock="10:00")
    assert answer["step"] is None


def test_the_same_result_again_is_entered_once_and_said(night):
    begun(night)
    _, first = night("measure", "--aptt-s", "44", clock="12:00")
    code, again = night("measure", "--aptt-s", "44", clock="12:00", now="12:30")
    assert (code, again["event"]) == (0, first["event"])
    assert "counts once" in again["findings"][0]["text"]
    assert len(night("show", clock="13:00")[1]["events"]) == 2


def test_the_same_id_is_entered_once(night):
    begun(night)
    for _ in range(2):
        night("note", "MRI", "--id", "n1", clock="09:00")
    assert len(night("show", clock="13:00")[1]["events"]) == 2


def test_an_override_needs_a_reason_and_beyond_a_limit_a_confirmation(night):
    begun(night)
    code, answer = night("set-rate", "0.4", clock="09:00")
    assert (code, answer["event"]) == (2, None)
    assert "Give a reason" in night.said
    code, _ = night("set-rate", "12", "--reason", "found so", clock="09:00")
    assert code == 2
    assert "50.4 mL/h is above the largest rate" in night.said
    assert "--confirm" in night.said
    code, answer = night("set-rate", "12", "--reason", "found so", "--confirm", clock="09:00")
    assert (code, answer["state"]["running"]) == (0, 12)
    assert "above the largest rate" in answer["findings"][0]["text"]
    code, answer = night("set-rate", "2.1", "--unit", "mL/h", "--reason", "back", clock="09:10")
    assert answer["state"]["running"] == 0.5


def test_corrections_and_withdrawals_by_id_or_number(night):
    begun(night)
    _, entry = night("measure", "--aptt-s", "44", clock="12:00")
    _, answer = night("correct", "2", "--aptt-s", "64", "--reason", "misread", now="12:30")
    assert answer["state"]["recommendation"] is None
    _, shown = night("show", clock="13:00")
    assert shown["events"][1]["corrected_by"] == answer["event"]
    code, gone = night("withdraw", answer["event"], "--reason", "was right", now="12:40")
    assert code == 0
    _, shown = night("show", clock="13:00")
    assert shown["events"][1]["corrected_by"] is None
    assert shown["events"][2]["withdrawn_by"] == gone["event"]
    assert shown["state"]["recommendation"]["rate"] == 0.6
    for bad in ("99", "nobody", ""):
        assert night("withdraw", bad, "--reason", "x", now="12:40")[0] == 2
    assert entry["event"] == shown["events"][1]["id"]


def test_hold_resume_change_interrupt_note_and_stop(night):
    begun(night)
    assert night("hold", "--reason", "procedure", clock="09:00")[1]["state"]["held"]
    assert not night("resume", "--reason", "done", clock="10:00")[1]["state"]["held"]
    assert night("change", "--weight-kg", "77", clock="10:30")[0] == 0
    assert night("interrupt", "CT", clock="11:00")[1]["state"]["due"] == at("15:00:00")
    assert night("note", "seen", clock="11:10")[0] == 0
    _, answer = night(
        "stop", "--reason", "DOAC", "--next-agent", "rivaroxaban", "--next-at", at("14:00"),
        clock="12:00",
    )  # fmt: skip
    assert answer["state"]["next_agent"] == "rivaroxaban"
    assert answer["state"]["stopped"]


def test_the_picture_is_written(night, tmp_path):
    begun(night)
    picture = tmp_path / "night.svg"
    assert night("plot", "-o", str(picture), clock="12:00")[0] == 0
    assert picture.read_text("utf-8").lstrip().startswith("<?xml")
    assert night("plot", "-o", str(tmp_path / "none" / "x.svg"), clock="12:00")[0] == 2


def test_the_log_reads_well(night):
    begun(night)
    night("measure", "--aptt-s", "44", "--by", "CJ", clock="12:00")
    code, text = night("show", clock="12:30", raw=True)
    assert code == 0
    assert "running at 0.5 mcg/kg/min = 2.1 mL/h" in text
    assert "2026-11-21 12:00  aPTT 44 s (CJ)" in text
    _, text = night("follow", clock="12:40", raw=True)
    assert "rate set to 0.6 mcg/kg/min = 2.5 mL/h" in text
    _, text = night("measure", "--aptt-s", "60", clock="16:40", raw=True)
    assert "Continue at 0.6" in text


def test_a_course_without_an_order_makes_no_file(night):
    code, answer = night("new", "--drug", "argatroban", clock="08:00")
    assert (code, answer["event"]) == (2, None)
    assert "weight" in night.said.lower()
    assert not os.path.exists(night.file)
    code, _ = night(
        "new", "--drug", "heparin", "--indication", "vte", "--weight-kg", "70",
        "--hit-confirmed", "yes", clock="08:00",
    )  # fmt: skip
    assert code == 3


def test_a_file_that_exists_is_not_written_over(night):
    begun(night)
    code, _ = night("new", *NEW, clock="09:00")
    assert code == 2
    assert "exists already" in night.said


@pytest.mark.parametrize(
    ("content", "wish"),
    [("", "it is no JSON"), ("{", "it is no JSON"), ("[]", "not the record of a course"),
     ('{"format": 2}', "not the record of a course"), ("[" * 100_000, "it is no JSON")],
)  # fmt: skip
def test_what_is_no_record_is_refused_and_stays_as_it_is(night, content, wish):
    with open(night.file, "w") as out:
        out.write(content)
    code, answer = night("show", clock="12:00")
    assert (code, answer["events"]) == (2, [])
    assert wish in night.said
    with open(night.file) as kept:
        assert kept.read() == content


def test_a_missing_file_is_said(night):
    assert night("measure", "--aptt-s", "44", clock="12:00")[0] == 2
    assert "cannot be read: No such file" in night.said


@pytest.mark.parametrize(
    ("words", "wish"),
    [
        (["--aptt-s", "abc", "--at", at("12:00")], "not a plain number"),
        (["--at", at("12:00")], "at least one result"),
        (["--weight-kg", "70", "--at", at("12:00")], "Body weight is not kept as a result"),
        (["--aptt-s", "44", "--at", "2026-11-21T12:00"], "says no zone"),
        (["--aptt-s", "44", "--at", "noon"], "is no date and time"),
        (["--aptt-s", "44", "--at", at("12:00"), "--now", at("11:00")], "has not come yet"),
        (["--aptt-s", "44", "--at", at("12:00"), "--running", "9", "--running-unit", "drops"],
         "no unit in which a pump is set"),
        (["--aptt-s", "44", "--at", "2026-10-25 02:30", "--zone", "Europe/Berlin"], "came twice"),
    ],
)  # fmt: skip
def test_a_refused_entry_changes_nothing_and_says_why(night, words, wish):
    begun(night)
    before = Path(night.file).read_bytes()
    words = words if "--now" in words else [*words, "--now", at("13:00")]
    code, answer = night("measure", *words)
    assert (code, answer["event"], answer["step"]) == (2, None, None)
    assert wish in night.said
    assert answer["findings"][0]["level"] == "needed"
    assert Path(night.file).read_bytes() == before
    assert os.listdir(os.path.dirname(night.file)) == ["course.json"]


def test_a_file_changed_meanwhile_is_not_written_over(night, monkeypatch):
    begun(night)
    from dosing.interfaces import course

    read = course._read

    def slow(path):
        found = read(path)
        with open(path, "a") as out:
            out.write("\n")
        return found

    monkeypatch.setattr(course, "_read", slow)
    assert night("note", "x", clock="09:00")[0] == 2
    assert "changed by somebody else" in night.said


def test_each_verb_has_help(capsys):
    from dosing.interfaces.course import VERBS

    for verb in VERBS:
        with pytest.raises(SystemExit) as ended:
            main(["course", verb, "--help"])
        assert ended.value.code == 0
        assert "FILE" in capsys.readouterr().out
