"""How the files spell sentences and doses, and how a wrong key is refused."""

import tomllib
from pathlib import Path

import pytest

from dosing.knowledge.dosetypes import FixedDose, Infusion, LaterStep, Statement
from dosing.knowledge.library import SeedError, load, read_seed
from dosing.knowledge.seedtypes import (
    Check,
    NamedCondition,
    Row,
    Said,
    Sentence,
    SharedCheck,
    Table,
)
from dosing.knowledge.structure import Shared, known_keys, structured

ONE = "check 1: one sentence is expected: stop, needed, warn or note"
ROOT = Path(__file__).resolve().parent.parent.parent
SHIPPED = load("")
HEAD = """
id = "made"
title = "Made"
drug = "argatroban"
purpose = "{purpose}"
cite = "ash-2018"

[columns]
weight_kg = {{}}

[outputs]
{outputs}

[[rows]]
when = {{ weight_kg = "any" }}
"""


@pytest.fixture
def read(tmp_path):
    def made(rest, outputs='dose = "mg"', purpose="start"):
        path = tmp_path / "made.toml"
        path.write_text(HEAD.format(outputs=outputs, purpose=purpose) + rest, "utf-8")
        return read_seed(path)

    return made


def then_of(read, then, **more):
    return read(f"then = {then}", **more).rows[0].then


def test_zero_and_blank_say_that_there_is_none_and_are_not_forgotten(read):
    then = then_of(read, '{ dose = 1, bolus = 0, for_days = 0, how = "", next = [], round_to = 0 }')
    none = {"bolus", "for_days", "how", "next", "round_to"}
    assert then == FixedDose(dose=1, none=frozenset(none))
    assert (then.bolus, then.for_days, then.how, then.next, then.round_to) == (
        None, None, "", (), None,
    )  # fmt: skip


def test_a_dose_of_zero_is_a_dose(read):
    assert then_of(read, "{ dose = 0 }") == FixedDose(dose=0)


def test_a_dose_by_pump_is_an_infusion_with_its_caps(read):
    then = then_of(
        read, "{ dose = 18, bolus = 80, max_rate = 1800, max_bolus = 10000 }",
        outputs='dose = "units/kg/h"\nbolus = "units/kg"',
    )  # fmt: skip
    assert then == Infusion(dose=18, bolus=80, max_rate=1800, max_bolus=10000)


def test_later_steps_are_typed(read):
    then = then_of(
        read,
        "{ dose = 10, every_h = 12, next = [{ dose = 5, on_days = [1, 4], max_total = 0 },"
        ' { text = "taper" }] }',
    )
    assert then.next == (
        LaterStep(dose=5, on_days=(1, 4), none=frozenset({"max_total"})), LaterStep(text="taper"),
    )  # fmt: skip


def test_a_table_of_sentences_says_them_under_its_outputs(read):
    then = then_of(
        read, '{ text = "Wait.", change = [5, 10] }', purpose="guide", outputs='text = "text"'
    )
    assert then == Statement({"text": "Wait.", "change": (5, 10)})


@pytest.mark.parametrize(
    ("then", "wish"),
    [
        ("{ dose = 1, max_totl = 5 }", "'max_totl'; did you mean 'max_total'?"),
        ("{ dose = 1, none = [] }", "there is no key 'none'"),
        (
            "{ dose = 1, next = [{ dose = 2, evry_h = 12 }] }",
            "next step 1: there is no key 'evry_h'; did you mean 'every_h'",
        ),
        ("{ dose = 1, next = [{ every_h = 12 }] }", "a later step gives a dose or a text"),
        ("{ dose = [1, 2, 3] }", "a range .low, high. is expected"),
        ('{ dose = "2" }', ".dose: found the text '2'; a number is expected"),
        ("{ dose = 1, for_days = 2.5 }", ".for_days: found 2.5; a whole number is expected"),
        ("{ dose = 1, bolus = false }", ".bolus: found false; a number is expected"),
    ],
)
def test_a_faulty_dose_is_refused_with_its_row_and_the_wish(read, then, wish):
    with pytest.raises(SeedError, match=rf"^made.toml: row 1, then.*{wish}"):
        then_of(read, then)


@pytest.mark.parametrize("old", ["bolus_max", "rate_max"])
def test_a_cap_has_one_name_and_no_other(read, old):
    new = "_".join(reversed(old.split("_")))
    with pytest.raises(SeedError, match=f"'{old}'; did you mean '{new}'"):
        then_of(read, f"{{ dose = 1, {old} = 5 }}", outputs='dose = "units/kg/h"')
    with pytest.raises(SeedError, match=f"outputs: there is no key '{old}'"):
        then_of(read, "{ dose = 1 }", outputs=f'dose = "units/kg/h"\n{old} = "units"')


def test_the_caps_of_the_shipped_seeds_are_read():
    limits = [p.limits for p in SHIPPED.protocols.values()]
    doses = [r.then for t in SHIPPED.tables.values() for r in t.rows if r.then is not None]
    assert any(limit.max_rate for limit in limits)
    assert any(getattr(dose, "max_rate", None) for dose in doses)
    assert any(getattr(dose, "max_bolus", None) for dose in doses)
    assert any(getattr(dose, "max_total", None) for dose in doses)


def test_a_row_says_its_sentences_in_the_order_of_their_weight(read):
    table = read('note = "Know."\nwarn = "Look."\nthen = { dose = 1 }')
    assert table.rows[0].says == (
        Said(level="warn", text="Look."), Said(level="note", text="Know."),
    )  # fmt: skip
    assert not table.rows[0].refuses
    refusing = read('stop = "No."').rows[0]
    assert (refusing.refuses, refusing.stop, refusing.then) == (True, "No.", None)


def test_a_check_is_said_at_the_level_of_its_key(read):
    said = '\n[[checks]]\nwhen = { dic = "yes" }\nneeded = "Answer first."\n'
    (check,) = read("then = { dose = 1 }" + said).checks
    assert check == Check(when={"dic": "yes"}, level="needed", text="Answer first.")


@pytest.mark.parametrize(
    ("said", "wish"),
    [
        ("", ONE),
        (
            'stop = "No."\nwarn = "Look."',
            ONE,
        ),
        ('stop = ""', "stop: found the text ''; a sentence"),
        ("warn = 5", "warn: found 5; a sentence in quotes is expected"),
        ('wran = "Look."', "there is no key 'wran'; did you mean 'warn'"),
        ('level = "stop"\ntext = "No."', "there is no key 'level'"),
    ],
)
def test_a_check_without_one_sentence_is_refused(read, said, wish):
    with pytest.raises(SeedError, match=wish):
        read(f'then = {{ dose = 1 }}\n[[checks]]\nwhen = {{ dic = "yes" }}\n{said}\n')


def test_a_sentence_of_the_calculator_has_a_level_or_none():
    assert SHIPPED.sentences["input-needed"].level == "needed"
    assert SHIPPED.sentences["unusual"].level == "warn"
    assert SHIPPED.sentences["step-next"] == Sentence(text="Next {measure} in {wait}.")


def test_a_row_has_a_key_for_each_level():
    assert known_keys(Row) == (
        "when", "then", "cite", "confirmed", "stop", "needed", "warn", "note",
    )  # fmt: skip


SHARED = Shared(
    checks={
        "adults": SharedCheck(when={"age_y": "< 18"}, level="stop", text="For adults."),
        "bleeds": SharedCheck(level="warn", text="It bleeds.", cite="ash-2018"),
        "weekly": SharedCheck(text="Keep the weekly dose."),
    },
    conditions={
        "child": NamedCondition(label="A child", any=({"age_y": "< 18"},)),
        "hit": NamedCondition(label="HIT", any=({"hit_recent": "yes"}, {"hit_confirmed": "yes"})),
        "young_hit": NamedCondition(label="Both", any=({"child": "yes", "hit": "yes"},)),
    },
)


def checks_of(*checks):
    data = {"id": "t", "title": "T", "drug": "any", "purpose": "check", "checks": [*checks]}
    table, faults = structured(data, Table, shared=SHARED)
    return faults or table.checks


def test_a_shared_check_stands_where_it_is_used_and_the_user_adds_what_is_its_own():
    own = {"when": {"dic": "yes"}, "note": "Know."}
    assert checks_of(own, {"use": "adults", "cite": "lo-2006", "only": "start"}) == (
        Check(when={"dic": "yes"}, level="note", text="Know."),
        Check(when={"age_y": "< 18"}, level="stop", text="For adults.", cite="lo-2006",
              only="start"),
    )  # fmt: skip
    both = checks_of({"use": ["adults", "bleeds"], "when": {"bleeding": "minor"}})
    assert [(c.when, c.text, c.cite) for c in both] == [
        ({"bleeding": "minor"}, "For adults.", ""),
        ({"bleeding": "minor"}, "It bleeds.", "ash-2018"),
    ]


@pytest.mark.parametrize(
    ("check", "wish"),
    [
        ({"use": "adult"}, "no shared sentence is called 'adult'; did you mean 'adults'?"),
        ({"use": 5}, "no shared sentence is called 5"),
        ({"use": "bleeds"}, "'when' is missing"),
        ({"use": "weekly", "when": {"dic": "yes"}}, "'weekly' is only text"),
        ({"use": "adults", "warn": "Look."}, "'adults' has its sentence"),
        ({"use": "adults", "cit": "x"}, "there is no key 'cit'; did you mean 'cite'?"),
        ({"when": {"hit": "no"}, "stop": "No."}, 'write hit = "yes"'),
        ({"when": {"child": "yes", "age_y": "< 6"}, "stop": "No."}, "asks age_y too"),
    ],
)
def test_a_use_that_fits_nothing_is_refused_at_its_place(check, wish):
    (fault,) = checks_of({"when": {}, "note": "First."}, check)
    assert fault.startswith("check 2")
    assert wish in fault


def test_a_named_condition_is_met_by_each_of_its_alternatives():
    found = checks_of({"when": {"hit": "yes", "platelets": "< 150"}, "stop": "No warfarin."})
    assert [c.when for c in found] == [
        {"hit_recent": "yes", "platelets": "< 150"},
        {"hit_confirmed": "yes", "platelets": "< 150"},
    ]
    assert {c.text for c in found} == {"No warfarin."}


def test_a_named_condition_may_name_others():
    found = checks_of({"when": {"young_hit": "yes"}, "note": "Ask."})
    assert [c.when for c in found] == [
        {"age_y": "< 18", "hit_recent": "yes"}, {"age_y": "< 18", "hit_confirmed": "yes"},
    ]  # fmt: skip


def test_a_text_is_used_by_name_wherever_a_text_stands():
    data = {
        "id": "t", "title": {"use": "weekly"}, "drug": "any", "purpose": "guide",
        "outputs": {"text": "text"},
        "rows": [
            {"when": {}, "then": {"text": {"use": "weekly"}}, "warn": {"use": "bleeds"}},
            {"when": {}, "stop": {"use": "adults"}},
        ],
    }  # fmt: skip
    table, faults = structured(data, Table, shared=SHARED)
    assert (faults, table.title) == ([], "Keep the weekly dose.")
    assert table.rows[0].then == Statement({"text": "Keep the weekly dose."})
    assert [said.text for row in table.rows for said in row.says] == ["It bleeds.", "For adults."]
    data["rows"][1]["stop"] = {"use": "nobody"}
    (fault,) = structured(data, Table, shared=SHARED)[1]
    assert fault == "row 2: no shared sentence is called 'nobody'"


@pytest.mark.parametrize("ways", [[], [{}], [{"age_y": "< 18"}, {}]])
def test_a_condition_without_conditions_is_refused(ways):
    (fault,) = structured({"label": "All", "any": ways}, NamedCondition, "all")[1]
    assert fault == "all: any: conditions are expected in each of its alternatives"


KEYS = ("stop", "needed", "warn", "note", "text", "says", "why", "help")


def sentences(data, key=""):
    if isinstance(data, dict):
        for name, value in data.items():
            if name != "outputs":
                yield from sentences(value, name)
    elif isinstance(data, list):
        for value in data:
            yield from sentences(value, key)
    elif key in KEYS and isinstance(data, str):
        yield data


def test_no_sentence_stands_in_more_than_one_seed():
    stands = {}
    for path in sorted((ROOT / "seeds").rglob("*.toml")):
        for text in sentences(tomllib.loads(path.read_text("utf-8"))):
            stands.setdefault(text, set()).add(path.name)
    assert len(stands) > 1000
    assert {text: files for text, files in stands.items() if len(files) > 1} == {}


def test_every_shared_sentence_and_condition_of_the_shipped_seeds_is_used():
    assert {*SHIPPED.checks, *SHIPPED.conditions} <= SHIPPED.used
    assert {"hit_active", "major_bleeding", "child"} <= SHIPPED.conditions.keys()
