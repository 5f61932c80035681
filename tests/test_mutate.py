"""Mutants are what they say, a sample is fair, and the judge sees what dies and what lives."""

from collections import Counter

import attrs
import pytest

from tests.mutants import ROOT, Mutant, mutants, sample
from tests.mutate import KILLED, SURVIVED, copied, far_tests, judge, near_tests, run, table

FINDINGS = "dosing/base/findings.py"
KINDS = {"number", "comparison", "boolean", "arithmetic", "return", "statement", "finding"}


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    return copied(tmp_path_factory.mktemp("mutants") / "copy")


def _fault(old: str, new: str) -> Mutant:
    at = (ROOT / FINDINGS).read_bytes().index(old.encode())
    return Mutant(FINDINGS, "comparison", at, at + len(old), new, 1)


def test_a_fatal_mutant_is_killed_and_the_checkout_is_not_touched(copy):
    before = (ROOT / FINDINGS).read_bytes()
    assert judge(_fault("self.level in", "self.level not in"), copy) == KILLED
    assert (ROOT / FINDINGS).read_bytes() == (copy / FINDINGS).read_bytes() == before


def test_tests_pass_on_an_unchanged_copy_and_no_test_is_a_fault(copy):
    assert run(copy, near_tests(FINDINGS)) == SURVIVED
    assert (far_tests("base")[0], far_tests("rules")[0]) == ("tests/base", "tests/rules")
    with pytest.raises(RuntimeError, match="no test was run"):
        run(copy, ["tests/base/test_findings.py", "-k", "nothing_is_called_so"])


def test_a_mutant_in_the_seeds_of_the_copy_is_seen(copy):
    sentences = copy / "seeds" / "sentences.toml"
    whole = sentences.read_text("utf-8")
    try:
        sentences.write_text(whole + "\nnot toml", "utf-8")
        assert run(copy, ["tests/knowledge/test_library.py"]) == KILLED
    finally:
        sentences.write_text(whole, "utf-8")


def test_every_mutant_is_one_small_change_that_still_parses():
    everywhere = [str(p.relative_to(ROOT)) for p in (ROOT / "dosing").glob("*/*.py")]
    assert {m.kind for path in everywhere for m in mutants(path)} == KINDS
    made = [m for path in (FINDINGS, "dosing/base/interval.py") for m in mutants(path)]
    assert len({(m.path, m.source()) for m in made}) == len(made)
    for mutant in made:
        compile(mutant.source(), mutant.path, "exec")
        assert mutant.diff()


def test_a_sample_is_the_same_for_a_seed_and_fair_to_rooms_and_kinds():
    paths = [FINDINGS, "dosing/base/vector.py", "dosing/base/units.py", "dosing/equations/renal.py"]
    some = list(sample(paths, seed=1))[:40]
    assert some == list(sample(paths, seed=1))[:40] != list(sample(paths, seed=2))[:40]
    assert Counter(m.room for m in some) == {"base": 20, "equations": 20}
    kinds = Counter(m.kind for m in some if m.room == "base")
    assert kinds["comparison"] >= 20 // len(kinds)


def test_a_survivor_that_the_page_judges_equivalent_does_not_count():
    fault = _fault("self.level in", "self.level not in")
    other = attrs.evolve(fault, text="self.level is")
    results = [(fault, SURVIVED), (other, SURVIVED), (other, KILLED)]
    assert table(results, f"- {fault.words()}: why").splitlines()[-1].split() == [
        "all", "1", "1", "1", "50.0%"
    ]  # fmt: skip
