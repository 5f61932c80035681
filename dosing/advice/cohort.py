"""Many patients at once: the same tables and protocols on the columns of a DataFrame."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from dosing.advice.start import (
    compare_advice,
    dose_range,
    drug_is_pumped,
    tables_of,
)
from dosing.base.findings import STOPPING
from dosing.base.interval import Interval
from dosing.equations import renal
from dosing.equations.body import bsa_mosteller
from dosing.knowledge.library import Library, load
from dosing.knowledge.seedtypes import Conditions, Table
from dosing.lint.proved import proved
from dosing.orders import fixed as doses
from dosing.orders import infusion as orders
from dosing.rules.checks import drug_checks
from dosing.rules.patients import check_cohort, convert
from dosing.rules.protocols import ACTIONS, bolus_total, changes, inputs_of, measured, running_name
from dosing.rules.tables import OUTSIDE, class_codes, grid_of, options_of, round_half_up
from dosing.scores.additive import child_pugh_classes, four_ts_totals

STATUSES = ("ok", "stop", "missing", "impossible")
OK, STOP, MISSING, IMPOSSIBLE = range(len(STATUSES))
Columns = dict[str, Any]


def compare(drug: str, indication: str = "hit", **inputs: Any) -> Any:
    """Every authority's first order for one patient, side by side.

    Returns
    -------
    DataFrame
        One row an authority: dose, range, unit, pump rate, what stands against it, source.

    Examples
    --------
    >>> list(compare("fondaparinux", weight_kg=70, crcl_ml_min=80)["dose"])
    [7.5, 7.5]
    """
    import pandas as pd

    rows = []
    for advice in compare_advice(drug, indication, **inputs):
        order = advice.order
        stops = [f.text for f in advice.findings if f.stops]
        rows.append(
            {
                "authority": advice.authority,
                "dose": None if order is None else order.dose,
                "low": None if order is None else order.low,
                "high": None if order is None else order.high,
                "unit": None if order is None else order.unit,
                "pump_ml_h": None if order is None else order.pump_ml_h,
                "no_dose_because": " ".join(stops),
                "cite": advice.cite,
                "confirmed": advice.confirmed,
            }
        )
    return pd.DataFrame(rows).set_index("authority")


def start_many(
    drug: str, cohort: Any, indication: str = "hit", authority: str | None = None
) -> Any:
    """The first order for each patient of a cohort.

    Parameters
    ----------
    drug : str
    cohort : DataFrame
        One row a patient; the columns that bear a name of the registry are used, others are kept
        out. Classes and yes-no answers are fastest as categoricals.
    indication, authority : str
        As in :func:`dosing.start`.

    Returns
    -------
    DataFrame
        With the cohort's index: ``status`` (ok, stop, missing, impossible), ``dose``, ``low``,
        ``high``, and the table's ``row`` (0 where none answers); for a pump ``pump_ml_h`` and
        ``given_dose``, and ``bolus_total`` where the table has a bolus; for a fixed dose
        ``every_h`` where the table has it, and ``total`` for a dose by kg or m². Of an order in
        steps, these are the first. No number stands where the status is not ok.

    Examples
    --------
    >>> import pandas as pd
    >>> cohort = pd.DataFrame({"weight_kg": [49.9, 50, 100.1], "crcl_ml_min": 80})
    >>> start_many("fondaparinux", cohort)["dose"].tolist()
    [5.0, 7.5, 10.0]
    """
    import pandas as pd

    seeds = proved()
    tables = tables_of(seeds, drug, indication)
    authority = authority or next(iter(tables))
    if authority not in tables:
        raise ValueError(
            f"there is no table for {drug} in {indication} by {authority!r};"
            f" there are {', '.join(tables)}"
        )
    out = _start(seeds, tables[authority], _known(seeds, cohort), len(cohort))
    status = pd.Categorical.from_codes(out.pop("status"), categories=STATUSES)
    return pd.DataFrame({"status": status, **out}, index=cohort.index, copy=False)


def titrate_many(protocol: str, cohort: Any) -> Any:
    """The next step for each patient of a cohort.

    Parameters
    ----------
    protocol : str
    cohort : DataFrame
        ``running`` [the protocol's dose unit], what the protocol measures, and optionally
        ``weight_kg``, ``in_range_before``, and ``concentration_mg_ml`` or, for a drug in units,
        ``concentration_units_ml``.

    Returns
    -------
    DataFrame
        With the cohort's index: ``action``, ``rate``, ``pump_ml_h``, ``bolus`` (as the protocol
        prints it), ``bolus_total`` (what the patient is given), ``hold_min``, ``resume_rate``,
        ``recheck_h``, ``in_range``, ``notify`` and ``row``.

    Examples
    --------
    >>> import pandas as pd
    >>> cohort = pd.DataFrame({"running": [0.5, 0.5], "aptt_s": [38, 95]})
    >>> titrate_many("argatroban-ummc-2008-critical", cohort)["action"].tolist()
    ['increase', 'hold']
    """
    import pandas as pd

    seeds = proved()
    if protocol not in seeds.protocols:
        raise ValueError(
            f"there is no protocol {protocol!r}; there are {', '.join(seeds.protocols)}"
        )
    found = seeds.protocols[protocol]
    size = len(cohort)
    name, strength = running_name(found), orders.strength_name(found.dose_unit)
    named = _known(seeds, cohort)
    if "running" in named:
        named[name] = named.pop("running")
    columns, refused = check_cohort(named, size)
    checks = drug_checks(seeds, found.drug, found.indication, "titrate")
    asked = {n: v for n in inputs_of(found) if (v := _in_unit(columns, n)) is not None}
    formed = {n: v for n, v in measured(found, asked).items() if n == "aptt_ratio"}
    for when in [c.when for c, _ in checks if c.level in STOPPING]:
        values = {n: v for n in when if (v := _in_unit(columns, n)) is not None}
        refused |= _meets(values | {n: v for n, v in formed.items() if n in when}, when, size)
    columns = {
        n: _in_unit(columns, n)
        for n in (
            *inputs_of(found),
            name,
            "weight_kg",
            strength,
            "in_range_before",
        )
    }
    mg_ml = _concentration(seeds, found.drug, found.dose_unit, columns[strength], size)
    concentrate = seeds.drugs[found.drug].concentrate
    running = np.full(size, np.nan) if columns[name] is None else columns[name]
    refused |= np.zeros(size, dtype=bool) if concentrate is None else mg_ml >= concentrate.mg_ml
    running = np.where(refused, np.nan, running)
    given = {n: columns[n] for n in inputs_of(found) if columns[n] is not None}
    before = columns["in_range_before"]
    step = changes(found, running, given, 0 if before is None else np.nan_to_num(before))
    known = step.row >= 0
    weight = np.full(size, np.nan) if columns["weight_kg"] is None else columns["weight_kg"]
    weight = np.minimum(weight, seeds.site.weight_caps.get(found.drug, np.inf))
    exact = orders.pump_rate_ml_h(step.rate, found.dose_unit, weight, mg_ml)
    pump = round_half_up(exact, seeds.site.pump_step_ml_h)
    lost = (pump <= 0) & (step.rate > 0)
    known = known & ~lost
    actions = pd.Categorical.from_codes(np.where(known, step.action, -1), categories=ACTIONS)
    clear = {
        n: np.where(known, v, np.nan)
        for n, v in {
            "rate": step.rate,
            "pump_ml_h": pump,
            "bolus": np.where(np.isnan(step.flat_bolus), step.bolus, step.flat_bolus),
            "bolus_total": bolus_total(found, step, weight)[0],
            "hold_min": step.hold_min,
            "resume_rate": step.resume_rate,
            "recheck_h": step.recheck_h,
        }.items()
    }
    return pd.DataFrame(
        {
            "action": actions,
            **clear,
            "in_range": known & step.in_range,
            "notify": known & step.notify,
            "row": np.where(known, step.row + 1, 0),
        },
        index=cohort.index,
    )


def _known(seeds: Library, cohort: Any) -> Columns:
    """The columns that bear a name of the registry; words as categoricals, so each is read once."""
    columns = {str(name): cohort[name] for name in cohort.columns if name in seeds.names}
    for name, column in columns.items():
        words = seeds.quantities[seeds.names[name]].kind != "number"
        if words and not hasattr(column.dtype, "categories"):
            columns[name] = column.astype("category")
    return columns


def _in_unit(columns: Columns, name: str) -> Any:
    """A cohort's column in the unit of ``name``; None where it was not given."""
    seeds = load()
    if name in columns:
        return columns[name]
    quantity = seeds.quantities[seeds.names[name]]
    for given in quantity.names:
        if given in columns:
            return convert(columns[given], quantity, given, name)
    return None


def _concentration(seeds: Library, drug: str, unit: str, given: Any, size: int) -> Any:
    """The strength in the pump as given, else the site's, in what the dose unit asks."""
    usual: dict[str, float] = getattr(seeds.site, orders.strength_name(unit))
    site = usual.get(drug, np.nan)
    return np.full(size, site) if given is None else np.where(np.isnan(given), site, given)


def _derived(columns: Columns, size: int) -> Columns:
    """What follows from what was given, as for one patient, where it was not given itself."""
    filled = dict(columns)
    crcl = _in_unit(columns, "crcl_ml_min")
    parts = {
        n: _in_unit(columns, n)
        for n in ("age_y", "weight_kg", "creatinine_mg_dl", "sex", "height_cm")
    }
    if all(parts[n] is not None for n in ("age_y", "weight_kg", "creatinine_mg_dl", "sex")):
        quantity = load().quantities["sex"]
        codes = class_codes(parts["sex"], quantity)
        words = np.array([*options_of(quantity), None], dtype=object)[codes]
        found = renal.crcl(
            load().site.crcl_weight,  # type: ignore[arg-type]
            parts["age_y"],
            parts["weight_kg"],
            parts["creatinine_mg_dl"],
            words,
            parts["height_cm"],
        )
        reckoned = np.round(np.asarray(found.crcl_ml_min, dtype=float), 3)
        filled["crcl_ml_min"] = (
            reckoned if crcl is None else np.where(np.isnan(crcl), reckoned, crcl)
        )
    quantity = load().quantities["child_pugh"]
    unknown = len(options_of(quantity))
    grades = class_codes(columns["child_pugh"], quantity) if "child_pugh" in columns else None
    lacking = slice(None) if grades is None else grades == unknown
    follows = child_pugh_classes(columns, size)[lacking]
    # Most cohorts bring the class or nothing of it: then their own column is kept as it is.
    if (follows != None).any():  # noqa: E711
        words = np.array([*options_of(quantity), None], dtype=object)
        classes = words[np.full(size, unknown) if grades is None else grades]
        classes[lacking] = follows
        filled["child_pugh"] = classes
    return filled


def _start(seeds: Library, table: Table, given: Columns, size: int) -> Columns:
    columns, refused = check_cohort(given, size)
    wanted = dict.fromkeys(table.columns)
    checks = [*table.checks]
    checks += [c for c, _ in drug_checks(seeds, table.drug, table.indication, "start")]
    stops = [c.when for c in checks if c.level in STOPPING]
    wanted |= {n: None for when in stops for n in when}
    if "crcl_ml_min" in wanted or "child_pugh" in wanted:
        columns = _derived(columns, size)
    if "four_ts" in wanted and (totals := four_ts_totals(columns, size)) is not None:
        given_total = np.asarray(columns.get("four_ts", np.full(size, np.nan)), dtype=float)
        columns = dict(columns) | {"four_ts": np.where(np.isnan(given_total), totals, given_total)}
    values = {n: v for n in wanted if (v := _in_unit(columns, n)) is not None}
    columns_of_table = {n: values[n] for n in table.columns if n in values}
    row = np.broadcast_to(grid_of(table).rows_for(columns_of_table), (size,))
    ends = [(np.nan,) * 3 if r.refuses else _ends(dose_range(r)) for r in table.rows]
    dose, low, high = (np.append(column, np.nan) for column in np.array(ends).T)
    refusing = np.append([r.refuses for r in table.rows], False)
    at = np.where(row < 0, -1, row)
    status = np.where(row < 0, MISSING, np.where(refusing[at], STOP, OK)).astype(np.int8)
    status[row == OUTSIDE] = IMPOSSIBLE
    for when in stops:
        status[_meets(values, when, size)] = STOP
    status[refused] = IMPOSSIBLE
    out = {"dose": dose[at], "low": low[at], "high": high[at]}
    if drug_is_pumped(table):
        out |= _pumps(seeds, table, out["dose"], at, columns, size, status)
    else:
        out |= _fixed(table, out["dose"], at, columns, size, status)
    blank = status != OK
    if blank.any():
        for column in out.values():
            column[blank] = np.nan
    return {"status": status, **out, "row": np.where(row < 0, 0, row + 1)}


def _ends(dose: tuple[float, float | None, float | None]) -> tuple[float, float, float]:
    point, low, high = dose
    return point, np.nan if low is None else low, np.nan if high is None else high


def _of_rows(table: Table, key: str, at: Any) -> Any:
    """What the rows give under a key, by patient; NaN where a row gives nothing."""
    given = [getattr(r.then, key, None) for r in table.rows]
    return np.array([*(np.nan if v is None else v for v in given), np.nan], dtype=float)[at]


def _fixed(table: Table, dose: Any, at: Any, columns: Columns, size: int, status: Any) -> Columns:
    """What belongs to a fixed dose: interval, dose by size, bolus."""
    out = {n: _of_rows(table, n, at) for n in ("every_h",) if n in table.outputs}
    name = doses.size_name(table.outputs["dose"])
    if name:
        body = _in_unit(columns, name)
        if name == "bsa_m2":
            body = _surface(columns, _in_unit(columns, "weight_kg"))
        body = np.full(size, np.nan) if body is None else body
        status[(status == OK) & np.isnan(body)] = MISSING
        step, cap = (np.nan_to_num(_of_rows(table, n, at)) for n in ("round_to", "max_total"))
        out["total"] = doses.totals(dose, body / doses.per(table.outputs["dose"]), step, cap)
    if "bolus" in table.outputs:
        bolus = _of_rows(table, "bolus", at)
        out["bolus_total"] = np.where(bolus > 0, bolus, np.nan)
    return out


def _surface(columns: Columns, weight: Any) -> Any:
    """Body surface as given, else by height and weight, both of which an order needs."""
    height = _in_unit(columns, "height_cm")
    if height is None or weight is None:
        return None
    reckoned = np.round(np.asarray(bsa_mosteller(weight, height), dtype=float), 4)
    given = _in_unit(columns, "bsa_m2")
    return reckoned if given is None else np.where(np.isnan(given), reckoned, reckoned * 0 + given)


def _pumps(
    seeds: Library, table: Table, dose: Any, at: Any, columns: Columns, size: int, status: Any
) -> Columns:
    """Pump rate and the dose it gives; marks who cannot have one in ``status``."""
    drug = seeds.drugs[table.drug]
    unit = table.outputs["dose"]
    given = _in_unit(columns, orders.strength_name(unit))
    mg_ml = _concentration(seeds, drug.id, unit, given, size)
    weight = _in_unit(columns, "weight_kg")
    weight = np.full(size, np.nan) if weight is None else weight
    weight = np.minimum(weight, seeds.site.weight_caps.get(drug.id, np.inf))
    exact = orders.pump_rate_ml_h(dose, unit, weight, mg_ml)
    if "max_rate" in table.outputs:
        exact = np.fmin(exact, _of_rows(table, "max_rate", at) / mg_ml)
    pump = round_half_up(exact, seeds.site.pump_step_ml_h)
    # A rate that is not for each kg is ordered without a strength too, only not in mL/h.
    unknown = np.isnan(weight) | (np.isnan(mg_ml) & orders.is_per_kg(unit))
    status[(status == OK) & unknown] = MISSING
    impossible = pump <= 0
    if drug.concentrate is not None:
        impossible |= mg_ml >= drug.concentrate.mg_ml
    top = drug.ceiling
    if top is not None and top.indication == table.indication and top.unit == unit:
        impossible |= dose > top.value
    status[(status == OK) & impossible] = STOP
    out = {"pump_ml_h": pump, "given_dose": orders.dose_of_pump_rate(pump, unit, weight, mg_ml)}
    if "bolus" in table.outputs:
        bolus = _of_rows(table, "bolus", at)
        bolus = np.where(bolus > 0, bolus, np.nan)
        bolus = bolus * weight if "/kg" in table.outputs["bolus"] else bolus
        out["bolus_total"] = np.minimum(
            bolus, np.nan_to_num(_of_rows(table, "max_bolus", at), nan=np.inf)
        )
    return out


def _meets(values: Mapping[str, Any], when: Conditions, size: int) -> Any:
    """Where every named column meets its condition, as for one patient in ``patients.meets``."""
    seeds = load()
    mask = np.ones(size, dtype=bool)
    for name, condition in when.items():
        wanted = [condition] if isinstance(condition, str) else condition
        absent = "absent" in wanted
        if name not in values:
            if not absent:
                return np.zeros(size, dtype=bool)
            continue
        quantity = seeds.quantities[seeds.names[name]]
        if quantity.kind == "number":
            numbers = np.asarray(values[name], dtype=float)
            held = absent & np.isnan(numbers)
            for part in wanted:
                if part != "absent":
                    held |= Interval.parse(part).holds(numbers)
            mask &= held
        else:
            options = options_of(quantity)
            listed = [options.index(w) for w in wanted if w in options]
            listed += [len(options)] if absent else []
            mask &= np.isin(class_codes(values[name], quantity), listed)
    return mask
