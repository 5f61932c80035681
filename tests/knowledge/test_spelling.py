"""How the files spell sentences and doses, and how a wrong key is refused."""

import pytest

from dosing.knowledge.dosetypes import FixedDose, Infusion, LaterStep, Statement
from dosing.knowledge.library import SeedError, load, read_seed
from dosing.knowledge.seedtypes import Check, Row, Said, Sentence
from dosing.knowledge.structure import known_keys

ONE = "check 1: one sentence is expected: stop, needed, warn or note"
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
