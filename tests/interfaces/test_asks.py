"""Help lists exactly what a drug, protocol, score or pathway asks."""

import re

import pytest

from dosing import titrate
from dosing.interfaces import asks
from dosing.interfaces.cli import main
from dosing.knowledge.library import load


def helped(capsys, *argv):
    """What help prints, with each option and the words beside it on one line."""
    with pytest.raises(SystemExit) as ended:
        main([*argv, "--help"])
    out, err = capsys.readouterr()
    assert (ended.value.code, err) == (0, "")
    return out, re.sub(r"\n {10,}", " ", out)


def test_help_on_a_verb_is_short_and_names_what_there_is(capsys):
    for verb, one in (("start", "argatroban"), ("compare", "heparin"), ("pathway", "hit"),
                      ("titrate", "heparin-raschke-1993"), ("score", "child-pugh")):  # fmt: skip
        out, _ = helped(capsys, verb)
        assert out.count("\n") < 60
        assert one in re.split(r"[,\s]+", out)
        assert "--weight-kg" not in out


def test_help_by_drug_lists_what_it_asks_with_units_and_answers(capsys):
    out, flat = helped(capsys, "start", "argatroban")
    assert "--weight-kg X Body weight [kg]; or --weight-lb [lb]" in re.sub(" +", " ", flat)
    assert "--child-pugh X Child-Pugh class: none, A, B, C" in re.sub(" +", " ", flat)
    assert "eu-smpc (EU label)" in out
    assert "hit-dialysis: murray-2004-a (Murray 2004, regimen A)" in out
    # A check of its own, a part of the class, a part of the clearance, and what no table asks.
    for asked in ("--recent-heparin", "--bleeding", "--albumin-g-dl", "--creatinine-mg-dl"):
        assert asked in out
    assert "--ferritin" not in out


@pytest.mark.parametrize(
    ("argv", "asked", "not_asked"),
    [
        (["titrate", "heparin-raschke-1993"], "--aptt-s", "--crcl-ml-min"),
        (["score", "cockcroft-gault"], "--creatinine-umol-l", "--inr"),
        (["pathway", "hit"], "--four-ts", "--ferritin-ng-ml"),
        (["compare", "fondaparinux"], "--crcl-ml-min", "--ferritin-ng-ml"),
    ],
)
def test_help_by_name(capsys, argv, asked, not_asked):
    out, _ = helped(capsys, *argv)
    assert asked in out
    assert not_asked not in out


def test_every_input_that_an_answer_may_need_is_in_its_help(capsys):
    seeds = load("")
    for protocol in seeds.protocols:
        _, flat = helped(capsys, "titrate", protocol)
        for name in titrate(protocol, None).missing:
            assert f"--{name.replace('_', '-')} X" in flat, (protocol, name)


def test_help_on_what_is_not_there(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["start", "argatrobn", "--help"])
    assert ended.value.code == 2
    assert "there is no drug 'argatrobn'; there are " in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["start", "compare", "titrate", "score", "pathway"])
def test_whatever_there_is_can_be_helped_with(verb):
    seeds = load("")
    ids = asks.known(seeds, verb)
    assert ids
    for one in ids:
        assert asks.title(seeds, verb, one)
        groups = asks.groups(seeds, verb, one)
        names = [name for group in groups for name in group.asks]
        assert names, one
        keys = [seeds.names[name] for name in names]
        assert len(keys) == len(set(keys)), f"{one}: a quantity is asked twice"
