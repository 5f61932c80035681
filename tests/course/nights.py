"""Nights at a bedside, for the tests: what is entered, is entered when it happens."""

from datetime import datetime, timedelta, timezone

import dosing

ZONE = timezone(timedelta(hours=1))
START = datetime(2026, 11, 21, 8, tzinfo=ZONE)
UNIT = "mcg/kg/min"
REDUCED = "argatroban-smpc-reduced"
ANTI_XA = "heparin-umich-anti-xa-vte"


def at(hours):
    """A moment of the night, in hours since the start."""
    return START + timedelta(hours=hours)


class Night:
    """A course in which each entry is made at the moment that it tells of."""

    VERBS = ("measure", "follow", "set_rate", "bolus", "hold", "resume", "stop", "change",
             "interrupted", "note")  # fmt: skip

    def __init__(self, course):
        self.course = course

    def __getattr__(self, name):
        found = getattr(self.course, name)
        if name not in self.VERBS:
            return found

        def enter(*args, **given):
            given.setdefault("now", given["at"])
            return found(*args, **given)

        return enter


def begin(protocol=REDUCED, start=START, **inputs):
    """Argatroban in Child-Pugh B: 70 kg, baseline aPTT 32 s, 0.5 mcg/kg/min."""
    patient = {"weight_kg": 70, "child_pugh": "B", "crcl_ml_min": 25, "baseline_aptt_s": 32}
    advice = dosing.start("argatroban", **(patient | inputs))
    return Night(dosing.Course.begin(advice, at=start, now=start, protocol=protocol))


def heparin(protocol=ANTI_XA, **inputs):
    """Heparin in venous thrombosis: 80 kg, 18 units/kg/h."""
    advice = dosing.start("heparin", indication="vte", **({"weight_kg": 80} | inputs))
    return Night(dosing.Course.begin(advice, at=START, now=START, protocol=protocol))
