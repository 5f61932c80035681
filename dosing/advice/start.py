"""What a clinician is told first: the order for a patient, and what each authority would order."""

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np
import numpy.typing as npt

from dosing.base.findings import Finding
from dosing.base.plain import fields_of
from dosing.base.units import amount, show
from dosing.base.vector import number, round_half_up
from dosing.knowledge.dosetypes import FixedDose, Infusion, LaterStep
from dosing.knowledge.library import VERSION, Library
from dosing.knowledge.seedtypes import Confirmed, Drug, Row, Table
from dosing.orders.fixed import Amounts, amount_remarks, amount_trace, amounts, size_name
from dosing.orders.infusion import (
    Bolus,
    Infusions,
    Pump,
    ceiling_remarks,
    dosing_weight,
    infusions,
    is_coarse,
    rounding_remarks,
    step_of_pump,
    strength_of,
    strength_remarks,
    trace_of,
)
from dosing.orders.order import Order
from dosing.orders.pump import is_infusion, pump_rate_ml_h
from dosing.rules.asked import names_asked
from dosing.rules.checks import checks_of, grave_checks_of
from dosing.rules.columns import Patients
from dosing.rules.critical import alerts, criticals
from dosing.rules.critical import names_of as names_of_critical
from dosing.rules.decide import (
    MISSING,
    OK,
    STATUSES,
    STOP,
    Decision,
    decide,
    settled,
    status_of,
    unsettled,
)
from dosing.rules.offscale import certain
from dosing.rules.remarks import Remark, anyone, findings_at, remark

Array = npt.NDArray[Any]
ORDER_INPUTS = (
    "weight_kg", "concentration_mg_ml", "concentration_units_ml", "bag_ml", "pump_step_ml_h",
)  # fmt: skip


@attrs.frozen(kw_only=True, repr=False)
class Advice:
    """The answer of one table for one patient.

    ``order`` is None when the table refuses or something is missing; the findings say why.
    ``status`` is ``ok``; ``stop`` where a clinical reason forbids; ``missing`` or ``impossible``
    where the input must first be completed or put right.
    """

    drug: str
    indication: str
    authority: str
    authority_label: str
    title: str
    status: str
    order: Order | None
    findings: tuple[Finding, ...]
    trace: tuple[str, ...]
    cite: str
    confirmed: Confirmed | None
    table: str
    row: int | None
    inputs: dict[str, Any]
    missing: tuple[str, ...]
    unused: tuple[str, ...]
    derived: tuple[str, ...]
    seeds: str
    version: str = VERSION

    @property
    def refused(self) -> bool:
        """Whether the input must first be completed or put right."""
        return self.status in ("missing", "impossible")

    def to_dict(self) -> dict[str, Any]:
        """The answer as JSON carries it."""
        return fields_of(self) | {"refused": self.refused}

    def __str__(self) -> str:
        lines = [self.title]
        lines += (
            ["  no dose"] if self.order is None else [f"  {line}" for line in self.order.lines()]
        )
        lines += [f"  {finding}" for finding in self.findings]
        lines += [f"  = {step}" for step in self.trace]
        lines.append(f"  source: {self.cite} ({self.confirmed}); table {self.table}")
        if self.unused:
            lines.append(f"  not used: {', '.join(self.unused)}")
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        import html

        return f"<pre>{html.escape(str(self))}</pre>"


@attrs.frozen(eq=False)
class Starts:
    """The answers of one table for many patients.

    ``at`` is the place of the row of whom it gives a dose, -1 of the others.
    """

    table: Table
    patients: Patients
    decision: Decision
    status: Array
    remarks: tuple[Remark, ...]
    at: Array
    dose: Array
    low: Array
    high: Array
    infusion: Infusions | None = None
    amounts: Amounts | None = None

    def numbers(self) -> dict[str, Array]:
        """The numbers of the order, NaN for whom there is none."""
        table, seeds = self.table, self.patients.seeds
        out = {"dose": self.dose, "low": self.low, "high": self.high}
        if self.infusion is not None:
            out |= {"pump_ml_h": self.infusion.pump_ml_h, "given_dose": self.infusion.given_dose}
            if "bolus" in table.outputs:
                out["bolus_total"] = self.infusion.bolus_total
        else:
            if "every_h" in table.outputs:
                out["every_h"] = _of_rows(table, "every_h", self.at, seeds)
            if self.amounts is not None:
                out["total"] = self.amounts.total
            if "bolus" in table.outputs:
                out["bolus_total"] = _of_rows(table, "bolus", self.at, seeds)
        late = (self.status != OK) & (self.at >= 0)  # withheld after the numbers were worked out
        if anyone(late):
            out = {n: np.where(late, np.nan, v) for n, v in out.items()}
        return out


def starts(
    table: Table, patients: Patients, *, label_table: bool = False, notes: bool = True
) -> Starts:
    """Answer many patients from one table.

    Parameters
    ----------
    table : Table
    patients : Patients
        With what follows from what was given.
    label_table : bool
        Round the pump rate as the label's printed table does.
    notes : bool
        Whether what is only to be known is wanted too.
    """

    asked = asked_by_start(patients.seeds, table) if patients.beyond else set()

    def answer(some: Patients) -> Starts:
        found = certain(lambda one: _starts(table, one, label_table, notes), some, asked, _asking)
        said = alerts(some, table.drug, table.indication)
        return attrs.evolve(found, remarks=(*said, *found.remarks)) if said else found

    def evolve(found: Starts, **changes: Any) -> Starts:
        return attrs.evolve(found, **changes)

    return settled(answer, patients, evolve)


def _asking(found: Starts, needs: dict[str, Array], remarks: tuple[Remark, ...]) -> Starts:
    """The answers without those that depend on a number which was given only as a bound."""
    lost = np.any([*needs.values()], axis=0)
    return attrs.evolve(
        found,
        decision=unsettled(found.decision, needs),
        status=np.where(lost, MISSING, found.status),
        remarks=(*remarks, *found.remarks),
    )


def _starts(table: Table, patients: Patients, label_table: bool, notes: bool) -> Starts:
    seeds = patients.seeds
    drug = seeds.drugs[table.drug]
    unit = table.outputs["dose"]
    pumped = is_infusion(unit)
    checks = checks_of(seeds, table) if notes else grave_checks_of(seeds, table)
    decision = decide(patients, table, checks, needs=sizes_of(table))
    remarks = [*patients.remarks, *decision.remarks]
    strength = None
    if pumped:
        strength = strength_of(patients, drug, unit)
        remarks += strength_remarks(seeds, drug, strength)
    status = status_of(patients, decision, remarks)
    fine = status == OK
    at = ((decision.row + 1) * fine - 1).astype(np.intp)  # -1 where there is no dose
    dose, low, high = (_of_rows(table, n, at, seeds) for n in ("dose", "low", "high"))
    ceiling = ceiling_remarks(seeds, drug, dose, unit, table.indication, fine)
    made = Starts(table, patients, decision, status, (), at, dose, low, high)
    infusion = fixed = None
    if pumped:
        assert strength is not None
        infusion, more = _pumped(made, drug, strength, label_table, fine)
        if anyone(infusion.lacking):
            status = np.where(fine & infusion.lacking, MISSING, status)
    else:
        fixed, more = _fixed(made, fine)
    ranges = _range_remarks(seeds, made, fine) if notes else []
    remarks += [*ceiling, *ranges, *more]
    for late in (*ceiling, *more):
        if late.level == "stop" and anyone(late.where):
            status = np.where(late.where, STOP, status)
    more_known: dict[str, Any] = {"infusion": infusion, "amounts": fixed}
    return attrs.evolve(made, status=status, remarks=tuple(remarks), **more_known)


def _pumped(
    made: Starts, drug: Drug, strength: Array, label_table: bool, fine: Array
) -> tuple[Infusions, list[Remark]]:
    patients, table = made.patients, made.table
    seeds = patients.seeds
    weight, capped = dosing_weight(seeds, drug, patients.numbers("weight_kg"), fine)
    label = table.label_table if label_table else None
    bolus = None
    if "bolus" in table.outputs:
        dose, most = (_of_rows(table, n, made.at, seeds) for n in ("bolus", "max_bolus"))
        bolus = Bolus(dose, table.outputs["bolus"], most)
    capped_rate = "max_rate" in table.outputs
    caps = _of_rows(table, "max_rate", made.at, seeds) if capped_rate else np.nan
    found = infusions(
        seeds,
        made.dose,
        table.outputs["dose"],
        weight,
        Pump(strength, step_of_pump(patients), label),
        max_rate=caps,
        bolus=bolus,
        where=fine,
    )
    coarse, gross = is_coarse(seeds, found)
    said = [*capped, *found.remarks]
    if coarse.any():
        refuses = gross & ~found.too_slow & fine
        said += rounding_remarks(seeds, drug, found, coarse & ~gross & fine, refuses)
    if label_table and label is None:
        said.append(remark(seeds, "no-label-table", fine, table.cite))
    return found, said


def _fixed(made: Starts, fine: Array) -> tuple[Amounts | None, list[Remark]]:
    table, patients = made.table, made.patients
    seeds, unit = patients.seeds, table.outputs["dose"]
    name = size_name(unit)
    if not name:
        return None, []
    step, most = (_of_rows(table, n, made.at, seeds) for n in ("round_to", "max_total"))
    found = amounts(made.dose, unit, patients.numbers(name), step, most)
    return found, [*amount_remarks(patients.seeds, found, fine), *_for_patient(made, found, fine)]


def _for_patient(made: Starts, one: Amounts, fine: Array) -> list[Remark]:
    """The printed range and the whole course, worked out for each patient."""
    table, row, seeds = made.table, made.decision.row, made.patients.seeds
    said = []
    step, most = (_of_rows(table, n, made.at, seeds) for n in ("round_to", "max_total"))
    higher = made.high > made.dose
    if higher.any():
        top = amounts(made.high, one.unit, one.size, step, most).total
        for cite, where in _cites(table, row, fine & higher & (top != one.total)):
            said.append(
                remark(
                    seeds, "range-for-patient", where, cite,
                    low=one.total, high=top, unit=one.mass,
                )
            )  # fmt: skip
    course = _of_rows(table, "course", made.at, seeds)
    if (course > 0).any():
        whole = amounts(course, one.unit, one.size, np.nan, np.nan).total
        texts = np.array([amount(v) if v == v else "" for v in whole], dtype=object)
        for cite, where in _cites(table, row, fine & (course > 0)):
            said.append(
                remark(seeds, "course-for-patient", where, cite, total=texts, unit=one.mass)
            )
    return said


def _range_remarks(seeds: Library, made: Starts, fine: Array) -> list[Remark]:
    """Where the source prints a range, that the site starts at its low end."""
    table, row = made.table, made.decision.row
    ranges = [_is_range(r) for r in table.rows]
    if not any(ranges):
        return []
    ranged = np.array([*ranges, False])
    where = ranged[made.at] & fine
    return [
        remark(
            seeds, "range-starts-low", here, cite,
            low=made.low, high=made.high, unit=table.outputs["dose"],
        )
        for cite, here in _cites(table, row, where)
    ]  # fmt: skip


def _cites(table: Table, row: Array, where: Array) -> list[tuple[str, Array]]:
    """The cites of the rows that answer, and whom each answers."""
    found: dict[str, Array] = {}
    if where.any():
        for i in np.unique(row[where]):
            cite = table.rows[i].cite or table.cite
            here = where & (row == i)
            found[cite] = found[cite] | here if cite in found else here
    return list(found.items())


def _is_range(row: Row) -> bool:
    return isinstance(row.then, FixedDose | Infusion) and row.then.is_range


def _of_rows(table: Table, name: str, at: Array, seeds: Library) -> Array:
    """What the rows give under a name, by patient; NaN where a row gives nothing.

    ``dose`` is the dose that is ordered; ``low`` and ``high`` are the ends of the printed range.
    """
    kept = seeds.kept("numbers")
    key = (table.id, name)
    known = kept.get(key)
    if known is None or known[0] is not table:
        found = [_number_of(r, name) for r in table.rows]
        nothing = all(one is None for one in found)
        kept[key] = known = (table, nothing, np.array([*found, None], dtype=float))
    if known[1]:
        return np.full(at.shape, np.nan)
    numbers: Array = known[2].take(at)
    return numbers


def _number_of(row: Row, name: str) -> float | None:
    if name in ("dose", "low", "high"):
        return _dose_and_range(row)[("dose", "low", "high").index(name)]
    return getattr(row.then, name, None)


def _dose_and_range(row: Row) -> tuple[float | None, float | None, float | None]:
    then = row.then
    if not isinstance(then, FixedDose | Infusion):
        return None, None, None
    return (then.ordered, *then.ends)


def tables_of(seeds: Library, drug: str, indication: str) -> dict[str, Table]:
    """The start tables of a drug by authority; ValueError with what exists."""
    if drug not in seeds.drugs:
        raise ValueError(f"there is no drug {drug!r}; there are {', '.join(seeds.drugs)}")
    found = seeds.find(drug, indication)
    if not found:
        known = sorted(
            {t.indication for t in seeds.tables.values() if (t.drug, t.purpose) == (drug, "start")}
        )
        raise ValueError(
            f"there is no table for {drug} in {indication!r}; there are {', '.join(known)}"
        )
    return found


def table_of(seeds: Library, drug: str, indication: str, authority: str | None) -> Table:
    """The table of an authority, else that of the first in the site's order."""
    tables = tables_of(seeds, drug, indication)
    if authority is None:
        return next(iter(tables.values()))
    if authority not in tables:
        raise ValueError(
            f"there is no table for {drug} in {indication} by {authority!r};"
            f" there are {', '.join(tables)}"
        )
    return tables[authority]


def sizes_of(table: Table) -> tuple[str, ...]:
    """The size of the patient that the table's dose is multiplied by."""
    unit = table.outputs.get("dose", "")
    if is_infusion(unit):
        return ("weight_kg",)
    name = size_name(unit)
    return (name,) if name else ()


def advice_of(found: Starts, i: int, inputs: Mapping[str, Any]) -> Advice:
    """The answer of one of the patients, in full."""
    table, patients, seeds = found.table, found.patients, found.patients.seeds
    at = int(found.decision.row[i])
    row = table.rows[at] if at >= 0 else None
    derived = [said for words in patients.derived.values() if (said := words(i))]
    status = STATUSES[int(found.status[i])]
    order, trace = None, list(derived)
    if status == "ok" and row is not None:
        order = _order(found, row, i)
        trace += [*_row_trace(seeds, table, at, row), *_working(found, row, i)]
    missing = [n for n, where in found.decision.missing.items() if where[i]]
    return Advice(
        drug=table.drug,
        indication=table.indication,
        authority=table.authority,
        authority_label=seeds.authority_label(table.authority),
        title=table.title,
        status=status,
        order=order,
        findings=findings_at(found.remarks, i),
        trace=tuple(trace),
        cite=row.cite if row is not None and row.cite else table.cite,
        confirmed=seeds.grade(table, row),
        table=table.id,
        row=at + 1 if at >= 0 else None,
        inputs=dict(inputs),
        missing=tuple(missing),
        unused=unused(patients, table),
        derived=tuple(derived),
        seeds=seeds.digest,
    )


def _order(found: Starts, row: Row, i: int) -> Order:
    table, patients = found.table, found.patients
    drug, then = patients.seeds.drugs[table.drug], row.then
    unit = table.outputs["dose"]
    assert isinstance(then, FixedDose | Infusion)
    common: dict[str, Any] = {
        "drug": drug.label,
        "dose": float(found.dose[i]),
        "unit": unit,
        "low": number(found.low[i]),
        "high": number(found.high[i]),
        "for_h": then.for_h,
        "how": then.how,
    }
    if isinstance(then, Infusion):
        return _infusion_order(found, then, i, common)
    one = found.amounts
    return Order(
        **common,
        route=then.route or drug.route,
        total=None if one is None else number(one.total[i]),
        total_unit="" if one is None else one.mass,
        amount_of=then.amount_of,
        doses_a_day=then.doses_a_day,
        capped=one is not None and bool(one.capped[i]),
        weight_kg=number(one.size[i]) if one is not None and unit.endswith("/kg") else None,
        every_h=then.every_h,
        bolus=then.bolus,
        bolus_unit=table.outputs["bolus"] if then.bolus else None,
        bolus_total=then.bolus,
        for_days=then.for_days,
        on_days=then.on_days,
        then=_later_doses(found, then, i),
    )


def _infusion_order(found: Starts, then: Infusion, i: int, common: Mapping[str, Any]) -> Order:
    made, patients = found.infusion, found.patients
    assert made is not None
    drug = patients.seeds.drugs[found.table.drug]
    strength, pump = number(made.strength[i]), number(made.pump_ml_h[i])
    bolus = None if made.bolus is None else number(made.bolus.dose[i])
    given = patients.get("bag_ml")
    bag = None if given is None else number(given[i])
    size = (bag if bag is not None else drug.bag_ml) if pump is not None else None
    capped = not np.isnan(made.rate_cap[i]) or bool(made.bolus_capped[i])
    return Order(
        **common,
        route=drug.route,
        weight_kg=number(made.weight_kg[i]),
        concentration=strength,
        concentration_unit=None if strength is None else f"{made.mass}/mL",
        pump_ml_h=pump,
        given_dose=number(made.given_dose[i]),
        bolus=bolus,
        bolus_unit=made.bolus.unit if made.bolus is not None and bolus is not None else None,
        bolus_total=number(made.bolus_total[i]) if bolus is not None else None,
        bolus_ml=number(made.bolus_ml[i]) if bolus is not None else None,
        bag_ml=size,
        bag_life_h=None if size is None or pump is None else round(size / pump, 2),
        capped=capped,
        rate_cap=number(made.rate_cap[i]),
        recheck_h=then.recheck_h,
        then=_later_rates(made, then, i),
    )


def _later_rates(made: Infusions, then: Infusion, i: int) -> tuple[dict[str, Any], ...]:
    """The later steps of an infusion, each with its pump rate."""
    later = []
    for one in then.next:
        step = one.given()
        if one.dose is not None and one.unit in ("", made.unit) and not np.isnan(made.strength[i]):
            exact = pump_rate_ml_h(one.dose, made.unit, made.weight_kg[i], made.strength[i])
            step["pump_ml_h"] = float(round_half_up(exact, made.step_at(i)))
        later.append(step)
    return tuple(later)


def _later_doses(found: Starts, then: FixedDose, i: int) -> tuple[dict[str, Any], ...]:
    """The later steps of a fixed dose, each worked out for the patient."""
    later = []
    one = found.amounts
    for part in then.next:
        step = part.given()
        if one is not None and part.dose is not None:
            step["total"] = number(_later_total(one, then, part, i))
        later.append(step)
    return tuple(later)


def _later_total(one: Amounts, then: FixedDose, part: LaterStep, i: int) -> Any:
    cap = part.max_total if part.max_total is not None else then.max_total
    if "max_total" in part.none:  # the source says that this step has none
        cap = None
    nothing = np.nan
    made = amounts(
        np.array([part.dose]),
        one.unit,
        one.size[i : i + 1],
        nothing if then.round_to is None else then.round_to,
        nothing if cap is None else cap,
    )
    return made.total[0]


def _row_trace(seeds: Library, table: Table, at: int, row: Row) -> list[str]:
    dose, low, high = _dose_and_range(row)
    assert dose is not None
    when = ", ".join(
        f"{name} {' or '.join(c) if isinstance(c, list) else c}" for name, c in row.when.items()
    )
    spread = "" if low is None or high is None else f" ({show(low)} to {show(high)})"
    return [
        f"{seeds.authority_label(table.authority)}, row {at + 1}: {when or 'everyone'} gives"
        f" {show(dose)} {table.outputs['dose']}{spread}"
    ]


def _working(found: Starts, row: Row, i: int) -> list[str]:
    lines = []
    if _is_range(row):
        spread = f"{show(found.low[i])} to {show(found.high[i])} {found.table.outputs['dose']}"
        lines.append(f"range {spread}: the site starts at the low end")
    if found.infusion is not None:
        return lines + trace_of(found.infusion, i)
    if found.amounts is not None:
        assert isinstance(row.then, FixedDose)
        lines += amount_trace(found.amounts, i, row.then.round_to)
    return lines


def unused(patients: Patients, table: Table) -> tuple[str, ...]:
    """What was given but is asked by neither the table, the order, nor any check."""
    asked = asked_by_start(patients.seeds, table)
    return tuple(name for name in patients.given if patients.seeds.names[name] not in asked)


def asked_by_start(seeds: Library, table: Table) -> set[str]:
    """The quantities that a table, its checks and its order may use."""
    kept = seeds.kept("asked")
    if table.id not in kept or kept[table.id][0] is not table:
        more = ORDER_INPUTS if is_infusion(table.outputs.get("dose", "")) else ()
        critical = criticals(seeds, table.drug, table.indication)
        told = (n for one in critical for n in names_of_critical(one))
        names = (*table.columns, *more, *sizes_of(table), *told)
        kept[table.id] = (table, names_asked(seeds, names, checks_of(seeds, table)))
    found: set[str] = kept[table.id][1]
    return found
