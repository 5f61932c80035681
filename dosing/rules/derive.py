"""What follows from what was given, and where the two contradict each other.

The register is ``seeds/derivations.toml``; the arithmetic of each rule is here, by name.
"""

from collections.abc import Callable, Mapping
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from dosing.base.bounds import Beyond
from dosing.base.fill import fill
from dosing.base.units import show
from dosing.equations import renal
from dosing.equations.body import bsa_mosteller
from dosing.knowledge.library import Library
from dosing.knowledge.seedtypes import Derivation
from dosing.rules.additive import totals
from dosing.rules.columns import Conflict, Patients, one_patient
from dosing.rules.conditions import meets
from dosing.rules.read import options_of, shown
from dosing.rules.reckon import clearance, platelet_fall_pct

Array = npt.NDArray[Any]


@attrs.frozen(eq=False)
class Follows:
    """What a rule makes of its parts; ``low`` and ``high`` where other ways of reckoning differ."""

    value: Array
    said: Mapping[str, Array] = attrs.field(factory=dict)
    low: Array | None = None
    high: Array | None = None


def derive(patients: Patients) -> Patients:
    """Fill in what follows from what was given; nothing that was given is replaced.

    Returns
    -------
    Patients
        With the derived values, how each was reckoned, and the conflicts found.
    """
    seeds = patients.seeds
    patients = attrs.evolve(patients, again=derive)
    for name, rule in seeds.derivations.items():
        if any(patients.get(part) is None for part in rule.parts):
            continue
        follows = BY[rule.by](patients)
        if follows is not None:
            patients = _filled(patients, name, rule, follows)
    return patients


def patient_of(seeds: Library, inputs: Mapping[str, Any]) -> Patients:
    """One patient, with what follows from what was given."""
    return derive(one_patient(seeds, inputs))


def _filled(patients: Patients, name: str, rule: Derivation, follows: Follows) -> Patients:
    refused = patients.is_refused(name)
    given = patients.get(name)
    unknown = _unknown(patients, name, follows.value)
    if given is None:
        open_ = ~unknown & ~np.asarray(refused)
        value = follows.value if refused is False else _where(open_, follows, patients, name)
    else:
        lacking = patients.lacks(name)
        open_ = lacking & ~unknown & ~np.asarray(refused)
        patients = _contradicted(patients, name, rule, follows, ~lacking & ~unknown)
        value = np.where(open_, follows.value, given) if open_.any() else given
    if not open_.any():
        return patients
    words: Callable[[int], str] | None = None
    if rule.says:

        def words(i: int) -> str:
            return _said(patients, name, rule, follows, i) if open_[i] else ""

    if patients.beyond:
        patients = _beyond(patients, name, rule, follows.value, open_)
    derived = patients.derived if words is None else {**patients.derived, name: words}
    filled = patients.filled if given is None else {**patients.filled, name: open_}
    values = {**patients.values, name: value}
    return attrs.evolve(patients, values=values, derived=derived, filled=filled)


def _beyond(
    patients: Patients, name: str, rule: Derivation, value: Array, open_: Array
) -> Patients:
    """The bound of what follows from a part that is off the scale, and on which side it lies."""
    parts = [*((p, 1) for p in rule.rises_with), *((p, -1) for p in rule.falls_with)]
    sides = [sign * np.where(open_, patients.side(part), 0) for part, sign in parts]
    if not any(s.any() for s in sides):
        return patients
    up, down = (np.any([s * sign > 0 for s in sides], axis=0) for sign in (1, -1))
    side = np.where(up & down, 0, sides[0] if len(sides) == 1 else np.sum(sides, axis=0))
    bound = value
    for part, sign in parts:
        one = patients.beyond.get(part)
        if one is not None:
            share = np.where(one.side == 0, 1.0, one.bound / patients.numbers(part))
            bound = bound * share**sign
    side = np.clip(side, -2, 2).astype(np.int8)
    if (given := patients.beyond.get(name)) is not None:
        side = np.where(open_, side, given.side)
        bound = np.where(open_, bound, given.bound)
    return attrs.evolve(patients, beyond={**patients.beyond, name: Beyond(side, bound)})


def _where(open_: Array, follows: Follows, patients: Patients, name: str) -> Array:
    nothing = np.nan if follows.value.dtype.kind == "f" else patients.codes_unknown(name)
    return np.where(open_, follows.value, nothing).astype(follows.value.dtype)


def _unknown(patients: Patients, name: str, value: Array) -> Array:
    return np.isnan(value) if value.dtype.kind == "f" else value == patients.codes_unknown(name)


def _said(patients: Patients, name: str, rule: Derivation, follows: Follows, i: int) -> str:
    values = {n: v[i].item() if hasattr(v[i], "item") else v[i] for n, v in follows.said.items()}
    return fill(rule.says, {"value": _plain(patients, name, follows.value, i), **values})


def _plain(patients: Patients, name: str, values: Array, i: int) -> Any:
    if values.dtype.kind == "f":
        return float(values[i])
    quantity = patients.seeds.quantities[patients.seeds.names[name]]
    return options_of(quantity)[int(values[i])]


def _contradicted(
    patients: Patients, name: str, rule: Derivation, follows: Follows, both: Array
) -> Patients:
    """Note where a value that was given lies further from its parts than the rule tolerates."""
    given = patients.get(name)
    assert given is not None
    if not rule.may_contradict or not both.any():
        return patients
    if patients.beyond and rule.exact:
        for part in (*rule.parts, *rule.may):
            both = both & (patients.side(part) == 0)
    if given.dtype.kind != "f":
        apart = both & (given != follows.value)
    else:
        low = follows.value if follows.low is None else follows.low
        high = follows.value if follows.high is None else follows.high
        if patients.beyond:
            low, high = _opened(patients, name, rule, low, high)
        off = np.maximum(low - given, given - high)
        end = np.where(given > high, high, low)
        allowed = np.maximum(rule.least, rule.share * np.where(np.isinf(end), 0.0, end))
        apart = both & (np.round(off - allowed, 9) > 0)  # 9: what adding and dividing leave
    if rule.unless:
        apart &= ~np.asarray(meets(patients, rule.unless))
    if not apart.any():
        return patients
    seeds = patients.seeds
    quantity = seeds.quantities[seeds.names[name]]
    unit = quantity.names[name].unit
    rows = np.flatnonzero(apart)
    said: dict[str, Any] = {
        "label": quantity.label,
        "given": _told(patients, name, given, unit, rows),
        "follows": _told(patients, name, follows.value, unit, rows),
        "parts": _parts(patients, rule, rows),
    }
    conflict = Conflict(name, apart, follows.value, said)
    return attrs.evolve(patients, conflicts=(*patients.conflicts, conflict))


def _opened(
    patients: Patients, name: str, rule: Derivation, low: Array, high: Array
) -> tuple[Array, Array]:
    """The range in which a value may lie, open on the side on which a part is off the scale."""
    for part in (*rule.parts, *rule.may):
        side = patients.side(part) * (-1 if part in rule.falls_with else 1)
        low, high = np.where(side < 0, -np.inf, low), np.where(side > 0, np.inf, high)
    own = patients.side(name)  # a bound that was given agrees with whatever lies on its side
    return np.where(own > 0, -np.inf, low), np.where(own < 0, np.inf, high)


def _told(patients: Patients, name: str, values: Array, unit: str, rows: Array) -> Array:
    """Those values in words, each at its patient; the same value is written once."""
    distinct, which = np.unique(values[rows], return_inverse=True)
    texts = [_words(patients, name, distinct, unit, k) for k in range(len(distinct))]
    return _at(rows, texts, which, patients.size)


def _parts(patients: Patients, rule: Derivation, rows: Array) -> Array:
    """What each of those patients has of the parts, in words; the same parts are written once."""
    seeds = patients.seeds
    labels, has = [], np.zeros(len(rows), dtype=np.int64)
    for k, part in enumerate((*rule.parts, *rule.may)):
        labels.append(seeds.quantities[seeds.names[part]].label)
        has |= (~patients.lacks(part)[rows]).astype(np.int64) << k
    distinct, which = np.unique(has, return_inverse=True)
    texts = [_listed([t for k, t in enumerate(labels) if d >> k & 1]) for d in distinct.tolist()]
    return _at(rows, texts, which, patients.size)


def _at(rows: Array, texts: list[str], which: Array, size: int) -> Array:
    out = np.full(size, None, dtype=object)
    out[rows] = np.array(texts, dtype=object)[which]
    return out


def _listed(labels: list[str]) -> str:
    """Labels within a sentence: small letters, but for abbreviations."""
    small = [t if t[1:2].isupper() else t[:1].lower() + t[1:] for t in dict.fromkeys(labels)]
    return small[0] if len(small) == 1 else f"{', '.join(small[:-1])} and {small[-1]}"


def _words(patients: Patients, name: str, values: Array, unit: str, i: int) -> str:
    value = _plain(patients, name, values, i)
    return value if isinstance(value, str) else shown(round(value, 1 if value >= 10 else 2), unit)


# The arithmetic of each rule


def _mosteller(patients: Patients) -> Follows:
    surface = bsa_mosteller(patients.numbers("weight_kg"), patients.numbers("height_cm"))
    return Follows(np.round(np.asarray(surface, dtype=float), 4))


def _platelet_fall(patients: Patients) -> Follows:
    peak, nadir = patients.numbers("platelets_peak"), patients.numbers("platelets_nadir")
    return Follows(np.asarray(platelet_fall_pct(peak, nadir)))


def _by_weight(patients: Patients) -> Follows:
    rate, weight = patients.numbers("heparin_units_h"), patients.numbers("weight_kg")
    return Follows(np.round(rate / weight, 6))


def _aptt_ratio(patients: Patients) -> Follows:
    return Follows(patients.numbers("aptt_s") / patients.numbers("baseline_aptt_s"))


def _cockcroft_gault(patients: Patients) -> Follows | None:
    found = clearance(patients, patients.seeds.site.crcl_weight)
    value = np.round(np.asarray(found.crcl_ml_min, dtype=float), 3)
    low = high = None
    if patients.get("crcl_ml_min") is not None:
        rules = renal.WEIGHT_RULES if patients.get("height_cm") is not None else ("actual",)
        every = np.array([np.asarray(clearance(patients, r).crcl_ml_min) for r in rules])
        low, high = np.fmin.reduce(every), np.fmax.reduce(every)
    said = {"weight_used": found.weight_used, "weight_used_kg": found.weight_kg}
    return Follows(value, said, low, high)


def _child_pugh(patients: Patients) -> Follows:
    score = patients.seeds.scores["child-pugh"]
    found = totals(score, patients)
    quantity = patients.seeds.quantities["child_pugh"]
    options = options_of(quantity)
    position = np.array([*(options.index(b.band) for b in score.bands), len(options)])
    return Follows(
        position[found.band].astype(np.uint8),
        {"points": np.array([show(v, 0) if v == v else "" for v in found.value], dtype=object)},
    )


def _four_ts(patients: Patients) -> Follows:
    return Follows(totals(patients.seeds.scores["4ts"], patients).value)


def _platelet_fall_72h(patients: Patients) -> Follows:
    highest, now = patients.numbers("platelets_highest_72h"), patients.numbers("platelets")
    return Follows(np.asarray(platelet_fall_pct(highest, now)))


def _hemoglobin_fall(patients: Patients) -> Follows:
    now = patients.numbers("hemoglobin_g_dl")
    return Follows(np.round(patients.numbers("hemoglobin_highest_24h_g_dl") - now, 6))


def _falling(patients: Patients) -> Follows:
    before, now = patients.numbers("platelets_before"), patients.numbers("platelets")
    value = np.where(now < before, 1, 0).astype(np.uint8)
    value[np.isnan(before) | np.isnan(now)] = 2
    return Follows(value)


BY: dict[str, Callable[[Patients], Follows | None]] = {
    "mosteller": _mosteller,
    "platelet-fall": _platelet_fall,
    "by-weight": _by_weight,
    "aptt-ratio": _aptt_ratio,
    "cockcroft-gault": _cockcroft_gault,
    "child-pugh": _child_pugh,
    "four-ts": _four_ts,
    "falling": _falling,
    "platelet-fall-72h": _platelet_fall_72h,
    "hemoglobin-fall": _hemoglobin_fall,
}
