"""Corrections and withdrawals put in their place, nothing taken away."""

import attrs
import pytest

from dosing.course import events as ev
from dosing.course.log import as_corrected, effective, replaced, withdrawn
from tests.course.nights import START, at
from tests.course.test_state import SET, STARTED, event


def corrected(target, hours, **values):
    return event(ev.Corrected, hours, event=target, values=values, reason="misread")


def taken_back(target, hours):
    return event(ev.Withdrawn, hours, event=target, reason="not done")


MEASURED = event(ev.Measured, 4, values={"aptt_s": 44.0})
RATE = event(ev.RateSet, 5, set_to=SET)


def test_the_facts_stand_in_the_order_in_which_they_happened():
    late = event(ev.Noted, 1, text="entered last")
    assert effective([STARTED, MEASURED, RATE, late]) == [STARTED, late, MEASURED, RATE]


def test_a_correction_puts_its_values_in_place_and_the_last_one_counts():
    log = [STARTED, MEASURED, corrected(MEASURED.id, 5, aptt_s=60.0)]
    assert effective(log)[1].values == {"aptt_s": 60.0}
    log.append(corrected(MEASURED.id, 6, aptt_s=62.0, at=at(3)))
    (_, fact) = effective(log)
    assert (fact.values, fact.at) == ({"aptt_s": 62.0}, at(3))
    assert MEASURED.values == {"aptt_s": 44.0}


def test_a_withdrawal_can_be_withdrawn():
    log = [STARTED, RATE, taken_back(RATE.id, 6)]
    assert effective(log) == [STARTED]
    assert withdrawn(log) == {RATE.id: "withdrawn6"}
    again = taken_back("withdrawn6", 7)
    assert effective([*log, again]) == [STARTED, RATE]
    assert withdrawn([*log, again]) == {"withdrawn6": "withdrawn7"}


def test_what_each_event_met_is_listed_oldest_first():
    first, second = corrected(MEASURED.id, 5, aptt_s=60.0), taken_back(MEASURED.id, 6)
    assert replaced([STARTED, MEASURED, first, second]) == {MEASURED.id: [first, second]}


def test_a_correction_carries_the_step_that_follows_now():
    done = attrs.evolve(corrected(MEASURED.id, 5, aptt_s=60.0), steps={MEASURED.id: None})
    stepped = attrs.evolve(MEASURED, step=object())
    assert effective([STARTED, stepped, done])[1].step is None


def test_a_corrected_weight_or_strength_leaves_the_pump_as_it_was_set():
    heavier = as_corrected(STARTED, {"weight_kg": 140.0})
    assert (heavier.set_to.pump_ml_h, heavier.set_to.rate) == (2.1, 0.25)
    assert heavier.inputs["weight_kg"] == 140
    stronger = as_corrected(RATE, {"strength": 2.0})
    assert (stronger.set_to.pump_ml_h, stronger.set_to.rate) == (2.1, 1)


def test_a_corrected_rate_makes_its_pump_rate_and_a_corrected_pump_its_rate():
    assert as_corrected(RATE, {"rate": 1.0}).set_to.pump_ml_h == 4.2
    assert as_corrected(RATE, {"pump_ml_h": 4.2}).set_to.rate == 1


@pytest.mark.parametrize(
    ("fact", "values", "name", "found"),
    [
        (event(ev.Bolus, 1, amount=5.0, unit="mg"), {"amount": 6.0}, "amount", 6.0),
        (event(ev.Noted, 1, text="CT"), {"text": "MRI"}, "text", "MRI"),
        (event(ev.Changed, 1, inputs={"weight_kg": 70.0}), {"weight_kg": 71.0}, "inputs",
         {"weight_kg": 71.0}),
        (MEASURED, {"received_at": at(5)}, "received_at", at(5)),
        (event(ev.Held, 1, resume_rate=0.3), {"at": START.isoformat()}, "at", START),
    ],
)  # fmt: skip
def test_each_kind_is_corrected_in_what_it_has(fact, values, name, found):
    assert getattr(as_corrected(fact, values), name) == found


@pytest.mark.parametrize("fact", [event(ev.Held, 1, resume_rate=0.3), event(ev.Stopped, 1)])
def test_what_a_kind_does_not_have_is_refused_by_name(fact):
    with pytest.raises(ValueError, match="This entry has no amount"):
        as_corrected(fact, {"amount": 3.0})
