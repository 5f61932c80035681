"""Every answer says all that it found: printed, as JSON, as HTML and in a frame, in one order."""

import json
from html import unescape

import numpy as np
import pandas as pd
import pytest

import dosing
from dosing.interfaces.cli import main
from dosing.knowledge.library import load
from dosing.scoring.door import names, needs_of
from tests.interfaces.judge import wrong
from tests.random_patients import drawn, edges_of, names_for

SEEDS = load()
STARTS = [t for t in SEEDS.tables.values() if t.purpose == "start"]
ROWS = 8
RUNNING = {"mcg/kg/min": 2, "mg/kg/h": 0.15, "units/kg/h": 18, "units/h": 1200}


def holds(answer, row, verb):
    """Hold the print, HTML, JSON and row of one patient against the findings of the answer."""
    told = [f.to_dict() for f in answer.findings]
    as_json = json.loads(json.dumps(answer.to_dict()))
    assert as_json["findings"] == told
    assert wrong(verb, as_json) == []
    for shown in (str(answer), unescape(answer._repr_html_())):
        places = [shown.find(str(finding)) for finding in answer.findings]
        assert -1 not in places
        assert places == sorted(places)
        assert answer.cite in shown
    grave = [f for f in answer.findings if f.level != "note"]
    assert row["status"] == answer.status
    assert row["cite"] == answer.cite
    assert row["reason"] == (grave[0].text if grave else "")
    assert row["findings"] == told


@pytest.mark.parametrize("table", STARTS, ids=[t.id for t in STARTS])
def test_a_first_order_says_all_that_it_found(table):
    frame = drawn(names_for(table), ROWS, np.random.default_rng(ROWS), edges_of(table))
    where = {"indication": table.indication, "authority": table.authority}
    for _, patient in frame.iterrows():
        one = dosing.start(table.drug, **where, **patient.to_dict())
        many = dosing.start(table.drug, patient.to_frame().T, **where, findings=True)
        holds(one, _unplaced(many.iloc[0]), "start")
        if one.order is not None and one.order.bolus is not None:
            assert "bolus" in str(one)
        assert one.order is None or one.order.unit in str(one)


@pytest.mark.parametrize("protocol", SEEDS.protocols.values(), ids=[*SEEDS.protocols])
def test_a_next_step_says_all_that_it_found(protocol):
    asked = [n for n in names_for(protocol, "titrate") if n not in ("running", "heparin_units_h")]
    frame = drawn(asked, ROWS, np.random.default_rng(ROWS), edges_of(protocol))
    frame["running"] = RUNNING[protocol.dose_unit]
    for _, patient in frame.iterrows():
        one = dosing.titrate(protocol.id, **patient.to_dict())
        many = dosing.titrate(protocol.id, patient.to_frame().T, findings=True)
        holds(one, _unplaced(many.iloc[0]), "titrate")


@pytest.mark.parametrize("score", names(SEEDS))
def test_a_score_says_all_that_it_found(score):
    asked = [n for n in needs_of(SEEDS, score) if n in SEEDS.names]
    for _, patient in drawn(asked, ROWS, np.random.default_rng(ROWS)).iterrows():
        one = dosing.score(score, **patient.to_dict())
        many = dosing.score(score, patient.to_frame().T, findings=True)
        holds(one, _unplaced(many.iloc[0]), "score")


@pytest.mark.parametrize("pathway", SEEDS.pathways)
def test_a_pathway_says_all_that_its_steps_found(pathway):
    asked = [n for n in dosing.inputs(pathway)["name"] if n in SEEDS.names]
    for _, patient in drawn(asked, ROWS, np.random.default_rng(ROWS)).iterrows():
        one = dosing.pathway(pathway, **patient.to_dict())
        told = [f.to_dict() for f in one.findings]
        as_json = json.loads(json.dumps(one.to_dict()))
        assert wrong("pathway", as_json) == []
        assert as_json["findings"] == told
        for stage, shown in zip(one.stages, as_json["stages"], strict=True):
            assert shown["findings"] == [f.to_dict() for f in stage.findings]
            for several, orders in zip(stage.orders, shown["orders"], strict=True):
                alone = [advice.to_dict() for advice in several]  # an input may be NaN
                assert json.dumps(orders) == json.dumps(alone)
        for shown in (str(one), unescape(one._repr_html_())):
            every = [*one.findings, *(f for stage in one.stages for f in stage.findings)]
            assert [f for f in every if str(f) not in shown] == []


# The value that was given bars the drug, its own parts or another value bar the answer.
BOTH = {
    "a clearance that bars, beside a creatinine that does not": (
        ("start", "fondaparinux", {"indication": "vte"}),
        {"weight_kg": 70, "age_y": 50, "sex": "female", "creatinine_mg_dl": 0.6, "crcl_ml_min": 18},
        ("contraindicated at a creatinine clearance less than 30", "18 mL/min"),
    ),
    "HIT, beside a weight that cannot be": (
        ("start", "heparin", {"indication": "vte"}),
        {"weight_kg": -5, "hit_confirmed": "yes"},
        ("HIT is confirmed", "-5 kg is not possible"),
    ),
    "HIT, beside an aPTT that cannot be": (
        ("titrate", "heparin-raschke-1993", {}),
        {"weight_kg": 70, "running": 18, "aptt_s": -1, "hit_confirmed": "yes"},
        ("HIT is confirmed", "-1 s is not possible"),
    ),
}


@pytest.mark.parametrize(("asked", "patient", "words"), BOTH.values(), ids=list(BOTH))
def test_danger_is_named_before_what_must_be_put_right(asked, patient, words, capsys):
    verb, name, where = asked
    one = getattr(dosing, verb)(name, **where, **patient)
    assert one.status == "impossible"
    assert [f.level for f in one.findings[:2]] == ["stop", "needed"]
    assert all(w in f.text for w, f in zip(words, one.findings, strict=False))
    frame = pd.DataFrame([patient])
    many = getattr(dosing, verb)(name, frame, **where, findings=True)
    holds(one, _unplaced(many.iloc[0]), verb)
    assert words[0] in many["reason"][0]
    argv = [verb, name]
    for key, value in {**where, **patient}.items():
        argv += [f"--{key.replace('_', '-')}={value}"]
    assert main(argv) == 2
    out, err = capsys.readouterr()
    for said in (out, err):
        assert -1 < said.find(words[0]) < said.find(words[1])


def _unplaced(row):
    """A row without the place that a frame adds to what it could not read."""

    def bare(text):
        return text.partition(": ")[2] if ", row p" in text else text

    findings = [f | {"text": bare(f["text"])} for f in row["findings"]]
    return {**row, "reason": bare(row["reason"]), "findings": findings}
