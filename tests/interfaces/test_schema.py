"""Every answer of the command line, a refusal too, has the shape that `dosing schema` prints."""

import copy
import json
import os

import jsonschema
import pytest

from dosing.interfaces.answers import answers
from dosing.interfaces.cli import main
from dosing.interfaces.schema import names, schema
from dosing.interfaces.shape import DRAFT
from dosing.knowledge.library import load
from tests.interfaces.judge import wrong
from tests.interfaces.test_cli import PARTS, START, TITRATE, run

SEEDS = load("")


def told(text):
    """JSON as any reader takes it: no NaN, no infinity."""

    def refuse(constant):
        raise ValueError(constant)

    return json.loads(text, parse_constant=refuse)


def ended(capsys, *argv):
    """Code and JSON of a call, whether it returns or ends the process."""
    try:
        code = main([str(word) for word in (*argv, "--json")])
    except SystemExit as end:
        code = end.code
    out, err = capsys.readouterr()
    return code, told(out), err


ANSWERED = [
    START,
    ["start", "enoxaparin", "--indication", "vte", "--weight-kg", "70", "--crcl-ml-min", "80"],
    ["start", "rivaroxaban", "--indication", "vte", "--crcl-ml-min", "80"],
    ["start", "argatroban", "--authority", "eu-smpc", "--weight-kg", "70", "--child-pugh", "C"],
    ["compare", *START[1:]],
    TITRATE,
    ["score", "child-pugh", *PARTS.split()],
    ["pathway", "hit", "--four-ts", "6", "--weight-kg", "70"],
    ["ttr", "0:2", "9:2", "--low", "2", "--high", "3"],
    ["lint"],
    ["diff", "argatroban-ummc-2008-normal", "argatroban-ummc-2008-critical"],
    ["tables"],
    ["tables", "argatroban-uhs-2016"],
    ["tables", "heparin-vte-raschke-1993"],
    ["evidence"],
    ["evidence", "ash-2018"],
]
REFUSED = [
    ["start"],
    ["start", "argatrobn"],
    ["start", "argatroban", "--wieght-kg", "70"],
    ["start", "argatroban", "--weight-kg"],
    ["start", "argatroban", "--weight-kg", "-5"],
    ["start", "argatroban", "--authority", "nobody"],
    ["compare", "argatrobn"],
    ["compare", "argatroban", "--wieght-kg", "70"],
    ["titrate", "argatroban-x"],
    ["titrate", "argatroban-uhs-2016", "--running", "2"],
    ["titrate", "argatroban-uhs-2016", "--nothing"],
    ["score", "apgar"],
    ["score", "child-pugh", "--inr", "1"],
    ["score", "cockcroft-gault", "--weight-rule", "none"],
    ["score"],
    ["pathway", "no-such-pathway"],
    ["pathway", "hit", "--nothing", "1"],
    ["ttr", "x", "--low", "2", "--high", "3"],
    ["ttr", "0:2"],
    ["lint", "no/such/file.toml"],
    ["diff", "a"],
    ["diff", "a", "b"],
    ["tables", "no-such-table"],
    ["tables", "--toml"],
    ["evidence", "nobody"],
    ["course"],
    ["course", "show"],
    ["course", "measure", "no-such-file.json"],
]


@pytest.mark.parametrize("argv", ANSWERED, ids=" ".join)
def test_an_answer_has_its_shape(capsys, argv):
    code, answer, _ = ended(capsys, *argv)
    assert code in (0, 1, 3)
    assert wrong(argv[0], answer) == []


@pytest.mark.parametrize("argv", REFUSED, ids=" ".join)
def test_a_refusal_has_the_keys_of_an_answer_and_says_why(capsys, argv):
    code, answer, err = ended(capsys, *argv)
    assert code == 2
    assert wrong(argv[0], answer) == []
    if isinstance(answer, list):
        (answer,) = answer
    (first, *_) = answer["findings"]
    assert first["level"] == "needed"
    assert first["text"].rstrip(".").lower() in err.lower()
    if "$ref" not in schema(argv[0]) and "anyOf" not in schema(argv[0]):
        keys = schema(argv[0]).get("items", {}).get("$ref", "").rpartition("/")[2]
        shape = schema(argv[0])["$defs"][keys] if keys else schema(argv[0])
        assert list(answer) == list(shape["properties"])
    else:
        assert wrong("error", answer) == []


def test_a_hospital_that_is_refused_is_told_as_an_answer(capsys, monkeypatch, tmp_path):
    (tmp_path / "site.toml").write_text('pump_step_ml_h = "0.1"', "utf-8")
    monkeypatch.setitem(os.environ, "DOSING_SITE", str(tmp_path))
    for argv in (START, ["tables"]):
        code, answer, err = ended(capsys, *argv)
        assert code == 2
        assert wrong(argv[0], answer) == []
        assert answer["seeds"] == ""
        assert "site.toml: pump_step_ml_h" in answer["findings"][0]["text"]
        assert answer["findings"][0]["text"] in err


@pytest.mark.parametrize("one", [*SEEDS.tables, *SEEDS.protocols])
def test_a_table_is_printed_in_its_shape(capsys, one):
    assert wrong("tables", ended(capsys, "tables", one)[1]) == []


@pytest.mark.parametrize("name", names())
def test_a_schema_is_sound_and_says_of_each_key_what_it_means(capsys, name):
    code, out, err = run(capsys, "schema", name)
    found = told(out)
    assert (code, err) == (0, "")
    assert found == schema(name)
    assert found["$schema"] == DRAFT
    assert "patternProperties" not in out
    jsonschema.Draft202012Validator.check_schema(found)
    objects = [one for one in (found, *found.get("$defs", {}).values()) if one.get("properties")]
    assert [
        key
        for one in objects
        for key, part in one["properties"].items()
        if not part.get("description")
    ] == []
    assert all(one["additionalProperties"] is False for one in objects)


def test_schemas_are_listed_and_an_unknown_one_is_refused_with_what_there_is(capsys):
    code, out, err = run(capsys, "schema")
    assert (code, err) == (0, "")
    assert [line.split()[0] for line in out.splitlines()] == [*names()]
    code, out, err = run(capsys, "schema", "no-such")
    assert (code, out) == (2, "")
    assert "There is no schema 'no-such'; there are start, " in err


def test_every_answer_as_json_has_a_schema():
    from dosing.interfaces.cli import OPTIONS, VERBS

    silent = {"serve", "schema", "cohort"}
    assert set(OPTIONS) - set(VERBS) == set()
    assert set(VERBS) - silent == set(answers()) - {"error"}


def _broken(answer):
    """The answer with one thing wrong at a time."""
    for key, value in answer.items():
        less = {name: part for name, part in answer.items() if name != key}
        yield f"no {key}", less
        yield f"another {key}", less | {f"{key}_": value}
        if key not in ("inputs", "components"):
            yield f"{key} of another type", answer | {key: {"x": [1]}}


@pytest.mark.parametrize(
    "argv", [START, TITRATE, ["score", "child-pugh", *PARTS.split()],
             ["ttr", "0:2", "9:2", "--low", "2", "--high", "3"], ["pathway", "ivig"]],
    ids=lambda argv: argv[0],
)  # fmt: skip
def test_an_answer_with_a_wrong_key_a_wrong_type_or_without_a_key_has_not_its_shape(capsys, argv):
    _, answer, _ = ended(capsys, *argv)
    broken = dict(_broken(answer))
    assert len(broken) > 30
    assert [what for what, one in broken.items() if not wrong(argv[0], one)] == []


def test_a_part_of_an_answer_is_held_too(capsys):
    answer = ended(capsys, *START)[1]
    for at, value in ((("order", "dose"), "0.5"), (("findings", 0, "level"), "grave"),
                      (("order", "then"), [{"dose": 1, "again": 2}])):  # fmt: skip
        new = copy.deepcopy(answer)
        inside = new
        for key in at[:-1]:
            inside = inside[key]
        inside[at[-1]] = value
        assert wrong("start", answer) == []
        assert len(wrong("start", new)) == 1
