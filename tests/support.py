"""What many tests say: a patient, and what checks find in one."""

from dosing.knowledge.library import load
from dosing.rules.checks import checks_of, cited
from dosing.rules.decide import fired
from dosing.rules.derive import patient_of
from dosing.rules.remarks import findings_at

SEEDS = load()


def patient(inputs, seeds=SEEDS):
    """One patient, with what follows from what was given."""
    return patient_of(seeds, inputs)


def found_by(checks, inputs, seeds=SEEDS, cite="x"):
    """The findings of some checks in one patient."""
    return list(findings_at(fired(patient(inputs, seeds), cited(checks, cite)), 0))


def found_in(table, inputs, seeds=SEEDS):
    """The findings of a table's checks, and of its drug's, in one patient."""
    return list(findings_at(fired(patient(inputs, seeds), checks_of(seeds, table)), 0))
