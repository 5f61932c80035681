"""Quantities and drugs have names, units and numbers that can be."""

import attrs
import pytest

from dosing.knowledge.library import load
from dosing.lint.registers import (
    critical_in,
    derivations_in,
    lint_drug,
    quantities_in,
)

SEEDS = load("")
APTT = SEEDS.quantities["aptt"]
ARGATROBAN = SEEDS.drugs["argatroban"]


def wishes(**changed):
    own = {**SEEDS.quantities, "aptt": attrs.evolve(APTT, **changed)}
    return list(quantities_in(attrs.evolve(SEEDS, quantities=own)))


def test_the_shipped_registers_are_sound():
    assert list(quantities_in(SEEDS)) == []
    assert [wish for drug in SEEDS.drugs.values() for wish in lint_drug(drug, SEEDS)] == []


def named(**changed):
    return {"names": {"aptt_s": attrs.evolve(APTT.names["aptt_s"], **changed)}}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"names": {}}, "aptt: it has no name under which it is asked."),
        ({"possible": None}, "aptt: possible is missing"),
        ({"usual": (20.0, 20.0)}, "aptt: usual is 20 to 20; the lower end comes first."),
        ({"usual": (20.0, 1400.0)}, "aptt: usual is 20 to 1,400, beyond what is possible, 15 to 1"),
        ({"usual": (10.0, 100.0)}, "aptt: usual is 10 to 100, beyond what is possible, 15 to 1,"),
        (named(per_base=0.0), "aptt: names.aptt_s: its factor is 0; above 0 is expected."),
        (named(in_base=-1.0), "aptt: names.aptt_s: its factor is -1; above 0 is expected."),
        (named(in_base=1.0, per_base=1.0), "aptt: names.aptt_s: it has both per_base and in_base"),
        ({"kind": "yes-no", "off_scale": False}, "aptt: logged is true; only a number can be."),
        ({"kind": "yes-no", "logged": False}, "aptt: off_scale is true; only a number can be."),
        ({"off_scale": False}, "aptt: no_clot is 'above'; off_scale = true is expected beside it."),
        ({"kind": "class", "values": ("A",)}, "aptt: values: two answers at least are expected."),
        ({"kind": "yes-no", "aliases": {"j": "ja"}}, "aptt: aliases.j stands for 'ja'; it may"),
        ({"group": "blod"}, "aptt: there is no group 'blod'; did you mean 'blood'?"),
    ],
)  # fmt: skip
def test_a_faulty_quantity_is_told_what_to_mend(changed, said):
    assert [wish for wish in wishes(**changed) if wish.startswith(said)]


def with_part(part, **changed):
    return {part: attrs.evolve(getattr(ARGATROBAN, part), **changed)}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"bag_ml": -1.0}, "bag_ml is -1; above 0 is expected."),
        ({"usual_mg_ml": (100.0,)}, "usual_mg_ml reaches the concentrate"),
        (with_part("ceiling", value=0.0), "ceiling.value is 0; above 0 is expected."),
        (with_part("target", low_ratio=4.0), "target is 4 to 3 times the baseline"),
        (with_part("target", low_ratio=0.15), "target is 0.15 to 3 times the baseline"),
        (with_part("target", cite=""), "target has no cite: name a source of evidence.toml."),
        (with_part("ceiling", cite="x 1"), "ceiling cites 'x', which is not in evidence.toml."),
    ],
)
def test_a_faulty_drug_is_told_what_to_mend(changed, said):
    found = list(lint_drug(attrs.evolve(ARGATROBAN, **changed), SEEDS))
    assert [wish for wish in found if wish.startswith(said)]


def test_what_follows_moves_only_with_what_it_is_made_of():
    ratio = attrs.evolve(SEEDS.derivations["aptt_ratio"], rises_with=("aptt",), falls_with=("inr",))
    wishes = list(derivations_in(attrs.evolve(SEEDS, derivations={"aptt_ratio": ratio})))
    assert [w.split(";")[0] for w in wishes] == [
        "aptt_ratio: rises_with: it is not made of 'aptt'",
        "aptt_ratio: falls_with: it is not made of 'inr'",
    ]


LOW = SEEDS.critical["platelets-below-30"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"drugs": ("heparn",)}, "low: there is no drug 'heparn'; did you mean 'heparin'?"),
        ({"indications": ("hitt",)}, "low: there is no indication 'hitt'"),
        ({"when": {"platlets": "< 30"}}, "low: no quantity is called 'platlets'"),
        ({"when": {"platelets": "< 30000"}}, "low: platelets: 30,000 is no possible value"),
        ({"level": "stop"}, "low: stop would withhold the order; warn or note is expected."),
        ({"level": "needed"}, "low: needed would withhold the order; warn or note is expected."),
        ({"text": "Platelets {count}."}, "low: no quantity is called 'count'"),
        ({"cite": "nobody 3"}, "low cites 'nobody', which is not in evidence.toml."),
        ({"when": {}}, "low: a drug, and a condition or beyond are expected."),
        ({"drugs": ()}, "low: a drug, and a condition or beyond are expected."),
        ({"beyond": "platelet"}, "low: no quantity is called 'platelet'"),
        ({"beyond": "weight_kg"}, "low: weight_kg is never off the scale"),
    ],
)
def test_a_faulty_critical_value_is_told_what_to_mend(changed, said):
    seeds = attrs.evolve(SEEDS, critical={"low": attrs.evolve(LOW, **changed)})
    assert [wish for wish in critical_in(seeds) if wish.startswith(said)]


def test_the_shipped_critical_values_are_sound():
    assert list(critical_in(SEEDS)) == []
