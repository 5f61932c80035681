"""The command line, as it is typed."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import dosing
from dosing.interfaces.cli import main, parser
from dosing.knowledge.library import load

ROOT = Path(__file__).resolve().parent.parent.parent

START = ["start", "argatroban", "--weight-kg", "70", "--child-pugh", "B"]
TITRATE = [
    "titrate", "argatroban-smpc-reduced", "--running", "0.5", "--weight-kg", "70",
    "--aptt-s", "44", "--baseline-aptt-s", "32",
]  # fmt: skip
PARTS = "--bilirubin-mg-dl 2 --albumin-g-dl 3.5 --inr 1.7 --ascites mild --encephalopathy-grade 1"


def run(capsys, *argv):
    code = main([str(a) for a in argv])
    out, err = capsys.readouterr()
    return code, out, err


def refused(capsys, *argv):
    """One line on standard error, empty JSON, and the code of the gravest finding."""
    code, out, err = run(capsys, *argv, "--json")
    assert err.count("\n") == 1
    data = json.loads(out)
    assert code == {"stop": 3, "needed": 2}[data["findings"][0]["level"]]
    return data, err


def test_start(capsys):
    code, out, err = run(capsys, *START)
    assert (code, err) == (0, "")
    assert "argatroban 0.5 mcg/kg/min" in out
    assert "set the pump to 2.1 mL/h at 1 mg/mL" in out
    data = json.loads(run(capsys, *START, "--json")[1])
    assert (data["order"]["dose"], data["order"]["pump_ml_h"]) == (0.5, 2.1)


@pytest.mark.parametrize(
    ("argv", "wish"),
    [
        (["--weight-kg", "-5"], "-5 kg is not possible"),
        (["--weight-kg", "0"], "0 kg is not possible"),
        (["--weight-kg", "99999"], "99,999 kg is not possible"),
        (["--weight-kg", "1,000"], "can be read in two ways"),
        (["--weight-kg", "1e3"], "is not a plain number"),
        (["--weight-kg", "abc"], "is not a plain number"),
        (["--weight-kg", "７０"], "is not a plain number"),
        (["--weight-kg", ""], "Body weight is needed"),
        (["--weight-kg", "70", "--weight-lb", "150"], "given twice"),
        (["--weight-kg", "70", "--child-pugh", "D"], "is not one of none, A, B, C"),
        (["--weight-kg", "70", "--child-pugh", ""], "Child-Pugh class is needed"),
        (["--weight-kg", "70", "--authority", "fda"], "there are us-label"),
        (["--weight-kg", "70", "--indication", "sepsis"], "there are hit"),
        (["--weight-kg", "70", "--concentration-mg-ml", "100"], "dilute it 100 times"),
        (["--weight-kg", "70", "--weight-lb", "300", "--child-pugh", "A"],
         "given twice, as 70 kg and as 300 lb: which is right?"),
    ],
)  # fmt: skip
def test_bad_input_gives_no_dose_and_one_sentence(capsys, argv, wish):
    data, err = refused(capsys, "start", "argatroban", "--child-pugh", "A", *argv)
    assert data["order"] is None
    assert wish in err


def test_a_decimal_comma(capsys):
    code, out, _ = run(capsys, "start", "argatroban", "--child-pugh", "A", "--weight-kg", "78,5")
    assert code == 0
    assert "9.4 mL/h" in out


def test_an_unknown_drug_lists_what_exists(capsys):
    data, err = refused(capsys, "start", "argatrobn", "--weight-kg", "70")
    assert data["order"] is None
    assert re.search("there are .*argatroban, .*heparin, .*warfarin", err)


def test_label_table(capsys):
    argv = ["start", "argatroban", "--weight-kg", "70", "--child-pugh", "none", "--label-table"]
    assert "set the pump to 8 mL/h" in run(capsys, *argv)[1]


def test_compare_says_each_bolus(capsys):
    assert main(["compare", "heparin", "--indication", "acs", "--weight-kg", "120"]) == 0
    said = capsys.readouterr().out.splitlines()
    width = len("University of Michigan")
    said = {line[:width].strip(): line[width:] for line in said}
    assert "bolus 4,000 units" in said["ACC/AHA"]
    assert "bolus 5,000 units" in said["ACCP 2012"]


def test_compare(capsys):
    argv = ["compare", "bivalirudin", "--weight-kg", "80", "--crcl-ml-min", "25"]
    code, out, _ = run(capsys, *argv)
    assert code == 0
    assert "\nTsu 2011 " in out
    assert "tsu-2011" not in re.sub(r"\[.*?\]", "", out)
    found = json.loads(run(capsys, *argv, "--json")[1])
    assert {a["authority"]: (a["order"] or {}).get("dose") for a in found}["runyan-2011"] == 0.08


def test_titrate(capsys):
    code, out, _ = run(capsys, *TITRATE)
    assert code == 0
    assert "Increase to 0.6 mcg/kg/min: pump 2.5 mL/h. Next aPTT in 4 h." in out
    data = json.loads(run(capsys, *TITRATE, "--json")[1])
    assert (data["action"], data["rate"], data["recheck_h"]) == ("increase", 0.6, 4)


@pytest.mark.parametrize(
    ("argv", "wish"),
    [
        (["titrate", "argatroban-uhs-2016", "--aptt-s", "60"], "Rate running now"),
        (["titrate", "argatroban-uhs-2016", "--running", "2"], "aPTT is needed"),
        (["titrate", "argatroban-uhs-2016", "--running", "0", "--aptt-s", "60"], "above 0"),
        (["titrate", "argatroban-x", "--running", "2", "--aptt-s", "60"], "There is no protocol"),
        (["titrate", "argatroban-uhs-2016", "--running", "2", "--aptt-s", "60",
          "--in-range-before", "many"], "is not a plain number"),
    ],
)  # fmt: skip
def test_a_refused_titration(capsys, argv, wish):
    data, err = refused(capsys, *argv)
    assert data["rate"] is None
    assert wish in err


def test_while_held(capsys):
    argv = [*TITRATE, "--held-from", "0.3"]
    argv[argv.index("--running") + 1] = "0"
    assert json.loads(run(capsys, *argv, "--json")[1])["action"] == "resume"


def test_scores(capsys):
    data = json.loads(run(capsys, "score", "child-pugh", *PARTS.split(), "--json")[1])
    assert (data["value"], data["band"]) == (10, "C")
    argv = [
        "score",
        "cockcroft-gault",
        "--age-y",
        "60",
        "--weight-kg",
        "70",
        "--creatinine-mg-dl",
        "1",
        "--sex",
        "f",
    ]
    assert json.loads(run(capsys, *argv, "--json")[1])["value"] == pytest.approx(66.11111)


@pytest.mark.parametrize(
    "argv", [["score", "child-pugh", "--inr", "1"], ["score", "apgar"], ["score", "child-pugh"]]
)
def test_a_refused_score(capsys, argv):
    data, _ = refused(capsys, *argv)
    assert data["value"] is None


def test_lint(capsys, tmp_path):
    assert run(capsys, "lint")[:2] == (
        0, "nothing to mend: every patient in the domain meets exactly one row\n",
    )  # fmt: skip
    path = tmp_path / "x.toml"
    path.write_text("id = 1", "utf-8")
    code, out, _ = run(capsys, "lint", path)
    assert code == 1
    assert out.startswith("x.toml: id: found 1; text in quotes is expected.\n")
    assert len(out.splitlines()) > 1
    assert run(capsys, "lint", tmp_path / "nothing.toml")[0] == 2


def test_diff(capsys):
    code, out, _ = run(
        capsys, "diff", "argatroban-ummc-2008-normal", "argatroban-ummc-2008-critical"
    )
    assert code == 1
    assert "aptt_s 15 to below 40 s" in out
    assert run(capsys, "diff", "a", "b")[0] == 2


def test_tables_and_evidence(capsys):
    assert "argatroban-hit-eu-smpc" in run(capsys, "tables")[1]
    one = json.loads(run(capsys, "tables", "argatroban-uhs-2016")[1])
    assert one["measure"] == "aptt_s"
    assert run(capsys, "tables", "x")[0] == 2
    assert "argatroban-us-label" in run(capsys, "evidence")[1]
    assert run(capsys, "evidence", "x")[0] == 2
    assert json.loads(run(capsys, "evidence", "--json")[1])["ash-2018"]["confirmed"]


@pytest.mark.parametrize("verb", ["start", "compare", "titrate", "score", "pathway"])
def test_every_name_is_an_option_of_every_verb_about_a_patient(verb):
    names = load().names
    assert len(names) > 150
    flags = [word for name in names for word in (f"--{name.replace('_', '-')}", "1")]
    read = vars(parser([verb]).parse_args([verb, "x", *flags]))
    assert {name: read[name] for name in names} == dict.fromkeys(names, "1")


def test_version_and_help_load_nothing(capsys):
    heavy = {"numpy", "attrs", "attr", "dosing.knowledge.library", "json", "tomllib"}
    for option in ("--version", "--help"):
        code = (
            "import sys; from dosing.interfaces.cli import main\n"
            f"try: main([{option!r}])\n"
            f"finally: print(sorted({heavy} & set(sys.modules)), file=sys.stderr)"
        )
        ran = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
        assert ran.stderr.strip() == "[]"
        assert "dosing" in ran.stdout


def test_the_version_is_the_packages(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"dosing {dosing.__version__}\n"


def test_no_verb_is_help_and_no_answer(capsys):
    code, out, _ = run(capsys)
    assert code == 2
    assert "start" in out


def test_an_option_that_does_not_exist(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["start", "argatroban", "--wieght-kg", "70"])
    assert caught.value.code == 2
    assert "--wieght-kg" in capsys.readouterr().err


def test_a_faulty_hospital_folder_is_refused_in_a_sentence(tmp_path):
    (tmp_path / "site.toml").write_text('pump_step_ml_h = "0.1"', "utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "dosing.interfaces.cli", *START],
        capture_output=True, text=True, check=False,
        env=os.environ | {"DOSING_SITE": str(tmp_path)},
    )  # fmt: skip
    assert ran.returncode == 2
    assert "site.toml" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_time_in_range(capsys):
    argv = ["ttr", "0:1.5", "10:2.5", "--low", "2", "--high", "3"]
    code, out, err = run(capsys, *argv)
    assert (code, err) == (0, "")
    assert "50% of the time in range 2 to 3" in out
    assert "in range 5 of 10 days" in out
    assert "rosendaal-1993 (secondary)" in out
    data = json.loads(run(capsys, *argv, "--json")[1])
    assert (data["pct"], data["days_in"], data["days_below"]) == (50, 5, 5)


def test_a_long_gap_is_left_out_and_said(capsys):
    points = ["0:2.5", "10:2.5", "90:2.5", "--low", "2", "--high", "3"]
    assert "left out, longer than 56 days: 1" in run(capsys, "ttr", *points)[1]
    longer = run(capsys, "ttr", *points, "--max-gap", "80")[1]
    assert "in range 90 of 90 days" in longer
    assert "left out" not in longer


@pytest.mark.parametrize(
    ("points", "wish"),
    [
        (["0:1.5"], "Two INRs are needed at least"),
        (["0:1.5", "x"], "'x' is not a day and an INR: write 10:2.5"),
        (["0:1.5", "9:1e3"], "is not a plain number"),
        (["9:1.5", "0:2"], "The days must rise"),
        (["0:1.5", "90:2"], "No two INRs lie within 56 days of each other"),
        (["0:0", "9:2"], "INR: 0 is not possible (0.5 to 50)"),
        (["0:2", "9:"], "'9:' is not a day and an INR"),
    ],
)
def test_time_in_range_is_refused_in_one_sentence(capsys, points, wish):
    data, err = refused(capsys, "ttr", *points, "--low", "2", "--high", "3")
    assert data["pct"] is None
    assert wish in err


def test_an_equation_by_the_command_line(capsys):
    argv = ["score", "warfarin-week", "--weekly-dose-mg", "35", "--change-pct", "-10"]
    code, out, _ = run(capsys, *argv, "--tablet-mg", "5")
    assert code == 0
    assert "31.5 mg a week" in out
    assert "Tuesday: 5 mg: 1 of 5 mg" in out
    data, err = refused(capsys, "score", "argatroban-link-2009", "--apache2", "36")
    assert data["value"] is None
    assert "does not hold" in err
