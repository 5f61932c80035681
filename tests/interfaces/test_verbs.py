"""How the verbs end: exit codes, answers of the same keys, and files to copy."""

import json
from pathlib import Path

import pytest

from tests.interfaces.test_cli import PARTS, START, TITRATE, run

ROOT = Path(__file__).resolve().parent.parent.parent


def test_a_contraindication_ends_with_3_and_is_said(capsys):
    argv = ["start", "argatroban", "--authority", "eu-smpc", "--weight-kg", 70, "--child-pugh", "C"]
    code, out, err = run(capsys, *argv, "--json")
    found = json.loads(out)
    assert code == 3
    assert found["order"] is None
    assert found["findings"][0]["level"] == "stop"
    assert found["findings"][0]["text"] in err


def test_compare_ends_with_3_when_every_authority_forbids(capsys):
    argv = [
        "compare",
        "heparin",
        "--indication",
        "vte",
        "--weight-kg",
        70,
        "--hit-confirmed",
        "yes",
    ]
    code, out, _ = run(capsys, *argv)
    assert code == 3
    assert all("no dose" in line for line in out.splitlines() if not line.startswith(" "))
    one_may = ["compare", "argatroban", "--weight-kg", 70, "--child-pugh", "C"]
    assert run(capsys, *one_may)[0] == 0


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        ([*TITRATE, "--bleeding", "major"], "stop"),
        (["titrate", "heparin-raschke-1993", "--running", 18, "--weight-kg", 70, "--aptt-s", 60,
          "--hit-confirmed", "yes"], "stop"),
        (["score", "argatroban-link-2009", "--apache2", "36"], "stop"),
        (["titrate", "argatroban-uhs-2016", "--running", 2], "needed"),
        ([*START, "--weight-lb", "200"], "needed"),
        (["start", "argatroban", "--weight-kg", "5000", "--child-pugh", "A"], "needed"),
    ],
)  # fmt: skip
def test_a_danger_ends_with_3_and_what_must_be_put_right_with_2(capsys, argv, said):
    code, out, err = run(capsys, *argv, "--json")
    gravest = json.loads(out)["findings"][0]
    assert gravest["level"] == said
    assert code == {"stop": 3, "needed": 2}[said]
    assert gravest["text"] in err


PATHWAY = ["pathway", "hit", "--four-ts", 6]


@pytest.mark.parametrize(
    ("answered", "refused"),
    [
        (START, ["start", "no-such-drug"]),
        (["compare", *START[1:]], ["compare", "no-such-drug"]),
        (TITRATE, ["titrate", "no-such-protocol"]),
        (["score", "child-pugh", *PARTS.split()], ["score", "no-such-score"]),
        (PATHWAY, ["pathway", "no-such-pathway"]),
        (["ttr", "0:2", "9:2", "--low", "2", "--high", "3"],
         ["ttr", "x", "--low", "2", "--high", "3"]),
    ],
    ids=lambda argv: argv[0],
)  # fmt: skip
def test_an_error_as_json_has_the_keys_of_an_answer(capsys, answered, refused):
    good = json.loads(run(capsys, *answered, "--json")[1])
    code, out, err = run(capsys, *refused, "--json")
    bad = json.loads(out)
    if isinstance(good, list):
        (bad,), good = bad, good[0]
    assert code == 2
    assert list(bad) == list(good)
    assert bad["findings"][0]["text"] in err
    assert bad.get("seeds") == good.get("seeds")


@pytest.mark.parametrize("seed", ["argatroban-uhs-2016", "argatroban-hit-us-label"])
def test_a_table_is_printed_as_its_file_stands(capsys, seed):
    code, out, err = run(capsys, "tables", seed, "--toml")
    (path,) = (ROOT / "seeds").rglob(f"{seed.replace('-', '_')}.toml")
    assert code == 0
    assert out.encode() == path.read_bytes()
    assert err == f"dosing tables: {path.relative_to(ROOT / 'seeds')}\n"


def test_a_hospitals_own_table_is_printed_from_its_folder(capsys, monkeypatch):
    site = ROOT / "docs" / "site-example"
    monkeypatch.setenv("DOSING_SITE", str(site))
    out = run(capsys, "tables", "argatroban-example-hospital", "--toml")[1]
    assert out == (site / "protocols" / "argatroban_example_hospital.toml").read_text("utf-8")


def test_toml_of_no_table_in_particular(capsys):
    code, out, err = run(capsys, "tables", "--toml")
    assert (code, out) == (2, "")
    assert "say which table" in err


def test_the_list_says_what_is_the_hospitals_own(capsys, monkeypatch):
    monkeypatch.setenv("DOSING_SITE", str(ROOT / "docs" / "site-example"))
    marked = [line for line in run(capsys, "tables")[1].splitlines() if "hospital's own" in line]
    assert [line.split()[0] for line in marked] == ["argatroban-example-hospital"]
    rows = json.loads(run(capsys, "tables", "--json")[1])
    assert [row["id"] for row in rows if row["own"]] == ["argatroban-example-hospital"]
