"""A decimal point that slipped is found wherever the sources allow it."""

import copy
import tomllib
from pathlib import Path

import attrs
import pytest

from dosing.knowledge.library import load
from dosing.knowledge.seedtypes import Magnitude, Protocol, Table
from dosing.knowledge.structure import Shared, structured
from dosing.lint.magnitudes import (
    Number,
    expected,
    numbers_of_protocol,
    numbers_of_table,
    slips_in_drug,
)
from dosing.lint.protocols import lint_protocol
from dosing.lint.tables import lint_table

SEEDS = load("")
SHARED = Shared(SEEDS.checks, SEEDS.conditions)
ROOT = Path(__file__).resolve().parent.parent.parent
FILES = {
    path.stem: tomllib.loads(path.read_text("utf-8"))
    for folder in ("tables", "protocols")
    for path in sorted((ROOT / "seeds" / folder).glob("*.toml"))
}
GIVING = {
    name: data
    for name, data in FILES.items()
    if "measure" in data or (data["purpose"] == "start" and data["drug"] in SEEDS.drugs)
}


def numbers(data, path=()):
    """Each number of a file and its place."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from numbers(value, (*path, key))
    elif isinstance(data, list):
        for i, value in enumerate(data):
            yield from numbers(value, (*path, i))
    elif isinstance(data, int | float) and not isinstance(data, bool) and data != 0:
        yield path, data


def put(data, path, value):
    new = copy.deepcopy(data)
    at = new
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return new


def faults(data):
    kind, judge = (Protocol, lint_protocol) if "measure" in data else (Table, lint_table)
    seed, wrong = structured(data, kind, shared=SHARED)
    return wrong or judge(seed, SEEDS)


def slips(data):
    for path, value in numbers(data):
        for slipped in (value * 10, value / 10):
            whole = int(slipped) if slipped == int(slipped) else slipped
            if not faults(put(data, path, whole)):
                yield path, value, whole


# What cannot be told from a real dose: it is one, elsewhere in the same drug's tables.
ALIKE = {
    # 0.2 is the dose of critical illness, 2 that of everybody else; the authorities differ so much.
    "argatroban_hit_eu_smpc": {(("rows", 0, "then", "dose"), 2, 0.2)},
    "argatroban_hit_literature": {
        (("rows", 0, "then", "dose"), 0.2, 2),
        (("rows", 1, "then", "dose"), 0.2, 2),
    },
    # 0.1 is the step of one protocol, 1 that of another.
    "argatroban_smpc_reduced": {(("rows", 0, "then", "add"), 0.1, 1)},
    # The label prints each weight of its bands, so narrower bands read the same.
    "bivalirudin_pci_us_label": {(("label_table", "band_kg"), 5, 0.5)},
    # Warfarin is started with 1 to 12.5 mg.
    "warfarin_initiation_accp_2012": {(("rows", 0, "then", "dose"), 10, 1)},
    "warfarin_initiation_crowther": {
        (("rows", 10, "then", "dose"), 10, 1),
        (("rows", 14, "then", "dose"), 10, 1),
    },
}


@pytest.mark.parametrize("name", GIVING)
def test_ten_times_and_a_tenth_of_each_number_are_found(name):
    assert faults(GIVING[name]) == []
    assert set(slips(GIVING[name])) == ALIKE.get(name, set())


def test_every_drug_that_is_dosed_declares_its_magnitudes():
    dosed = {data["drug"] for data in GIVING.values() if any(numbers(data.get("rows", [])))}
    assert dosed == {drug.id for drug in SEEDS.drugs.values() if drug.magnitudes}


def test_each_range_is_of_use():
    """A range that no number of the seeds needs would only hide a slip."""
    used = set()
    for data in GIVING.values():
        kind = Protocol if "measure" in data else Table
        seed, _ = structured(data, kind, shared=SHARED)
        numbers_of = numbers_of_protocol if kind is Protocol else numbers_of_table
        used |= {(seed.drug, n.of, n.unit) for n in numbers_of(seed)}
    declared = {(d.id, m.of, m.unit) for d in SEEDS.drugs.values() for m in d.magnitudes}
    strengths = {one for one in declared if one[1] in ("mg_ml", "units_ml", "bag_ml")}
    assert declared - strengths == used


HEPARIN = SEEDS.drugs["heparin"]


@pytest.mark.parametrize(
    ("number", "indication", "span"),
    [
        (Number("", "dose", 1, "units/kg/h"), "vte", (5, 50)),
        (Number("", "max_rate", 1, "units/kg/h"), "vte", (5, 50)),
        (Number("", "bolus", 1, "mg"), "vte", None),
        (Number("", "bag_ml", 1), "vte", None),
    ],
    ids=["of its own", "of a like kind", "of no kind", "of one drug alone"],
)
def test_which_range_holds(number, indication, span):
    assert expected(SEEDS, HEPARIN, number, indication) == span


def test_a_time_that_the_drug_does_not_declare_is_expected_where_any_drugs_is():
    low, high = expected(SEEDS, SEEDS.drugs["bivalirudin"], Number("", "hold_min", 1), "hit")
    ranges = [m.range for d in SEEDS.drugs.values() for m in d.magnitudes if m.of == "hold_min"]
    assert (low, high) == (min(r[0] for r in ranges), max(r[1] for r in ranges))


def test_a_strength_beyond_the_drugs_own_is_told():
    heparin = attrs.evolve(HEPARIN, usual_units_ml=(1000.0,))
    assert list(slips_in_drug(heparin, SEEDS)) == [
        "usual_units_ml 1 is 1,000; for heparin 20 to 200 is expected."
    ]


def test_a_range_that_is_none_is_told():
    heparin = attrs.evolve(HEPARIN, magnitudes=(Magnitude(of="factor", range=(2.0, 1.0)),))
    assert "magnitudes of factor: 2 to 1;" in " ".join(slips_in_drug(heparin, SEEDS))
