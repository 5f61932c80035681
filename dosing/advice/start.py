"""What a clinician is told first: the order for a patient, and what each authority would order."""

from collections.abc import Mapping
from typing import Any

import attrs

from dosing.base.findings import Finding, ordered, stopped
from dosing.base.units import show
from dosing.knowledge.dosetypes import FixedDose, Infusion
from dosing.knowledge.library import Library
from dosing.knowledge.seedtypes import Confirmed, Drug, Row, Table
from dosing.knowledge.sentences import say
from dosing.lint.proved import proved
from dosing.orders import fixed as doses
from dosing.orders import infusion as orders
from dosing.orders.infusion import Order
from dosing.rules.checks import check_findings, row_findings, safety_checks
from dosing.rules.patients import Patient, check
from dosing.rules.tables import OUTSIDE, Axis, Grid, grid_of
from dosing.scores.additive import child_pugh_class, clearance, four_ts_items, four_ts_total
from dosing.scores.sizes import derive_sizes

VERSION = "0.1.0"
ORDER_INPUTS = ("weight_kg", "concentration_mg_ml", "concentration_units_ml", "bag_ml")


@attrs.frozen(kw_only=True)
class Advice:
    """The answer of one table for one patient.

    ``order`` is None when the table refuses or something is missing; the findings say why.
    """

    drug: str
    indication: str
    authority: str
    title: str
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
    refused: bool
    seeds: str
    version: str = VERSION

    def to_dict(self) -> dict[str, Any]:
        """The answer as JSON carries it."""
        out = attrs.asdict(self, recurse=False)
        out["order"] = None if self.order is None else self.order.to_dict()
        out["findings"] = [f.to_dict() for f in self.findings]
        return {k: list(v) if isinstance(v, tuple) else v for k, v in out.items()}

    def __str__(self) -> str:
        lines = [self.title]
        if self.order is None:
            lines.append("  no dose")
        else:
            order = self.order
            lines.append(f"  {order}")
            if order.low is not None and order.high is not None:
                lines.append(f"    range {show(order.low)} to {show(order.high)} {order.unit}")
            if order.bolus is not None and (words := order.bolus_words()):
                by_weight = f"{show(order.bolus)} {order.bolus_unit}: "
                lines.append(f"    bolus {by_weight if '/' in by_weight else ''}{words}")
            if order.pump_ml_h is not None:
                lines.append(
                    f"    set the pump to {show(order.pump_ml_h)} mL/h"
                    f" at {show(order.concentration or 0)} {order.concentration_unit}"
                    f" (gives {show(order.given_dose or 0, 3)} {order.unit})"
                )
            if order.recheck_h is not None:
                lines.append(f"    next aPTT in {show(order.recheck_h)} h")
        lines += [
            f"  {f.level}: {f.text}" + (f" [{f.cite}]" if f.cite else "") for f in self.findings
        ]
        lines += [f"  = {step}" for step in self.trace]
        lines.append(f"  source: {self.cite} ({self.confirmed}); table {self.table}")
        if self.unused:
            lines.append(f"  not used: {', '.join(self.unused)}")
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        import html

        return f"<pre>{html.escape(str(self))}</pre>"


def start(
    drug: str,
    indication: str = "hit",
    authority: str | None = None,
    *,
    label_table: bool = False,
    **inputs: Any,
) -> Advice:
    """The first order for one patient.

    Parameters
    ----------
    drug : str
        For example ``"argatroban"``.
    indication : str
        ``"hit"`` unless another is asked for; doses for other indications are never mixed in.
    authority : str, optional
        Whose table; default the first of the site's order that has one.
    label_table : bool
        Round the pump rate as the label's printed table does.
    **inputs
        By the registry's names (``weight_kg=70``, ``child_pugh="B"``), as numbers or as typed.

    Returns
    -------
    Advice
        Clinical problems, missing and impossible inputs are findings, and then there is no order.

    Raises
    ------
    ValueError
        For an unknown drug, indication, authority or input, with what exists.

    Examples
    --------
    >>> advice = start("argatroban", weight_kg=70, child_pugh="B")
    >>> advice.order.dose, advice.order.pump_ml_h
    (0.5, 2.1)
    """
    seeds = proved()
    tables = tables_of(seeds, drug, indication)
    if authority is None:
        authority = next(iter(tables))
    if authority not in tables:
        raise ValueError(
            f"there is no table for {drug} in {indication} by {authority!r};"
            f" there are {', '.join(tables)}"
        )
    return advise(seeds, tables[authority], inputs, label_table)


def compare_advice(drug: str, indication: str = "hit", **inputs: Any) -> list[Advice]:
    """The first order by every authority, in the site's order.

    Examples
    --------
    >>> [a.order.dose for a in compare_advice("fondaparinux", weight_kg=70, crcl_ml_min=80)]
    [7.5, 7.5]
    """
    seeds = proved()
    return [advise(seeds, t, inputs) for t in tables_of(seeds, drug, indication).values()]


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


def advise(
    seeds: Library, table: Table, inputs: Mapping[str, Any], label_table: bool = False
) -> Advice:
    """Answer one patient from one table."""
    drug = seeds.drugs[table.drug]
    patient, derived = derive(check(inputs))
    grid = grid_of(table)
    given = patient.known(table.columns)
    at = int(grid.rows_for(given))
    row = table.rows[at] if at >= 0 else None
    findings = list(patient.findings)
    missing = [] if at >= 0 else list(grid.needed(given))
    mg_ml = concentration(seeds, drug, table.outputs.get("dose", ""), patient)
    missing += [n for n in sizes_of(table) if patient.get(n) is None and n not in missing]
    if row is not None and row.refuses:
        missing = []
    if at == OUTSIDE:
        findings += outside(grid, given)
    bag = orders.check_concentration(drug, mg_ml) if drug_is_pumped(table) else []
    refused = patient.stopped or bool(missing) or at == OUTSIDE or stopped(bag)
    findings += bag
    if row is not None:
        findings += row_findings(row, row.cite or table.cite)
    findings += check_findings(seeds, table, patient)
    findings += [needed(seeds, name) for name in missing if name not in patient.refused]
    if table.note:
        findings.append(Finding("note", table.note, table.cite))
    order: Order | None = None
    trace = list(derived)
    if row is not None and not row.refuses and not refused and not stopped(findings):
        order, more, steps = _order(seeds, table, row, drug, patient, mg_ml, label_table)
        findings += more
        trace += [_row_trace(table, at, row), *steps]
    cite = row.cite if row is not None and row.cite else table.cite
    return Advice(
        drug=table.drug,
        indication=table.indication,
        authority=table.authority,
        title=table.title,
        order=None if stopped(findings) else order,
        findings=ordered(findings),
        trace=tuple(trace),
        cite=cite,
        confirmed=_confirmed(seeds, table, row),
        table=table.id,
        row=at + 1 if at >= 0 else None,
        inputs=dict(inputs),
        missing=tuple(missing),
        unused=_unused(seeds, table, patient),
        derived=tuple(derived),
        refused=refused,
        seeds=seeds.digest,
    )


def derive(patient: Patient) -> tuple[Patient, list[str]]:
    """Fill in what follows from what was given: creatinine clearance, Child-Pugh class, 4Ts.

    Nothing that was given is replaced. Each derived value comes with a sentence.
    """
    said = []
    patient = derive_sizes(patient)
    if patient.get("crcl_ml_min") is None and "crcl_ml_min" not in patient.refused:
        found = clearance(patient)
        if found is not None:
            patient = patient.having(crcl_ml_min=found[0])
            said.append(found[1])
    if patient.get("child_pugh") is None and "child_pugh" not in patient.refused:
        grade = child_pugh_class(patient)
        if grade is not None:
            patient = patient.having(child_pugh=grade[0])
            said.append(f"Child-Pugh {grade[1]} points, class {grade[0]}")
    if patient.get("four_ts") is None and "four_ts" not in patient.refused:
        total = four_ts_total(patient)
        if total is not None:
            patient = patient.having(four_ts=total)
            said.append(f"4Ts score {show(total)} points")
    before, now = patient.number("platelets_before"), patient.number("platelets")
    if before is not None and now is not None and patient.get("platelets_falling") is None:
        patient = patient.having(platelets_falling="yes" if now < before else "no")
    return patient, said


def sizes_of(table: Table) -> list[str]:
    """The size of the patient that the table's dose is multiplied by."""
    unit = table.outputs.get("dose", "")
    if orders.is_infusion(unit):
        return ["weight_kg"]
    name = doses.size_name(unit)
    return ["height_cm", "weight_kg"] if name == "bsa_m2" else [name] if name else []


def drug_is_pumped(table: Table) -> bool:
    """Whether the table's dose is given by pump."""
    return orders.is_infusion(table.outputs.get("dose", ""))


def concentration(seeds: Library, drug: Drug, unit: str, patient: Patient) -> float | None:
    """The strength in the pump as given, else the site's, in what the dose unit asks."""
    name = orders.strength_name(unit)
    usual: dict[str, float] = getattr(seeds.site, name)
    given = patient.number(name)
    return usual.get(drug.id) if given is None else given


def needed(seeds: Library, name: str) -> Finding:
    """That an input is needed, and which answers it has."""
    quantity = seeds.quantities[seeds.names[name]]
    if quantity.kind == "yes-no":
        return say("input-needed-yes-no", label=quantity.label)
    if quantity.kind == "class":
        answers = ", ".join(quantity.values)
        return say("input-needed-class", label=quantity.label, answers=answers)
    return say("input-needed", label=quantity.label)


def outside(grid: Grid, given: Mapping[str, Any]) -> list[Finding]:
    """Which value lies outside what the table covers."""
    found = []
    for axis in grid.axes:
        if axis.name in given and not axis.values and given[axis.name] not in axis.domain:
            value = float(given[axis.name])
            unit = axis.quantity.names[axis.name].unit
            found.append(
                say(
                    "outside-table",
                    label=axis.quantity.label,
                    value=value,
                    unit=unit,
                    covers=_covers(axis),
                )
            )
    return found


def _covers(axis: Axis) -> str:
    low, high = axis.domain.low, axis.domain.high
    below = "" if axis.domain.high_closed else "below "
    return f"{show(low)} to {below}{show(high)}"


def _order(
    seeds: Library,
    table: Table,
    row: Row,
    drug: Drug,
    patient: Patient,
    mg_ml: float | None,
    label_table: bool,
) -> tuple[Order | None, list[Finding], list[str]]:
    site = seeds.site
    then = row.then
    assert isinstance(then, FixedDose | Infusion)
    dose, low, high = dose_range(row)
    unit = table.outputs["dose"]
    findings = orders.check_ceiling(drug, dose, unit, table.indication)
    trace = []
    if then.is_range:
        spread = f"{show(low or 0)} to {show(high or 0)} {unit}"
        trace.append(f"range {spread}: the site starts at the low end")
        cite = row.cite or table.cite
        findings.append(say("range-starts-low", cite, low=low, high=high, unit=unit))
    if isinstance(then, FixedDose):
        order, said, steps = doses.order(table, row, drug, patient, dose, low=low, high=high)
        return order, findings + said, trace + steps
    weight = patient.number("weight_kg")
    assert weight is not None
    weight, capped = capped_weight(seeds, drug, weight)
    findings += capped
    label = table.label_table if label_table else None
    if label_table and label is None:
        findings.append(say("no-label-table", table.cite))
    found, problems, steps = orders.infusion(
        drug,
        dose,
        unit=unit,
        weight_kg=weight,
        concentration_mg_ml=mg_ml,
        step_ml_h=site.pump_step_ml_h,
        label=label,
        bolus=then.bolus,
        bolus_unit=table.outputs.get("bolus"),
        bag_ml=patient.number("bag_ml"),
        max_rate=then.max_rate,
        max_bolus=then.max_bolus,
        low=low,
        high=high,
        recheck_h=then.recheck_h,
        for_h=then.for_h,
        how=then.how,
        then=tuple(step.given() for step in then.next),
    )
    return found, findings + problems, trace + steps


def dose_range(row: Row) -> tuple[float, float | None, float | None]:
    """The dose that is ordered, and the ends of the range that the source prints."""
    then = row.then
    assert isinstance(then, FixedDose | Infusion)
    return then.ordered, *then.ends


def capped_weight(seeds: Library, drug: Drug, weight_kg: float) -> tuple[float, list[Finding]]:
    """The dosing weight under the site's cap, and a finding when the cap bound."""
    cap = seeds.site.weight_caps.get(drug.id)
    if cap is None or weight_kg <= cap:
        return weight_kg, []
    return cap, [say("weight-capped", drug=drug.label, cap=cap, weight_kg=weight_kg)]


def _row_trace(table: Table, at: int, row: Row) -> str:
    dose, low, high = dose_range(row)
    when = ", ".join(
        f"{name} {' or '.join(c) if isinstance(c, list) else c}" for name, c in row.when.items()
    )
    spread = "" if low is None or high is None else f" ({show(low)} to {show(high)})"
    return (
        f"{table.authority} row {at + 1}: {when or 'everyone'} gives"
        f" {show(dose)} {table.outputs['dose']}{spread}"
    )


def _confirmed(seeds: Library, table: Table, row: Row | None) -> Confirmed | None:
    if row is not None and row.confirmed:
        return row.confirmed
    if row is not None and row.cite:
        return seeds.confirmed(row.cite)
    return table.confirmed or seeds.confirmed(table.cite)


def _unused(seeds: Library, table: Table, patient: Patient) -> tuple[str, ...]:
    """What was given but is asked by neither the table, the order, nor any check."""
    asked = {seeds.names[n] for n in (*table.columns, *ORDER_INPUTS)}
    if not drug_is_pumped(table):
        asked -= {seeds.names[n] for n in ORDER_INPUTS if n not in table.columns}
    for other in (table, *safety_checks(seeds, table.drug, table.indication)):
        asked |= {seeds.names[n] for c in other.checks for n in c.when}
    if "crcl" in asked:
        asked |= {
            seeds.names[n] for n in ("age_y", "sex", "creatinine_mg_dl", "weight_kg", "height_cm")
        }
    if "child_pugh" in asked:
        score = seeds.scores["child-pugh"]
        parts = [n for i in score.items for n in (*i.units, i.classes.get("quantity")) if n]
        asked |= {seeds.names[n] for n in parts} | {v.quantity for v in score.variants.values()}
    if "four_ts" in asked:
        asked |= four_ts_items(seeds)
    if "platelets_falling" in asked:
        asked |= {"platelets", "platelets_before"}
    asked |= {seeds.names[n] for n in sizes_of(table)} | {"bsa", "platelet_fall"}
    return tuple(name for name in patient.values if seeds.names[name] not in asked)


def look_up(seeds: Library, table: Table, patient: Patient) -> tuple[dict[str, Any], list[Finding]]:
    """The outputs of a table that is no order, such as the choice of a protocol."""
    grid = grid_of(table)
    given = patient.known(table.columns)
    at = int(grid.rows_for(given))
    if at < 0:
        return {}, [needed(seeds, name) for name in grid.needed(given)]
    row = table.rows[at]
    says = row.then.given() if row.then is not None else {}
    return says, row_findings(row, row.cite or table.cite)
