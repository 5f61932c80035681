"""Critical values: results that are told at once, whatever the order."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from dosing.base.fill import fill, names_in
from dosing.knowledge.library import Library
from dosing.knowledge.seedtypes import Critical
from dosing.rules.columns import Patients
from dosing.rules.conditions import meets, required
from dosing.rules.conditions import names_in as asked_by
from dosing.rules.remarks import Remark

Mask = npt.NDArray[np.bool_]


def criticals(seeds: Library, drug: str, indication: str = "") -> tuple[Critical, ...]:
    """The critical values of a drug; those of an indication only where it is this one."""
    kept = seeds.kept("critical")
    if (drug, indication) not in kept:
        kept[drug, indication] = tuple(
            one
            for one in seeds.critical.values()
            if drug in one.drugs and (not one.indications or indication in one.indications)
        )
    found: tuple[Critical, ...] = kept[drug, indication]
    return found


def names_of(one: Critical) -> tuple[str, ...]:
    """The results by which a critical value is known."""
    return (*one.when, *((one.beyond,) if one.beyond else ()))


def alerts(patients: Patients, drug: str, indication: str = "") -> list[Remark]:
    """What of the results is critical on a drug, and whom to call.

    A result off the scale is critical where any value that it could stand for is.

    Parameters
    ----------
    patients : Patients
        With what follows from what was given.
    drug : str
    indication : str, optional
        For what only matters in one, such as HIT.

    Returns
    -------
    list of Remark
        None of them withholds an order.

    Examples
    --------
    >>> from dosing.knowledge.library import load
    >>> from dosing.rules.derive import patient_of
    >>> patient = patient_of(load(), {"platelets": 29})
    >>> alerts(patient, "heparin")[0].text_at(0).partition(" Call")[0]
    'Critical: platelets 29 × 10⁹/L, below 30 × 10⁹/L.'
    """
    return list(_alerts(patients, criticals(patients.seeds, drug, indication)))


def _alerts(patients: Patients, wanted: tuple[Critical, ...]) -> Iterator[Remark]:
    seeds = patients.seeds
    known = {seeds.names[n] for n in patients.values if n in seeds.names}
    for one in wanted:
        if not required(seeds, one.when) <= known:
            continue
        if one.beyond and seeds.names[one.beyond] not in known:
            continue
        where, sure = _where(patients, one)
        if where.any():
            said = _said(patients, one, where, sure)
            yield Remark(one.level, "{said}", one.cite, where, {"said": said}, "critical")


def _where(patients: Patients, one: Critical) -> tuple[Mask, Mask]:
    """Of whom it is or may be true, and of whom it is certain; a bound may leave it open."""
    seeds = patients.seeds

    def met(some: Patients) -> Mask:
        return np.zeros(some.size, dtype=bool) | meets(some, one.when)

    if one.beyond:
        past = patients.past_scale(one.beyond) & met(patients)
        return past, past
    if not patients.beyond:
        found = met(patients)
        return found, found
    from dosing.rules.offscale import could

    names = asked_by(seeds, one.when)
    parts = (p for n in names if n in seeds.derivations for p in seeds.derivations[n].parts)
    asked = {seeds.names[n] for n in (*names, *parts)}
    return could(patients, asked, met), ~could(patients, asked, lambda some: ~met(some))


def _said(patients: Patients, one: Critical, where: Mask, sure: Mask) -> dict[int, str]:
    """The sentence of each, with whom to call and whose limit it is."""
    seeds = patients.seeds
    sentences, call = seeds.sentences, seeds.site.critical_call
    call = call or sentences["critical-prescriber"].text
    more = [fill(sentences["critical-call"].text, {"call": call})] if one.tells else []
    more += [] if one.cite else [sentences["critical-site-rule"].text]
    wanted, open_ = names_in(one.text), sentences["critical-not-certain"].text
    return {
        i: " ".join([
            fill(one.text, {n: patients.told(n, i) for n in wanted}),
            *([] if sure[i] else [open_]),
            *more,
        ])
        for i in np.flatnonzero(where).tolist()
    }  # fmt: skip
