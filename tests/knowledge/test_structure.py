"""Every fault of a file's data is told at once: place, what was found, and what is expected."""

import copy
import datetime
import tomllib
from pathlib import Path

import pytest

from dosing.knowledge.library import load
from dosing.knowledge.scoretypes import Score
from dosing.knowledge.seedtypes import Protocol, Site, Table
from dosing.knowledge.structure import Shared, fits, structured

ROOT = Path(__file__).resolve().parent.parent.parent
RASCHKE = tomllib.loads((ROOT / "seeds/protocols/heparin_raschke_1993.toml").read_text("utf-8"))
SHIPPED = Shared(checks=load("").checks)  # the sentences that the protocol uses by name
PROFILE = tomllib.loads((ROOT / "seeds/sites/default.toml").read_text("utf-8"))


def changed(*path, to, data=RASCHKE):
    new = copy.deepcopy(data)
    at = new
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = to
    return new


@pytest.mark.parametrize(
    ("path", "to", "said"),
    [
        (("title",), 3, "title: found 3; text in quotes is expected"),
        (("drug",), datetime.date(2020, 1, 1),
         "drug: found the date 2020-01-01; text in quotes is expected"),
        (("rows",), "x", "rows: found the text 'x'; a list of tables is expected"),
        (("rows",), {}, "rows: found a table; a list of tables is expected"),
        (("rows", 2), 7, "row 3: found 7; a table of keys and values is expected"),
        (("rows", 0, "then"), [], "row 1, then: found an empty list; a table of keys and values"),
        (("rows", 2, "then", "add"), "x", "row 3, then.add: found the text 'x'; a number"),
        (("rows", 2, "then", "add"), True, "row 3, then.add: found true; a number is expected"),
        (("rows", 2, "then", "notify"), 1, "row 3, then.notify: found 1; true or false"),
        (("rows", 1, "when", "aptt_s"), 45, "row 2, when.aptt_s: found 45; a condition is"),
        (("limits", "max_bolus"), float("nan"), "limits.max_bolus: found nan; a finite number"),
        (("limits", "max_bolus"), float("-inf"), "limits.max_bolus: found -inf; a finite number"),
        (("limits", "max_bolus"), 10**400,
         "limits.max_bolus: found a number of 401 digits; a finite number is expected"),
        (("limits", "bolus_max"), 5,
         "limits: there is no key 'bolus_max'; did you mean 'max_bolus'?"),
        (("recheck", "stable_after"), 2.5, "recheck.stable_after: found 2.5; a whole number"),
        (("confirmed",), "yes",
         "confirmed: found the text 'yes'; 'primary', 'secondary' or 'unconfirmed' is expected"),
        (("title",), "x" * 99, None),
    ],
)  # fmt: skip
def test_a_fault_names_its_place_what_was_found_and_what_is_expected(path, to, said):
    value, faults = structured(changed(*path, to=to), Protocol, shared=SHIPPED)
    assert (value is None) == bool(said)
    assert len(faults) == bool(said)
    assert not said or faults[0].startswith(said)


def test_all_faults_of_one_file_are_told_at_once():
    data = changed("rows", 2, "then", "add", to="x")
    data = changed("limits", "bolus_max", to=1, data=data)
    data = changed("confirmed", to="yes", data=data)
    del data["title"]
    assert len(structured(data, Protocol, shared=SHIPPED)[1]) == 4


def test_a_text_is_no_list_of_letters_and_a_pair_has_two_parts():
    data = changed("authorities", "argatroban", to="us-label", data=PROFILE)
    data = changed("aptt_range", "heparin", to=[60], data=data)
    assert structured(data, Site)[1] == [
        "authorities.argatroban: found the text 'us-label'; a list of texts in quotes is expected",
        "aptt_range.heparin: found a list of 1; a list of 2 numbers is expected",
    ]


def test_the_keys_tell_what_a_file_is():
    assert fits(RASCHKE, Protocol)
    assert not fits(RASCHKE, Table)
    assert not fits(RASCHKE, Score)
    assert not fits([], Table)
