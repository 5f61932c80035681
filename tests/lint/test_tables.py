"""A faulty dose table is told what to mend, in a sentence that names the row."""

from pathlib import Path

import pytest

from dosing.lint.site import lint_path

ROOT = Path(__file__).resolve().parent.parent.parent
ASH = (ROOT / "seeds/tables/argatroban_hit_ash_2018.toml").read_text("utf-8")


def wishes(tmp_path, text, name="argatroban_hit_ash_2018.toml"):
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return " ".join(lint_path(str(path)))


@pytest.mark.parametrize(
    ("old", "new", "wish"),
    [
        ("dose = [0.5, 1.2]", "dose = [0.5, 12]", "above the ceiling 10"),
        ('reduced = ">= 1"', 'reduced = ">= 2"', "no row for"),
        ("then = { dose = 2, recheck_h = 2 }", "then = { dose = 2 }", "the table promises"),
        ('["B", "C"]', '["B", "D"]', "child_pugh is never 'D'"),
        ("heart_failure = {}", "heart_failur = {}", "no quantity is called 'heart_failur'"),
    ],
)
def test_a_faulty_table_is_told_what_to_mend(tmp_path, old, new, wish):
    assert old in ASH
    assert wish in wishes(tmp_path, ASH.replace(old, new, 1))
