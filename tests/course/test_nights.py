"""Any night at a bedside: what must hold whatever is entered, in whichever order.

``NIGHTS`` sets how many nights are run (10,000 before a release).
"""

import datetime as dt
import json
import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

import dosing
from dosing.course import events as ev
from dosing.course import results
from dosing.course.times import zone_of
from dosing.knowledge.library import load

SEEDS = load()
STARTS = {
    "argatroban": {"weight_kg": 70, "child_pugh": "B", "baseline_aptt_s": 32},
    "bivalirudin": {"weight_kg": 80, "crcl_ml_min": 80, "baseline_aptt_s": 30},
    "heparin": {"indication": "vte", "weight_kg": 80},
}
NIGHTS_OF = sorted(p.id for p in SEEDS.protocols.values() if p.drug in STARTS)
# One begins before the clocks are put back, one before they are put forward, one on a plain night.
BEGINNINGS = [
    dt.datetime(2026, 10, 24, 22, tzinfo=zone_of("Europe/Berlin")),
    dt.datetime(2026, 3, 28, 22, tzinfo=zone_of("Europe/Berlin")),
    dt.datetime(2026, 11, 21, 8, tzinfo=dt.UTC),
]
GRACE_H = SEEDS.site.early_grace_min / 60
VALUES = {
    "aptt_s": st.one_of(st.integers(15, 220), st.sampled_from([">200", "<20", "no clot"])),
    "anti_xa_units_ml": st.one_of(
        st.integers(0, 150).map(lambda n: n / 100), st.sampled_from([">2", "<0.1"])
    ),
}


class Night(RuleBasedStateMachine):
    """One course, and the clock of the ward."""

    @initialize(
        protocol=st.sampled_from(NIGHTS_OF), begun=st.sampled_from(BEGINNINGS), data=st.data()
    )
    def begin(self, protocol, begun, data):
        seed = SEEDS.protocols[protocol]
        inputs = STARTS[seed.drug]
        advice = dosing.start(seed.drug, **inputs)
        if (
            advice.order is None
            or advice.order.unit.split("/")[0][-1] != seed.dose_unit.split("/")[0][-1]
        ):
            raise AssertionError(f"{protocol} has no start here: {advice}")
        self.now = begun
        self.course = dosing.Course.begin(advice, at=begun, now=begun, protocol=protocol)
        self.entered = 1
        self.kept = list(self.course.events)

    def enter(self, act):
        """Try to enter something: a refusal is a sentence and changes nothing."""
        before = self.course.events
        try:
            return act()
        except ValueError as refused:
            said = str(refused)
        assert said.strip().endswith((".", "?")), said
        assert self.course.events == before
        return None

    @rule(minutes=st.integers(1, 600))
    def time_passes(self, minutes):
        self.now = (self.now.astimezone(dt.UTC) + dt.timedelta(minutes=minutes)).astimezone(
            self.now.tzinfo
        )

    @rule(data=st.data(), ago=st.sampled_from([0, 0, 0, 10, 90, 300]))
    def a_result_comes(self, data, ago):
        course = self.course
        name = results.measured_name(course.seed)
        value = data.draw(VALUES.get(name, st.integers(100, 400)))
        at = max(self.now - dt.timedelta(minutes=ago), course.started.at)
        if ago and len(course.events) > 2 and data.draw(st.booleans()):
            at = course.events[-1].at  # the same sample, twice
        if at > self.now:
            return
        then, today = course.book.standing(at), course.book.standing(self.now)
        before = len(course.events)
        step = self.enter(lambda: course.measure(at=at, now=self.now, **{name: value}))
        if step is None or len(course.events) == before:
            return
        unit = step.unit
        running, current = then.running(unit), today.running(unit)
        if step.action == "increase":
            age = (self.now - at) / dt.timedelta(hours=1)
            since = (at - then.changed_at) / dt.timedelta(hours=1)
            assert age <= SEEDS.drugs[course.drug].result_max_age_h
            assert since + GRACE_H + 1e-6 >= course.seed.recheck.after_change_h
            assert step.rate > current
            assert step.pump_ml_h is None or step.pump_ml_h >= today.setting.pump_ml_h
            assert step.rate <= course.seed.limits.top
            assert not then.held
        if step.action == "decrease":
            assert step.rate < current
            assert step.pump_ml_h is None or step.pump_ml_h <= today.setting.pump_ml_h
        if step.action in ("wait", "continue") and today.runs:
            assert step.rate <= max(running, current) + 1e-6
        if step.action == "":
            assert step.rate is None
            assert any(f.stops for f in step.findings)

    @rule(bolus=st.booleans())
    def it_is_followed(self, bolus):
        course = self.course
        waiting = course.book.waiting(self.now)
        done = self.enter(lambda: course.follow(at=self.now, now=self.now, bolus=bolus))
        if done is not None and waiting is not None:
            assert waiting[1].action not in ("", "wait", "continue")

    @rule(rate=st.floats(0.01, 60), confirm=st.booleans())
    def somebody_sets_another_rate(self, rate, confirm):
        course, rate = self.course, round(rate, 2)
        done = self.enter(
            lambda: course.set_rate(rate, at=self.now, now=self.now, reason="x", confirm=confirm)
        )
        if done is not None and done.set_to.rate > course.seed.limits.top:
            assert confirm
            assert done.outside

    @rule(amount=st.integers(1, 9000))
    def a_bolus_is_given(self, amount):
        self.enter(lambda: self.course.bolus(amount, at=self.now, now=self.now, reason="x"))

    @rule(what=st.sampled_from(["hold", "resume", "stop", "note", "interrupted"]))
    def something_else_is_done(self, what):
        course, when = self.course, {"at": self.now, "now": self.now}
        acts = {
            "hold": lambda: course.hold(reason="x", **when),
            "resume": lambda: course.resume(reason="x", confirm=True, **when),
            "stop": lambda: course.stop(reason="x", next_agent="apixaban", **when),
            "note": lambda: course.note("seen", **when),
            "interrupted": lambda: course.interrupted("CT", **when),
        }
        self.enter(acts[what])

    @rule(weight=st.integers(40, 140))
    def the_weight_is_another(self, weight):
        self.enter(lambda: self.course.change(at=self.now, now=self.now, weight_kg=weight))

    @rule(data=st.data())
    def an_entry_is_corrected_or_withdrawn(self, data):
        course = self.course
        event = data.draw(st.sampled_from(course.events))
        if data.draw(st.booleans()):
            self.enter(lambda: course.withdraw(event.id, reason="x", now=self.now))
        elif isinstance(event, ev.Measured):
            name = next(iter(event.values))
            value = data.draw(VALUES.get(name, st.integers(100, 400)))
            self.enter(lambda: course.correct(event.id, reason="x", now=self.now, **{name: value}))

    @invariant()
    def nothing_that_was_entered_is_missing(self):
        if hasattr(self, "course"):
            assert list(self.course.events[: len(self.kept)]) == self.kept
            self.kept = list(self.course.events)

    @invariant()
    def what_runs_is_never_below_nothing_and_a_hold_gives_nothing(self):
        if hasattr(self, "course"):
            state = self.course.state(self.now)
            assert state.running >= 0
            assert state.running == 0 or not (state.held or state.stopped)
            assert state.given_total >= 0

    def teardown(self):
        if not hasattr(self, "course"):
            return
        text = json.dumps(self.course.to_dict(), sort_keys=True)
        again = dosing.Course.from_dict(json.loads(text))
        assert json.dumps(again.to_dict(), sort_keys=True) == text
        assert again.state(self.now) == self.course.state(self.now)
        assert again.facts == self.course.facts
        self.course.timeline(self.now)
        self.course.alerts(self.now)


TestNights = Night.TestCase
TestNights.settings = settings(
    max_examples=int(os.environ.get("NIGHTS", "30")),
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
