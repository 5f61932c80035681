"""Every statement of the source documents is judged, and leads somewhere."""

import ast
import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest

from dosing.interfaces.verbs import RUN
from dosing.knowledge.library import Library, load
from dosing.knowledge.seedtypes import Claim
from dosing.lint.site import lint_library

DOCUMENTS = ("000", "001", "002", "003", "004")
COMMANDS = {"start", "compare", "titrate", "score", "ttr", "lint", "diff", "tables", "evidence"}
LATER = {
    "pathway hlh",
    "dashboard choose",
    "dashboard fixed",
    "dashboard hlh",
    "dashboard evidence",
}
ROOT = Path(__file__).resolve().parent.parent
# The documents are not ours to publish: the repository holds short hashes of their phrases.
SOURCES = ROOT.parent / "shared" / "seeds"
HASHES = ROOT / "tests" / "data" / "source_phrases.txt"
PHRASE = 8

SEEDS = load("")
EACH_CLAIM = pytest.mark.parametrize("claim", SEEDS.claims, ids=lambda claim: claim.id)


def _hashes(text: str) -> set[str]:
    """Short hashes of every run of eight words, whatever stands between the words."""
    words = re.findall(r"[a-z0-9]+(?:\.[0-9]+)?", text.lower())
    phrases = (" ".join(words[i : i + PHRASE]) for i in range(len(words) - PHRASE + 1))
    return {hashlib.sha256(phrase.encode()).hexdigest()[:8] for phrase in phrases}


def _source_hashes() -> set[str]:
    if SOURCES.is_dir():
        return set().union(*(_hashes(p.read_text("utf-8")) for p in SOURCES.glob("*.txt")))
    return set(HASHES.read_text("utf-8").split())


COPIED = _source_hashes()


def _cites(value: Any, key: str = "") -> Iterator[str]:
    """Keys of the sources cited anywhere within a seed."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _cites(part, name)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _cites(part, key)
    elif key == "cite" and value:
        yield value.split()[0]


def _used(seeds: Library) -> set[str]:
    found = {key for claim in seeds.claims for key in claim.evidence}
    for folder in (
        seeds.tables,
        seeds.protocols,
        seeds.scores,
        seeds.equations,
        seeds.drugs,
        seeds.pathways,
    ):
        for seed in folder.values():
            found |= set(_cites(attrs.asdict(seed)))
    return found | _named_in_code(seeds)


def _named_in_code(seeds: Library) -> set[str]:
    """Sources that an equation names: its coefficients live in code."""
    words = {
        node.value.split()[0]
        for path in (ROOT / "dosing").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.split()
    }
    return words & seeds.evidence.keys()


def test_all_documents_are_covered():
    assert {claim.document for claim in SEEDS.claims} == set(DOCUMENTS)


def test_ids_count_up_within_their_document():
    seen: Counter[str] = Counter()
    for claim in SEEDS.claims:
        seen[claim.document] += 1
        assert claim.id == f"{claim.document}-{seen[claim.document]:02d}"
    documents = [claim.document for claim in SEEDS.claims]
    assert documents == sorted(documents)


def test_lint_finds_nothing_in_the_claims():
    assert [wish for wish in lint_library(SEEDS) if wish.startswith("claims.toml")] == []


@EACH_CLAIM
def test_a_claim_leads_somewhere_or_is_open_by_name(claim: Claim):
    assert bool(claim.leads_to) != bool(claim.open)
    if claim.open:
        assert claim.open in LATER
    there = {"table": SEEDS.tables, "protocol": SEEDS.protocols, "score": SEEDS.scores}
    there |= {"drug": SEEDS.drugs, "command": COMMANDS & RUN.keys()}
    there |= {"pathway": SEEDS.pathways}
    for place in claim.leads_to:
        kind, _, name = place.partition(":")
        assert name in there[kind], place
    assert len(set(claim.leads_to)) == len(claim.leads_to)


@EACH_CLAIM
def test_a_claim_is_judged_on_sources(claim: Claim):
    assert claim.says.strip()
    assert claim.why.strip()
    assert claim.evidence
    assert set(claim.evidence) <= SEEDS.evidence.keys()
    assert len(set(claim.evidence)) == len(claim.evidence)


@EACH_CLAIM
def test_a_claim_is_in_our_own_words(claim: Claim):
    assert not _hashes(claim.says) & COPIED
    assert not _hashes(claim.why) & COPIED


def test_no_two_claims_say_the_same():
    says = Counter(claim.says for claim in SEEDS.claims)
    assert [text for text, times in says.items() if times > 1] == []


def test_a_copied_phrase_would_be_seen():
    stored = set(HASHES.read_text("utf-8").split())
    assert stored == COPIED
    furniture = "please Exercise caution, as content is (pending) human review"
    assert len(_hashes(furniture) & stored) == 1
    assert not _hashes("Fondaparinux works by way of antithrombin, just as heparin does.") & stored


def test_every_source_is_used():
    assert SEEDS.evidence.keys() - _used(SEEDS) == set()


def test_the_documents_are_not_evidence():
    assert [key for key, entry in SEEDS.evidence.items() if entry.kind == "document"] == []
