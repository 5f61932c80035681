"""Every number by its source: nothing is left out, and everything can be found."""

import pytest

from dosing.knowledge.library import load
from dosing.ui.evidence.model import VIEWS, lines

SEEDS = load()


def test_every_row_of_every_table_protocol_score_and_equation_is_listed():
    rows = sum(len(t.rows) + len(t.checks) for t in SEEDS.tables.values())
    rows += sum(len(p.rows) for p in SEEDS.protocols.values())
    rows += sum(len(s.items) for s in SEEDS.scores.values())
    rows += sum(1 + sum(c.cite != "none" for c in e.checks) for e in SEEDS.equations.values())
    assert len(lines("Numbers")) == rows


def test_every_source_and_every_statement_is_listed():
    assert len(lines("Sources")) == len(SEEDS.evidence)
    assert len(lines("Statements of the documents")) == len(SEEDS.claims)


def test_a_number_says_how_it_was_confirmed():
    assert {line.confirmed for line in lines("Numbers")} <= {"primary", "secondary", "unconfirmed"}
    recalled = lines("Numbers", confirmed="unconfirmed")
    assert recalled
    assert {line.confirmed for line in recalled} == {"unconfirmed"}


@pytest.mark.parametrize("view", VIEWS)
def test_words_narrow_the_list_and_all_must_occur(view):
    every = lines(view)
    some = lines(view, "HIT")
    assert 0 < len(some) < len(every)
    assert all("hit" in line.text for line in some)
    assert lines(view, "no-such-word-anywhere") == []


def test_a_wrong_statement_is_found_with_the_reason():
    found = lines("Statements of the documents", "fondaparinux wrong antithrombin")
    assert found
    assert all(line.cells["Why"] for line in found)


def test_where_authorities_differ_each_stands_with_its_doses():
    every = lines("Where sources disagree")
    found = [x for x in every if x.cells["Question"].startswith("argatroban, HIT (")]
    assert {x.cells["Authority"] for x in found} == {
        SEEDS.authorities[a].label for a in SEEDS.find("argatroban", "hit")
    }
    assert any("0.5" in x.cells["Doses"] for x in found)
