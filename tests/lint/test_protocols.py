"""A faulty protocol is told what to mend, in a sentence that names the row."""

from pathlib import Path

import pytest

from dosing.lint.site import lint_path

ROOT = Path(__file__).resolve().parent.parent.parent
UHS = (ROOT / "seeds/protocols/argatroban_uhs_2016.toml").read_text("utf-8")
RASCHKE = (ROOT / "seeds/protocols/heparin_raschke_1993.toml").read_text("utf-8")


def wishes(tmp_path, text, name="argatroban_uhs_2016.toml"):
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return " ".join(lint_path(str(path)))


@pytest.mark.parametrize(
    ("old", "new", "wish"),
    [
        ('aptt_s = "[45, 90]"', 'aptt_s = "[46, 90]"', "no row for aptt_s = 45 s"),
        ('target = "[45, 90]"', 'target = "[50, 90]"', "nothing for a result outside the target"),
        ('aptt_s = "< 45"', 'aptt_s = "<= 45"', "more than one row for aptt_s = 45 s"),
        ("factor = 1.2", "factor = 0.8", "lowers the rate for a result below the target"),
        ("{ hold_min = 60, resume_factor = 0.5 }", "{ factor = 1.5 }",
         "raises the rate for a result above the target"),
        ("{ hold_min = 60, resume_factor = 0.5 }", "{ hold_min = 60 }", "how to resume"),
        ("{ hold_min = 60, resume_factor = 0.5 }",
         '{ hold_min = 60, hold = "until_in_range", resume_factor = 0.5 }',
         "both for minutes and until in range"),
        ("then = {}", "then = { add = 0.1 }", "changes the rate within the target"),
        ("max_rate = 10", "max_rate = 12", "above the drug's ceiling 10 mcg/kg/min"),
        ('dose_unit = "mcg/kg/min"', 'dose_unit = "mg/kg/h"', "argatroban is given in mcg/kg/min"),
        ('drug = "argatroban"', 'drug = "argatrobn"', "there is no drug 'argatrobn'"),
        ('measure = "aptt_s"', 'measure = "aptt_ratio"', "is not among the columns"),
        ('cite = "uhs-2016"', 'cite = "nobody-1999"', "'nobody-1999', which is not in evidence"),
        ('cite = "uhs-2016"', 'cite = ""', "has no cite"),
        ('aptt_s = "> 90"', 'aptt_s = "90-200"', "not an interval"),
        ('aptt_s = "> 90"', 'appt_s = "> 90"', "neither a column nor a count"),
        ('target = "[45, 90]"', 'target = "45 to 90"', "target: not an interval"),
        ('range = "[0.1, 10]"', 'range = "0.1 to 10"', "written_for: not an interval"),
        ('range = "[0.1, 10]"', 'range = "[0, 10]"', "written_for: a range above 0"),
        ('range = "[0.1, 10]"', 'range = "[0.1, 11]"', "written_for: 11 is above the largest rate"),
        ('child = "yes"', 'chld = "yes"', "outside 1: no quantity is called 'chld'"),
        ('fits = "argatroban-ummc-2008-critical"', 'fits = "argatroban-2030"',
         "outside 1: there is no protocol 'argatroban-2030'"),
        ('fits = "argatroban-ummc-2008-critical"', 'fits = "heparin-raschke-1993"',
         "outside 1: heparin-raschke-1993 titrates another drug"),
        ("[[rows]]", "[[beside]]\nwhen = { aptt_s = '> 200' }\nthen = {}\n\n[[rows]]",
         "beside 1 neither stops nor notifies"),
        ("[[rows]]", "[[beside]]\nwhen = { aptt_s = '> 200' }\nthen = { stop = true }\n\n[[rows]]",
         "beside 1 stops and calls nobody"),
    ],
)  # fmt: skip
def test_a_faulty_protocol_is_told_what_to_mend(tmp_path, old, new, wish):
    assert old in UHS
    assert wish in wishes(tmp_path, UHS.replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new", "wish"),
    [
        ("unlimited = true", "", "give max_rate, or unlimited = true"),
        ("unlimited = true", "unlimited = true\nmax_rate = 40", "give max_rate, or unlimited"),
        ("bolus = 80", "bolus = 80, flat_bolus = 5000", "a bolus both by weight and flat"),
        ("resume_add = -3", "resume_add = -3, bolus = 40", "stops the infusion and gives a bolus"),
        ("units/kg/h", "mg/kg/h", "heparin is given in units/kg/h"),
        ("add = -2", "add = 2", "raises the rate for a result above the target"),
    ],
)
def test_a_faulty_heparin_protocol_is_told_what_to_mend(tmp_path, old, new, wish):
    assert old in RASCHKE
    text = RASCHKE.replace(old, new, 1)
    assert wish in wishes(tmp_path, text, "heparin_raschke_1993.toml")


def test_a_drug_with_a_ceiling_needs_a_largest_rate(tmp_path):
    text = UHS.replace("max_rate = 10", "unlimited = true", 1)
    assert "no largest rate is above the drug's ceiling 10" in wishes(tmp_path, text)


def test_a_row_that_can_never_apply_is_named(tmp_path):
    text = UHS + '\n[[rows]]\nwhen = { aptt_s = "> 300" }\nthen = { stop = true }\n'
    assert "row 4 can never apply" in wishes(tmp_path, text)
