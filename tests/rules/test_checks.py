"""Safety checks fire only when everything they name is given and meets."""

import attrs
import pandas as pd
import pytest

import dosing
from dosing.knowledge.library import load
from dosing.knowledge.seedtypes import Check, Table
from dosing.rules.checks import drug_checks, safety_checks
from dosing.rules.conditions import meets
from tests.support import found_by, found_in, patient

SEEDS = load()


def holds(one, when):
    """Whether one patient meets conditions."""
    found = meets(one, when)
    return found if isinstance(found, bool) else bool(found[0])


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({}, False),
        ({"child_pugh": "B"}, False),
        ({"crcl_ml_min": 20}, False),
        ({"child_pugh": "B", "crcl_ml_min": 20}, True),
        ({"child_pugh": "B", "crcl_ml_min": 30}, False),
        ({"child_pugh": "A", "crcl_ml_min": 20}, False),
        ({"child_pugh": "C", "crcl_ml_s": 0.25}, True),
    ],
)
def test_every_named_input_must_be_given_and_meet(inputs, expected):
    when = {"child_pugh": ["B", "C"], "crcl_ml_min": "< 30"}
    assert holds(patient(inputs), when) == expected


def test_a_check_says_its_sentence_at_its_level():
    rule = Check(when={"dic": "yes"}, level="warn", text="Look.", cite="c")
    (finding,) = found_by([rule], {"dic": "yes"}, cite="table")
    assert (finding.level, finding.text, finding.cite) == ("warn", "Look.", "c")


@pytest.mark.parametrize("drug", ["argatroban", "bivalirudin"])
@pytest.mark.parametrize(
    ("inputs", "words"),
    [
        ({"baseline_aptt_s": 66}, "above 65 s"),
        ({"baseline_aptt_s": 41}, "above 40 s"),
        ({"inr": 1.3}, "INR above 1.2"),
        ({"dic": "yes"}, "another assay"),
        ({"recent_heparin": "yes"}, "draw it again"),
        ({"other_anticoagulant": "yes"}, "Another anticoagulant is being given"),
        ({"high_bleeding_risk": "yes"}, "prophylactic intensity"),
        ({"platelets": 40, "platelets_before": 60}, "platelets fall"),
    ],
)
def test_what_makes_an_aptt_unreliable_or_a_dose_unwise_is_said(drug, inputs, words):
    advice = dosing.start(drug, weight_kg=70, child_pugh="none", crcl_ml_min=90, **inputs)
    assert any(words in f.text for f in advice.findings)


def test_checks_belong_to_their_drug_and_indication():
    for drug in ("argatroban", "bivalirudin"):
        assert {t.drug for t in safety_checks(SEEDS, drug, "hit")} == {drug}
        assert {t.indication for t in safety_checks(SEEDS, drug, "hit")} == {"hit", "any"}
        assert {t.indication for t in safety_checks(SEEDS, drug, "pci")} == {"any"}


def test_what_belongs_to_the_start_is_not_said_at_every_step():
    step = dosing.titrate("argatroban-uhs-2016", running=2, aptt_s=60, weight_kg=70)
    assert not any("without a bolus" in f.text for f in step.findings)
    assert any(
        "without a bolus" in f.text
        for f in dosing.start("argatroban", weight_kg=70, child_pugh="A").findings
    )


def test_a_hospitals_own_stop_holds_in_titration_too(tmp_path, monkeypatch):
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "argatroban_check_ward.toml").write_text(
        'id = "argatroban-check-ward"\ntitle = "Ward"\ndrug = "argatroban"\nindication = "hit"\n'
        'purpose = "check"\n[[checks]]\nwhen = { dic = "yes" }\nonly = "titrate"\n'
        'stop = "Ask haematology."\ncite = "uhs-2016"\n',
        "utf-8",
    )
    monkeypatch.setenv("DOSING_SITE", str(tmp_path))
    step = dosing.titrate("argatroban-uhs-2016", running=2, aptt_s=60, dic="yes")
    assert (step.action, step.rate) == ("", None)
    cohort = pd.DataFrame({"running": [2.0, 2.0], "aptt_s": [60.0, 60.0], "dic": ["yes", "no"]})
    assert dosing.titrate("argatroban-uhs-2016", cohort)["rate"].isna().tolist() == [
        True,
        False,
    ]
    assert dosing.start("argatroban", weight_kg=70, child_pugh="A", dic="yes").order is not None


def checking(id_, drug, indication, purpose="check"):
    rule = Check(when={"dic": "yes"}, level="note", text=f"From {id_}.")
    return Table(
        id=id_, title=id_, drug=drug, indication=indication, purpose=purpose, cite="c",
        checks=(rule,),
    )  # fmt: skip


def test_checks_for_any_drug_or_any_indication_hold_for_each():
    tables = [
        checking("own", "argatroban", "hit"),
        checking("any-drug", "any", "hit"),
        checking("any-indication", "argatroban", "any"),
        checking("other-drug", "bivalirudin", "hit"),
        checking("other-indication", "argatroban", "pci"),
        checking("start", "argatroban", "hit", "start"),
    ]
    seeds = attrs.evolve(SEEDS, tables={t.id: t for t in tables})
    found = [t.id for t in safety_checks(seeds, "argatroban", "hit")]
    assert found == ["own", "any-drug", "any-indication"]
    said = found_in(tables[-1], {"dic": "yes"}, seeds)
    assert [f.text for f in said] == [
        "From start.", "From own.", "From any-drug.", "From any-indication.",
    ]  # fmt: skip


def test_an_unanswered_question_meets_only_absent():
    when = {"xa_inhibitor_taken": ["no", "absent"]}
    assert holds(patient({}), when)
    assert holds(patient({"xa_inhibitor_taken": "no"}), when)
    assert not holds(patient({"xa_inhibitor_taken": "yes"}), when)
    assert not holds(patient({}), {"xa_inhibitor_taken": ["no", "yes"]})
    assert holds(patient({}), {"xa_inhibitor_taken": "absent"})
    assert not holds(patient({"xa_inhibitor_taken": "no"}), {"xa_inhibitor_taken": "absent"})
    assert not holds(patient({}), {"xa_inhibitor_taken": "no"})
    assert [holds(patient({"inr": x}), {"inr": ["< 2", "absent"]}) for x in (1.9, 2, None)] == [
        True, False, True
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("condition", "answers"),
    [
        (["no", "absent"], ["ok", "stop", "stop"]),
        ("absent", ["ok", "ok", "stop"]),
        ("no", ["ok", "stop", "ok"]),
    ],
)
def test_an_unanswered_question_counts_in_a_cohort_as_for_one(
    tmp_path, monkeypatch, condition, answers
):
    (tmp_path / "tables").mkdir()
    (tmp_path / "tables" / "argatroban_check_mine.toml").write_text(
        'id = "argatroban-check-mine"\ntitle = "Mine"\ndrug = "argatroban"\nindication = "hit"\n'
        'purpose = "check"\n[[checks]]\n'
        f"when = {{ dic = {condition!r}, inr = ['< 2', 'absent'] }}\n"
        'stop = "Mine."\ncite = "ash-2018"\n'
    )
    monkeypatch.setenv("DOSING_SITE", str(tmp_path))
    cohort = pd.DataFrame({"weight_kg": 70.0, "child_pugh": "none", "dic": ["yes", "no", None]})
    for inr, expected in ((None, answers), (1.5, answers), (3.0, ["ok"] * 3)):
        many = cohort if inr is None else cohort.assign(inr=inr)
        assert dosing.start("argatroban", many)["status"].tolist() == expected
        one = [dosing.start("argatroban", **dict(p)).order for _, p in many.iterrows()]
        assert ["stop" if order is None else "ok" for order in one] == expected
    without = cohort.drop(columns="dic")
    every = "stop" if "absent" in condition else "ok"
    assert dosing.start("argatroban", without)["status"].tolist() == [every] * 3


# What a bleeding patient may be given: antidotes, and what is no anticoagulant.
NO_ANTICOAGULANT = {
    "alemtuzumab", "anakinra", "cyclosporine", "dexamethasone", "emapalumab", "etoposide",
    "immunoglobulin", "methylprednisolone", "prednisolone", "rituximab", "ruxolitinib",
}  # fmt: skip
ANTIDOTES = {"andexanet", "idarucizumab", "pcc-4f", "protamine", "vitamin-k"}


@pytest.mark.parametrize(
    "table", [t for t in SEEDS.tables.values() if t.purpose == "start"], ids=lambda t: t.id
)
def test_major_bleeding_stops_every_anticoagulant_for_every_indication_and_no_antidote(table):
    levels = {f.level for f in found_in(table, {"bleeding": "major"})}
    may = table.drug in NO_ANTICOAGULANT | ANTIDOTES
    assert ("stop" in levels) != may


@pytest.mark.parametrize(
    "table",
    [
        t
        for t in SEEDS.tables.values()
        if t.purpose == "start" and t.drug not in NO_ANTICOAGULANT | ANTIDOTES
    ],
    ids=lambda t: t.id,
)
def test_no_table_for_adults_is_silent_about_a_child(table):
    said = {f.level for f in found_in(table, {"age_y": 10})}
    assert said & {"stop", "warn"} or "paediatric" in table.indication or "age_y" in table.columns


@pytest.mark.parametrize(
    "given", [{"hit_confirmed": "yes"}, {"hit_with_thrombosis": "yes"}, {"hit_recent": "yes"},
              {"four_ts": 4}, {"four_ts": 8, "hit_confirmed": "yes"}],
)  # fmt: skip
@pytest.mark.parametrize("drug", ["heparin", "enoxaparin", "dalteparin", "pcc-4f"])
def test_no_heparin_in_any_form_for_whom_hit_is_known_or_suspected(drug, given):
    """For every indication, bypass too: one panel must not forget what another was told."""
    tables = [t for t in SEEDS.tables.values() if (t.purpose, t.drug) == ("start", drug)]
    for table in tables:
        said = found_in(table, given)
        assert any(f.level == "stop" and "HIT" in f.text for f in said), table.id


@pytest.mark.parametrize("drug", ["heparin", "enoxaparin", "dalteparin"])
def test_suspicion_ends_with_a_low_score_or_a_test_that_excludes_hit(drug):
    table = next(t for t in SEEDS.tables.values() if (t.purpose, t.drug) == ("start", drug))
    for given in ({"four_ts": 3}, {"four_ts": 6, "hit_confirmed": "no"}):
        assert not [f for f in found_in(table, given) if f.level == "stop"]


@pytest.mark.parametrize("protocol", [p for p in SEEDS.protocols.values() if p.drug == "heparin"],
                         ids=lambda p: p.id)  # fmt: skip
def test_heparin_is_not_titrated_when_hit_is_suspected(protocol):
    moment = [c for c, _ in drug_checks(SEEDS, "heparin", protocol.indication, "titrate")]
    for given in ({"four_ts": 5}, {"hit_confirmed": "yes"}, {"hit_with_thrombosis": "yes"}):
        assert any(c.level == "stop" and holds(patient(given), c.when) for c in moment)
