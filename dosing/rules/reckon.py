"""What follows from other inputs by plain arithmetic or by the kidneys' equation."""

from typing import Any

import numpy as np

from dosing.equations import renal
from dosing.rules.columns import Patients

PERCENT = 100


def platelet_fall_pct(peak: Any, nadir: Any) -> Any:
    """The fall from the highest count before it to the lowest. [%]

    Examples
    --------
    >>> round(float(platelet_fall_pct(220.0, 80.0)), 6)
    63.636364
    """
    return np.round(PERCENT * (peak - nadir) / peak, 6)


def clearance(patients: Patients, rule: str) -> renal.Clearance:
    """Creatinine clearance of each patient by one weight rule; NaN where a part is missing."""
    found = renal.crcl(
        rule,  # type: ignore[arg-type]
        patients.numbers("age_y"),
        patients.numbers("weight_kg"),
        patients.numbers("creatinine_mg_dl"),
        patients.words("sex"),
        patients.numbers("height_cm"),
    )
    return renal.Clearance(*(np.asarray(part) for part in found))
