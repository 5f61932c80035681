"""One door to every score and equation."""

import pytest

import dosing
from dosing.calculators import names, needs_of
from dosing.library import load

SEEDS = load()


@pytest.mark.parametrize("name", names(SEEDS))
def test_without_any_input_there_is_no_value_but_a_list_of_what_is_needed(name):
    found = dosing.score(name)
    assert found.value is None
    assert found.missing
    assert all(f.level == "stop" for f in found.findings if f.text.endswith("is needed."))
    assert len(found.missing) == len(set(found.missing))


@pytest.mark.parametrize("name", names(SEEDS))
def test_what_is_asked_is_known_to_the_registry_and_the_source_to_the_evidence(name):
    assert set(needs_of(SEEDS, name)) <= SEEDS.names.keys()
    assert set(dosing.score(name).missing) <= SEEDS.names.keys()
    assert dosing.score(name).cite.split()[0] in SEEDS.evidence


def test_an_unknown_score_says_what_exists():
    with pytest.raises(ValueError, match=r"no score 'x'; there are .*child-pugh"):
        dosing.score("x")


@pytest.mark.parametrize("name", names(SEEDS))
def test_a_result_prints_and_becomes_json(name):
    found = dosing.score(name)
    assert found.title in str(found)
    assert found.to_dict()["score"] == name
