"""The shipped seeds have no fault; a file is judged with them."""

from pathlib import Path

import pytest

from dosing.knowledge.faults import told
from dosing.knowledge.library import load
from dosing.lint.registers import registers_in, shared_in
from dosing.lint.site import lint_library, lint_path

ROOT = Path(__file__).resolve().parent.parent.parent
UHS = (ROOT / "seeds/protocols/argatroban_uhs_2016.toml").read_text("utf-8")
ASH = (ROOT / "seeds/tables/argatroban_hit_ash_2018.toml").read_text("utf-8")


def wishes(tmp_path, text, name="argatroban_uhs_2016.toml"):
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return " ".join(lint_path(str(path)))


def test_the_shipped_seeds_are_clean():
    assert lint_library(load("")) == []


def test_files_as_shipped_are_clean(tmp_path):
    assert wishes(tmp_path, UHS) == ""
    assert wishes(tmp_path, ASH, "argatroban_hit_ash_2018.toml") == ""


def test_an_unknown_key_is_refused(tmp_path):
    said = wishes(tmp_path, 'recheck_hours = "2"\n' + UHS)
    assert said.startswith("argatroban_uhs_2016.toml: there is no key 'recheck_hours'; did you")


@pytest.mark.parametrize(
    ("name", "text", "wish"),
    [
        ("checks.toml", '[spare]\nwhen = { dic = "yes" }\nnote = "Spare."\n',
         "checks.toml: nothing uses 'spare'."),
        ("conditions.toml", '[spare]\nlabel = "Spare"\nany = [{ dic = "yes" }]\n',
         "conditions.toml: nothing asks for 'spare'."),
        ("conditions.toml", '[dic]\nlabel = "DIC"\nany = [{ inr = "> 2" }]\n',
         "conditions.toml: 'dic' is the name of a quantity."),
        ("conditions.toml", '[spare]\nlabel = "Spare"\nany = [{ dick = "yes", inr = "2 to 3" }]\n',
         "conditions.toml: spare: no quantity is called 'dick'; did you mean 'dic'?"),
    ],
)  # fmt: skip
def test_what_is_shared_is_used_and_asks_inputs_that_exist(tmp_path, name, text, wish):
    (tmp_path / name).write_text(text, "utf-8")
    assert wish in [told(*one) for one in shared_in(load(str(tmp_path)))]


def test_a_table_by_an_authority_that_nobody_entered_is_refused(tmp_path):
    text = ASH.replace('authority = "ash-2018"', 'authority = "ash-2081"')
    said = wishes(tmp_path, text, "argatroban_hit_ash_2018.toml")
    assert "there is no authority 'ash-2081' in authorities.toml." in said


FRAILTY = """
[frailty]
label = "Frailty"
kind = "yes-no"
group = "age"
[frailty.names.frailty]
"""


@pytest.mark.parametrize(
    ("name", "text", "wish"),
    [
        ("quantities.toml", FRAILTY, "quantities.toml: frailty: there is no group 'age'"),
        ("groups.toml", '[age]\ntitle = "Age"\norder = 30\n', "groups.toml: no input is in 'age'."),
        ("authorities.toml", '[me]\nlabel = "Me"\nkind = "protocol"\n',
         "authorities.toml: no table is by 'me'."),
    ],
)  # fmt: skip
def test_registers_and_their_users_fit_each_other(tmp_path, name, text, wish):
    (tmp_path / name).write_text(text, "utf-8")
    assert any(told(*one).startswith(wish) for one in registers_in(load(str(tmp_path))))
