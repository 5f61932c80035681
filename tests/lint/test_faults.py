"""A hospital's folder with a fault is refused in a sentence that names file and place.

None ends in a traceback, whatever lies in the folder, and all faults are told at once.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from dosing.lint.site import faults

ROOT = Path(__file__).resolve().parent.parent.parent
EXAMPLE = ROOT / "docs/site-example"
LABEL = "tables/argatroban_hit_us_label.toml"
UHS = "protocols/argatroban_uhs_2016.toml"
RASCHKE = "protocols/heparin_raschke_1993.toml"
SMPC = "protocols/argatroban_smpc_standard.toml"
ACS = "tables/heparin_acs_acc_aha.toml"
HEPARIN = "drugs/heparin.toml"


def shipped(name):
    return (ROOT / "seeds" / name).read_text("utf-8")


def edited(name, old, new):
    """A shipped file with one thing changed."""
    text = shipped(name)
    assert old in text, f"{name} does not hold {old!r}"
    return {name: text.replace(old, new, 1)}


def profile(text):
    return {"site.toml": text + "\n"}


def link(target):
    return lambda path: path.symlink_to(target)


def pipe(path):
    os.mkfifo(path)


OWN_QUANTITY = '[own]\nlabel = "Own"\nkind = "number"\npossible = [0, 10]\ngroup = "coagulation"\n'

FAULTS = {
    # what a file is
    "empty file": ({UHS: ""}, f"{UHS}: it is empty"),
    "only a remark": ({UHS: "# to do\n"}, f"{UHS}: it is empty"),
    "not UTF-8": ({UHS: b'title = "\xff"\n'}, f"{UHS}: line 1: this is not UTF-8"),
    "byte order mark": ({UHS: b"\xef\xbb\xbf" + shipped(UHS).encode()}, f"{UHS}: it begins with a"),
    "5,000 nested arrays": (
        {UHS: "a = " + "[" * 5000},
        f"{UHS}: its lists or tables stand too deep",
    ),
    "a number of 5,000 digits": ({UHS: "a = " + "9" * 5000}, f"{UHS}: it holds a number"),
    "larger than 2 MB": ({UHS: "#" * 2_000_001}, f"{UHS}: it is larger than 2 MB"),
    "key given twice": (
        {UHS: 'id = "x"\nid = "y"\nz = 1\n'},
        f"{UHS}: line 2, column 9: the key 'id'",
    ),
    "table given twice": (
        {UHS: "[limits]\n[limits]\n"},
        f"{UHS}: line 2, column 8: the table [limits]",
    ),
    "a quote left open": ({UHS: 'id = "x\n'}, f"{UHS}: line 1, column 8"),
    "a comma for a decimal": (
        {UHS: "a = 1,5\n"},
        f"{UHS}: line 1, column 6: a number is written with",
    ),
    "a link to itself": (
        {UHS: link("argatroban_uhs_2016.toml")},
        f"{UHS}: it is a link that leads to",
    ),
    "a link to nothing": ({UHS: link("gone.toml")}, f"{UHS}: it is a link to a file that does not"),
    "a folder that leads back": ({"protocols/again": link("..")}, "protocols/again: it leads back"),
    "a folder named as a file": ({UHS: Path.mkdir}, f"{UHS}: it is a folder; a file is expected"),
    "a pipe": ({UHS: pipe}, f"{UHS}: it is not a file that can be read"),
    "another ending": (
        {"protocols/own.TOML": "a = 1"},
        "protocols/own.TOML: no seed is read from such",
    ),
    "no such folder": (
        {"protocol/own.toml": "a = 1"},
        "protocol/own.toml: no seed is read from here",
    ),
    "no such file at the top": (
        {"sites.toml": "a = 1"},
        "sites.toml: no seed is read from here; did",
    ),
    "a protocol among the tables": (
        {"tables/argatroban_uhs_2016.toml": shipped(UHS)},
        "tables/argatroban_uhs_2016.toml: this is a file for protocols/; move it there.",
    ),
    # what its keys and values are
    "a wrong key for a cap": (
        edited(ACS, "max_bolus = 4000", "bolus_max = 4000"),
        f"{ACS}: row 1, then: there is no key 'bolus_max'; did you mean 'max_bolus'?",
    ),
    "a cap forgotten": (
        edited(ACS, "max_bolus = 4000, ", ""),
        f"{ACS}: row 1 gives",
    ),
    "an unknown key": (
        edited(UHS, "max_rate = 10", "max_rate = 10\nmax_stepp = 2"),
        f"{UHS}: limits: there is no key 'max_stepp'; did you mean 'max_step'?",
    ),
    "an unknown key of the profile": (
        profile("pump_step = 0.1"),
        "site.toml: there is no key 'pump_step'; did you mean 'pump_step_ml_h'?",
    ),
    "a missing key": (
        edited(UHS, 'measure = "aptt_s"\n', ""),
        f"{UHS}: 'measure' is missing: text in quotes is expected",
    ),
    "NaN": (
        edited(UHS, "factor = 1.2", "factor = nan"),
        f"{UHS}: row 1, then.factor: found nan; a",
    ),
    "infinity": (
        edited(UHS, "max_rate = 10", "max_rate = inf"),
        f"{UHS}: limits.max_rate: found inf",
    ),
    "minus infinity": (
        edited(RASCHKE, "resume_add = -3", "resume_add = -inf"),
        f"{RASCHKE}: row 5, then.resume_add: found -inf; a finite number is expected",
    ),
    "400 digits": (
        edited(UHS, "max_rate = 10", f"max_rate = {'1' * 400}"),
        f"{UHS}: limits.max_rate: found a number of 400 digits; a finite number is expected",
    ),
    "a date for a number": (
        edited(UHS, "max_rate = 10", "max_rate = 2020-01-01"),
        f"{UHS}: limits.max_rate: found the date 2020-01-01; a number is expected",
    ),
    "a text for a number": (
        edited(UHS, "factor = 1.2", 'factor = "1.2"'),
        f"{UHS}: row 1, then.factor: found the text '1.2'; a number is expected",
    ),
    "a number for a condition": (
        edited(UHS, 'aptt_s = "> 90"', "aptt_s = 90"),
        f"{UHS}: row 3, when.aptt_s: found 90; a condition is expected",
    ),
    "a text for a list": (
        profile('[authorities]\nargatroban = "us-label"'),
        "site.toml: authorities.argatroban: found the text 'us-label'; a list of texts in quotes",
    ),
    "NaN in a condition": (
        edited(UHS, 'aptt_s = "> 90"', 'aptt_s = "> nan"'),
        f"{UHS}: row 3: aptt_s: not an interval: '> nan'",
    ),
    # names
    "another id than its name": (
        {"protocols/own.toml": shipped(UHS)},
        "protocols/own.toml: its id is 'argatroban-uhs-2016', its file is named for 'own'",
    ),
    "an id twice": (
        {UHS: shipped(UHS), "protocols/argatroban-uhs_2016.toml": shipped(UHS)},
        f"{UHS}: the id 'argatroban-uhs-2016' stands in protocols/argatroban-uhs_2016.toml too",
    ),
    "a shipped id of another kind": (
        {
            "tables/argatroban_uhs_2016.toml": shipped(LABEL).replace(
                "argatroban-hit-us-label", "argatroban-uhs-2016", 1
            )
        },
        "tables/argatroban_uhs_2016.toml: 'argatroban-uhs-2016' is shipped in protocols/",
    ),
    "an unknown drug": (
        edited(UHS, 'drug = "argatroban"', 'drug = "argatrobn"'),
        f"{UHS}: there is no drug 'argatrobn'",
    ),
    "an unknown quantity": (
        edited(LABEL, "[columns]\nchild_pugh = {}", "[columns]\nchild_pug = {}"),
        f"{LABEL}: no quantity is called 'child_pug'; did you mean 'child_pugh'?",
    ),
    "an unknown quantity in a check": (
        edited(LABEL, "post_cardiac_surgery", "post_cardic_surgery"),
        f"{LABEL}: the check 'Recent cardiac surgery: the table that A...': no quantity is called",
    ),
    "an answer that does not exist": (
        edited(LABEL, '["B", "C"]', '["B", "D"]'),
        f"{LABEL}: row 2: child_pugh is never 'D'; it is one of none, A, B, C.",
    ),
    "an impossible edge": (
        edited(UHS, 'aptt_s = "> 90"', 'aptt_s = "> 1900"'),
        f"{UHS}: row 3: aptt_s: 1,900 is no possible value; possible is 15 to 1,000 s.",
    ),
    "an unknown group of inputs": (
        {"quantities.toml": OWN_QUANTITY.replace("tion", "ton") + "names = { own_x = {} }"},
        "quantities.toml: own: there is no group 'coagulaton'; did you mean 'coagulation'?",
    ),
    "a name of two quantities": (
        {"quantities.toml": OWN_QUANTITY + "names = { aptt_s = {} }"},
        "quantities.toml: own: the name 'aptt_s' belongs to aptt too; a name stands once.",
    ),
    "a range the wrong way round": (
        {"quantities.toml": OWN_QUANTITY.replace("[0, 10]", "[10, 0]") + "names = { own_x = {} }"},
        "quantities.toml: own: possible is 10 to 0; the lower end comes first.",
    ),
    "no cite": (edited(UHS, 'cite = "uhs-2016"', 'cite = ""'), f"{UHS}: the file has no cite"),
    "an unknown cite": (
        edited(UHS, 'cite = "uhs-2016"', 'cite = "nobody-1999"'),
        f"{UHS}: the file cites 'nobody-1999', which is not in evidence.toml.",
    ),
    "a strength for no drug": (
        profile("[concentration_mg_ml]\nargatrobann = 1"),
        "site.toml: concentration_mg_ml: there is no drug 'argatrobann'; did",
    ),
    "an unknown authority": (
        profile('[authorities]\nargatroban = ["us-lable"]'),
        "site.toml: authorities.argatroban: there is no table by 'us-lable'; did you",
    ),
    "another drug's protocol": (
        profile('[protocols]\nargatroban = ["heparin-raschke-1993"]'),
        "site.toml: protocols.argatroban: there is no protocol 'heparin-raschke-1993'",
    ),
    "an unknown weight rule": (
        profile('crcl_weight = "actuall"'),
        "site.toml: crcl_weight: there is no weight rule 'actuall'; did you mean 'actual'?",
    ),
    # what cannot be meant
    "a gap": (
        edited(UHS, 'aptt_s = "[45, 90]"', 'aptt_s = "[46, 90]"'),
        f"{UHS}: no row for aptt_s = 45 s",
    ),
    "an overlap": (edited(UHS, '"< 45"', '"<= 45"'), f"{UHS}: more than one row for aptt_s = 45 s"),
    "a change within the target": (
        edited(UHS, "then = {}", "then = { add = 0.1 }"),
        f"{UHS}: row 2 changes the rate within the target.",
    ),
    "a change within the target at its edge": (
        edited(UHS, 'target = "[45, 90]"', 'target = "[40, 90]"'),
        f"{UHS}: row 1 changes the rate within the target.",
    ),
    "a change within the target with a second column": (
        edited(SMPC, "then = {}", "then = { add = 0.1 }"),
        f"{SMPC}: row 2 changes the rate within the target.",
    ),
    "no change outside the target": (
        edited(UHS, 'target = "[45, 90]"', 'target = "[50, 90]"'),
        f"{UHS}: row 2 changes nothing for a result outside the target.",
    ),
    "the wrong way": (
        edited(UHS, "factor = 1.2", "factor = 0.8"),
        f"{UHS}: row 1 lowers the rate for a result below the target.",
    ),
    "says to call, and calls nobody": (
        edited(UHS, "{ factor = 1.2 }", '{ factor = 1.2 }\nwarn = "Call the prescriber."'),
        f"{UHS}: row 1 says to call somebody, but does not notify",
    ),
    "says to stop, and does not": (
        edited(UHS, "{ factor = 1.2 }", '{ factor = 1.2 }\nwarn = "Stop the infusion."'),
        f"{UHS}: row 1 says to stop or hold, but neither stops nor holds",
    ),
    "above the ceiling": (
        edited(UHS, "max_rate = 10", "max_rate = 12"),
        f"{UHS}: the largest rate 12 is above the drug's ceiling 10 mcg/kg/min.",
    ),
    # magnitudes
    "ten times the factor": (
        edited(UHS, "factor = 1.2", "factor = 12"),
        f"{UHS}: row 1, factor is 12; for argatroban 0.25 to 2.5 is expected.",
    ),
    "a tenth of the dose": (
        edited(LABEL, "dose = 2,", "dose = 0.02,"),
        f"{LABEL}: row 1, dose is 0.02 mcg/kg/min; for argatroban 0.08 to 2.5 is expected.",
    ),
    "the dose of another patient": (
        edited("tables/argatroban_hit_ash_2018.toml", "dose = 2,", "dose = 0.2,"),
        "tables/argatroban_hit_ash_2018.toml: row 1 gives 0.2 mcg/kg/min; for such a patient the",
    ),
    "ten times the bolus": (
        edited(RASCHKE, "bolus = 80", "bolus = 800"),
        f"{RASCHKE}: row 1, bolus is 800 units/kg; for heparin 15 to 150 is expected.",
    ),
    "a negative cap": (
        edited(UHS, "max_rate = 10", "max_rate = -10"),
        f"{UHS}: limits.max_rate is -10 mcg/kg/min; above 0 is expected.",
    ),
    "a negative dose": (
        edited(LABEL, "dose = 2,", "dose = -2,"),
        f"{LABEL}: row 1, dose is -2 mcg/kg/min; above 0 is expected.",
    ),
    "recheck after 300 h": (
        edited(UHS, "after_change_h = 2", "after_change_h = 300"),
        f"{UHS}: recheck.after_change_h is 300; for argatroban",
    ),
    "held for 3 min": (
        edited(RASCHKE, "hold_min = 60", "hold_min = 3"),
        f"{RASCHKE}: row 5, hold_min is 3; for heparin 20 to 200 is expected.",
    ),
    "ten times the strength": (
        profile("[concentration_units_ml]\nheparin = 1000"),
        "site.toml: concentration_units_ml.heparin is 1,000; for heparin 20 to 200 is expected.",
    ),
    "a strength of the drug": (
        edited(HEPARIN, "usual_units_ml = [100,", "usual_units_ml = [0,"),
        f"{HEPARIN}: usual_units_ml 1 is 0; above 0 is expected.",
    ),
    "a step no pump has": (
        profile("pump_step_ml_h = 10"),
        "site.toml: pump_step_ml_h is 10; 0.01 to 1 mL/h is expected.",
    ),
    "a tenth of a weight cap": (
        profile("[weight_caps]\nargatroban = 13"),
        "site.toml: weight_caps.argatroban is 13 kg; 35 to 180 kg is expected.",
    ),
    "a range of aPTT the wrong way round": (
        profile("[aptt_range]\nheparin = [100, 60]"),
        "site.toml: aptt_range.heparin is 100 to 60 s; the lower end comes first.",
    ),
    "braces that cannot be filled": (
        {"sentences.toml": '[input-needed]\nneeded = "{label is needed."\n'},
        "sentences.toml: input-needed: each value stands in braces",
    ),
    "a sentence at another level": (
        {"sentences.toml": '[input-needed]\nnote = "{label} is needed."\n'},
        "sentences.toml: input-needed is said at another level than in the shipped seeds.",
    ),
}


def lay(folder, files):
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if callable(content):
            content(path)
        else:
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(folder)


@pytest.mark.parametrize("name", FAULTS)
def test_a_folder_with_a_fault_is_refused_in_a_sentence_of_file_and_place(tmp_path, name):
    files, said = FAULTS[name]
    found = faults(lay(tmp_path, files))
    assert [one for one in found if one.startswith(said)], found
    for one in found:
        assert one.endswith((".", "?"))
        assert not [
            word for word in ("Error", "Traceback", "attrs", "cattr", "class '") if word in one
        ]


def test_there_are_forty_faults_and_more():
    assert len(FAULTS) >= 40


def test_a_file_that_this_user_may_not_read_is_told(tmp_path, monkeypatch):
    folder = lay(tmp_path, {UHS: shipped(UHS)})
    read = Path.read_bytes

    def refuse(path):
        if path.name == "argatroban_uhs_2016.toml" and str(path).startswith(folder):
            raise PermissionError(13, "no")
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert faults(folder) == [
        f"{UHS}: it cannot be read: this user has no permission to read the file."
    ]


def test_no_folder_and_a_file_for_a_folder_are_told(tmp_path):
    assert faults(str(tmp_path / "none")) == [
        f"DOSING_SITE: there is no folder '{tmp_path / 'none'}'."
    ]
    (tmp_path / "file").write_text("")
    assert faults(str(tmp_path / "file")) == [
        f"DOSING_SITE: there is no folder '{tmp_path / 'file'}'."
    ]


def test_ten_faults_of_ten_files_are_told_at_once(tmp_path):
    chosen = ["empty file", "a wrong key for a cap", "a tenth of the dose", "ten times the bolus",
              "a strength for no drug", "an unknown group of inputs", "no such file at the top",
              "no such folder", "braces that cannot be filled", "a change within the target with a"
              " second column"]  # fmt: skip
    files = {}
    for name in chosen:
        assert not files.keys() & FAULTS[name][0].keys()
        files |= FAULTS[name][0]
    found = faults(lay(tmp_path, files))
    for name in chosen:
        assert [one for one in found if one.startswith(FAULTS[name][1])], name


def test_faults_of_one_file_are_told_at_once(tmp_path):
    text = (
        shipped(RASCHKE)
        .replace("bolus = 80", "bolus = 800")
        .replace("hold_min = 60", "hold_min = 3")
    )
    text = text.replace('cite = "raschke-1993"', 'cite = "nobody"').replace("add = -2", "add = 2")
    assert len(faults(lay(tmp_path, {RASCHKE: text}))) >= 4


def test_a_sound_folder_has_none(tmp_path):
    assert faults(str(EXAMPLE)) == []
    assert faults(str(tmp_path)) == []


def test_a_hospital_may_add_a_quantity_and_titrate_by_it(tmp_path):
    """The folder is judged by its own registry, not by that of the shipped seeds."""
    text = shipped(UHS).replace("argatroban-uhs-2016", "argatroban-by-own")
    text = text.replace("aptt_s", "own_s").replace('cite = "uhs-2016"', 'cite = "own"')
    files = {
        "protocols/argatroban_by_own.toml": text,
        "evidence.toml": '[own]\nkind = "protocol"\ntitle = "Ours"\nconfirmed = "unconfirmed"\n',
        "quantities.toml": '[own]\nlabel = "Own"\nkind = "number"\npossible = [15, 300]\n'
        'group = "coagulation"\nnames = { own_s = { unit = "s" } }\n',
    }
    assert faults(lay(tmp_path / "whole", files)) == []
    del files["quantities.toml"]
    found = faults(lay(tmp_path / "without", files))
    assert found[0].startswith("protocols/argatroban_by_own.toml: no quantity is called 'own_s'")


def test_a_shipped_seed_may_be_replaced_by_one_of_its_kind(tmp_path):
    text = shipped(UHS).replace("factor = 1.2", "factor = 1.1")
    assert faults(lay(tmp_path, {UHS: text})) == []


def run(*words, **more):
    return subprocess.run(
        [sys.executable, "-m", "dosing.interfaces.cli", *words],
        capture_output=True, text=True, check=False, **more,
    )  # fmt: skip


def test_the_command_line_tells_them_all(tmp_path):
    shutil.copytree(EXAMPLE, tmp_path / "site")
    folder = lay(tmp_path / "site", {"sites.toml": "a = 1", **profile("pump_step = 1")})
    told = run("lint", folder)
    assert told.returncode == 1
    assert told.stdout.splitlines() == faults(folder)
    assert len(told.stdout.splitlines()) == 2
    assert json.loads(run("lint", folder, "--json").stdout) == faults(folder)
