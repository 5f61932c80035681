"""What the seed files hold, as frozen values: one class for each kind of file or part of one."""

import datetime
from typing import Literal

import attrs

from dosing.base.findings import STOPPING, Level
from dosing.knowledge.dosetypes import Then

Confirmed = Literal["primary", "secondary", "unconfirmed"]
Purpose = Literal["start", "guide", "titration", "check", "agent"]
Condition = str | list[str]
Conditions = dict[str, Condition]


@attrs.frozen(kw_only=True)
class Name:
    """One unit in which a quantity is written, under a name of its own."""

    unit: str = ""
    ucum: str = ""
    loinc: str = ""
    per_base: float | None = None
    in_base: float | None = None


@attrs.frozen(kw_only=True)
class Quantity:
    """An input that the calculator knows, with its names, units and ranges.

    ``logged``: the log of a course may hold it. ``off_scale``: a laboratory may send a bound in
    place of its number; ``no_clot`` says on which side a sample lies that does not clot.
    """

    label: str
    kind: Literal["number", "class", "yes-no"]
    names: dict[str, Name]
    group: str = ""
    possible: tuple[float, float] | None = None
    usual: tuple[float, float] | None = None
    whole: bool = False
    tolerance: float = 0.01  # what one value may differ by when it is given in two units
    values: tuple[str, ...] = ()
    aliases: dict[str, str] = attrs.field(factory=dict)
    help: str = ""
    logged: bool = False
    off_scale: bool = False
    no_clot: Literal["", "above", "below"] = ""

    @property
    def base(self) -> str:
        """The name whose unit the ranges are in."""
        return next(iter(self.names))


@attrs.frozen(kw_only=True)
class Derivation:
    """What follows from other inputs, and how far a given value may lie from it.

    ``by`` names the arithmetic in :mod:`dosing.rules.derive`; ``parts`` are what it needs, ``may``
    what it can use. It is proportional to each of ``rises_with``, inversely to each of
    ``falls_with``. With ``ask_parts`` the parts are asked for, never the
    result. A given value contradicts its parts where it is off by more than ``share`` of them and
    by more than ``least``, or at all where it is ``exact``; never where ``unless`` holds.
    """

    by: str
    parts: tuple[str, ...]
    may: tuple[str, ...] = ()
    ask_parts: bool = False
    rises_with: tuple[str, ...] = ()
    falls_with: tuple[str, ...] = ()
    share: float = 0.0
    least: float = 0.0
    exact: bool = False
    unless: Conditions = attrs.field(factory=dict)
    says: str = ""

    @property
    def may_contradict(self) -> bool:
        """Whether a given value is held against its parts at all."""
        return self.exact or self.share > 0 or self.least > 0


@attrs.frozen(kw_only=True)
class Sentence:
    """A sentence of the calculator itself; without a level it is no finding.

    A file writes the level as the key: ``stop``, ``needed``, ``warn``, ``note``, or ``says``.
    """

    text: str
    level: Level | None = None


@attrs.frozen(kw_only=True)
class Said:
    """A sentence at its level."""

    level: Level
    text: str


@attrs.frozen(kw_only=True)
class Authority:
    """Whose doses a table holds, in the words of clinicians."""

    label: str
    kind: Literal["label", "guideline", "study", "protocol", "review"]
    region: Literal["", "US", "EU", "UK"] = ""
    year: int | None = None


@attrs.frozen(kw_only=True)
class Group:
    """Inputs that the pages show together, by ``order``.

    ``always``: any panel may ask them; not ``asked``: they are worked out, never typed.
    """

    title: str
    order: int
    always: bool = False
    asked: bool = True


@attrs.frozen(kw_only=True)
class Evidence:
    """A source, and how its numbers were confirmed."""

    kind: Literal[
        "label", "guideline", "study", "review", "protocol", "book", "standard", "equation",
        "document",
    ]  # fmt: skip
    title: str
    confirmed: Confirmed
    source: str = ""
    year: int | None = None
    doi: str = ""
    pmid: str = ""
    label_id: str = ""
    read_at: str = ""
    note: str = ""


@attrs.frozen(kw_only=True)
class Column:
    """An input of a table, in the unit that its source prints."""

    domain: str = ""
    precision: float | None = None


@attrs.frozen(kw_only=True)
class Row:
    """One line of a table: when it applies, and what follows, or why nothing does.

    A file writes each sentence under its level: ``stop = "..."``, ``warn = "..."``.
    """

    when: Conditions = attrs.field(factory=dict)
    then: Then | None = None
    says: tuple[Said, ...] = ()
    cite: str = ""
    confirmed: Confirmed | None = None

    @property
    def stop(self) -> str:
        """Why the row refuses; empty when it does not."""
        return " ".join(said.text for said in self.says if said.level == "stop")

    @property
    def refuses(self) -> bool:
        """Whether the row gives nothing and says why."""
        return any(said.level in STOPPING for said in self.says)


@attrs.frozen(kw_only=True)
class Check:
    """A finding that is raised when every input it names is given and meets its condition.

    ``only`` limits it to the first order (``start``) or to later steps (``titrate``). A file writes
    the level as the key of the sentence: ``stop = "..."``. With ``voids`` the result that is
    titrated by says nothing, so that it does not hold or stop an infusion either.
    """

    when: Conditions
    level: Level
    text: str
    only: Literal["", "start", "titrate"] = ""
    cite: str = ""
    voids: bool = False


@attrs.frozen(kw_only=True)
class Critical:
    """A result that is told at once on some drugs: who meets ``when``, or is ``beyond`` its assay.

    Without a cite it is a rule of the site. ``tells`` says that somebody is to be called. A file
    writes the level as the key of the sentence, which may name inputs in braces.
    """

    drugs: tuple[str, ...]
    level: Level
    text: str
    indications: tuple[str, ...] = ()
    when: Conditions = attrs.field(factory=dict)
    beyond: str = ""
    tells: bool = True
    cite: str = ""


@attrs.frozen(kw_only=True)
class SharedCheck:
    """A sentence that more than one seed says, by the name under which they use it.

    As a check it carries its ``when`` and its level, unless each user has a ``when`` of its own;
    without a level it is only text. A file writes the level as the key, or ``says``.
    """

    text: str
    level: Level | None = None
    when: Conditions | None = None
    only: Literal["", "start", "titrate"] = ""
    cite: str = ""


@attrs.frozen(kw_only=True)
class NamedCondition:
    """A state of a patient under one name: met when any of its alternatives is met whole."""

    label: str
    any: tuple[Conditions, ...]


@attrs.frozen(kw_only=True)
class LabelTable:
    """The pump table that a label prints, and how it rounds."""

    step_ml: float
    ties: Literal["up", "even"]
    concentration_mg_ml: float
    band_kg: float | None = None
    rows: tuple[dict[str, float], ...] = ()
    cite: str = ""
    confirmed: Confirmed | None = None


@attrs.frozen(kw_only=True)
class Table:
    """A decision table of one source: inputs to outputs."""

    id: str
    title: str
    drug: str
    purpose: Purpose
    cite: str = ""
    indication: str = "any"
    authority: str = ""
    confirmed: Confirmed | None = None
    note: str = ""
    columns: dict[str, Column] = attrs.field(factory=dict)
    counts: dict[str, Conditions] = attrs.field(factory=dict)
    outputs: dict[str, str] = attrs.field(factory=dict)
    rows: tuple[Row, ...] = ()
    checks: tuple[Check, ...] = ()
    label_table: LabelTable | None = None
    effective: datetime.date | None = None
    reviewed_by: str = ""


@attrs.frozen(kw_only=True)
class Change:
    """What a titration row does: new rate = running x factor + add, or hold, or stop.

    ``bolus`` is for each kg where the protocol's doses are; ``flat_bolus`` is whatever the weight.
    """

    add: float = 0.0
    factor: float = 1.0
    hold_min: float | None = None
    hold: Literal["until_in_range"] | None = None
    resume_factor: float = 1.0
    resume_add: float = 0.0
    bolus: float | None = None
    flat_bolus: float | None = None
    notify: bool = False
    stop: bool = False

    @property
    def holds(self) -> bool:
        return self.hold_min is not None or self.hold is not None

    @property
    def none(self) -> bool:
        """Whether the infusion goes on unchanged."""
        return not (self.holds or self.stop) and self.add == 0 and self.factor == 1

    @property
    def plain(self) -> bool:
        """Whether the rate is raised or lowered, with no hold and no stop."""
        return not (self.none or self.holds or self.stop)

    @property
    def lowers(self) -> bool:
        """Whether less is given: a lower rate, a hold or a stop."""
        return self.holds or self.stop or (self.add <= 0 and self.factor <= 1 and not self.none)


@attrs.frozen(kw_only=True)
class Limits:
    """Ceilings that the protocol or the label prints, in the protocol's dose unit.

    ``unlimited`` says that the source prints no largest rate, so that none is forgotten.
    ``max_bolus`` is in mg or units, whatever the weight.
    """

    max_rate: float | None = None
    unlimited: bool = False
    max_step: float | None = None
    max_bolus: float | None = None
    cite: str = ""

    @property
    def top(self) -> float:
        """The largest rate; infinite where the source prints none."""
        return float("inf") if self.max_rate is None else self.max_rate


@attrs.frozen(kw_only=True)
class Recheck:
    """When the next laboratory result is due."""

    after_change_h: float
    in_range_h: float
    stable_after: int | None = None
    stable_h: float | None = None


@attrs.frozen(kw_only=True)
class ProtocolRow:
    """One line of a protocol: laboratory result to change."""

    when: Conditions
    then: Change
    says: tuple[Said, ...] = ()
    cite: str = ""
    confirmed: Confirmed | None = None


@attrs.frozen(kw_only=True)
class WrittenFor:
    """The running rates that a protocol's steps are written for, in its dose unit.

    Without a cite it is a rule of the shipped profile, which a site may change.
    """

    range: str
    cite: str = ""
    confirmed: Confirmed | None = None


@attrs.frozen(kw_only=True)
class Outside:
    """Patients whom a protocol is not written for: why, and which protocol fits them."""

    when: Conditions
    why: str
    fits: str = ""
    cite: str = ""


@attrs.frozen(kw_only=True)
class Act:
    """What is done beside a row: the infusion stopped with no restart, the prescriber called."""

    stop: bool = False
    notify: bool = False


@attrs.frozen(kw_only=True)
class Beside:
    """What a source says beside its rows."""

    when: Conditions
    then: Act
    says: tuple[Said, ...] = ()
    cite: str = ""
    confirmed: Confirmed | None = None


@attrs.frozen(kw_only=True)
class Protocol:
    """A titration protocol: laboratory result to change of the running rate."""

    id: str
    title: str
    drug: str
    cite: str
    dose_unit: str
    measure: str
    target: str
    columns: dict[str, Column]
    limits: Limits
    recheck: Recheck
    rows: tuple[ProtocolRow, ...]
    written_for: WrittenFor | None = None
    outside: tuple[Outside, ...] = ()
    beside: tuple[Beside, ...] = ()
    indication: str = "hit"
    confirmed: Confirmed | None = None
    note: str = ""
    counts: dict[str, Conditions] = attrs.field(factory=dict)
    effective: datetime.date | None = None
    reviewed_by: str = ""


@attrs.frozen(kw_only=True)
class Ceiling:
    """The largest dose that a label allows."""

    value: float
    unit: str
    cite: str
    indication: str = "hit"
    confirmed: Confirmed | None = None


@attrs.frozen(kw_only=True)
class Concentrate:
    """A strength that must be diluted first, so never the strength in the pump."""

    mg_ml: float
    text: str
    cite: str = ""


@attrs.frozen(kw_only=True)
class Target:
    """The aPTT sought, as multiples of the patient's own baseline, and its upper limit."""

    low_ratio: float
    high_ratio: float
    cite: str
    max_s: float | None = None
    confirmed: Confirmed | None = None


@attrs.frozen(kw_only=True)
class Magnitude:
    """The range in which numbers of one kind lie for a drug: beyond it the decimal point slipped.

    ``of`` is the kind of number, ``unit`` its unit where it can have more than one. With
    ``indications`` the range holds for these; without, for all that no other range names.
    """

    of: Literal[
        "dose", "bolus", "course", "round_to", "max_rate", "max_bolus", "max_total",
        "every_h", "for_h", "for_days", "on_days", "from_day", "doses_a_day", "recheck_h",
        "change", "factor", "hold_min", "extra_bolus", "max_step", "in_range_h", "stable_h",
        "stable_after", "mg_ml", "units_ml", "bag_ml",
    ]  # fmt: skip
    range: tuple[float, float]
    unit: str = ""
    indications: tuple[str, ...] = ()


@attrs.frozen(kw_only=True)
class Drug:
    """What a drug is, apart from what any one table says of it."""

    id: str
    label: str
    kind: str
    route: str
    dose_unit: str
    weight: str = "actual"
    bolus_in_hit: bool = False
    ceiling: Ceiling | None = None
    usual_mg_ml: tuple[float, ...] = ()
    usual_units_ml: tuple[float, ...] = ()
    bag_ml: float | None = None
    concentrate: Concentrate | None = None
    target: Target | None = None
    rxnorm: str = ""
    result_max_age_h: float | None = None
    magnitudes: tuple[Magnitude, ...] = ()


@attrs.frozen(kw_only=True)
class Claim:
    """A statement of a source document, judged, and where the answer lives."""

    id: str
    document: str
    says: str
    verdict: Literal["holds", "partly", "wrong"]
    why: str
    evidence: tuple[str, ...] = ()
    leads_to: tuple[str, ...] = ()
    open: str = ""


@attrs.frozen(kw_only=True)
class Site:
    """A hospital's choices between what the sources allow."""

    id: str
    title: str
    confirmed: bool
    authorities: dict[str, tuple[str, ...]]
    protocols: dict[str, tuple[str, ...]]
    concentration_mg_ml: dict[str, float]
    concentration_units_ml: dict[str, float] = attrs.field(factory=dict)
    titration: dict[str, str] = attrs.field(factory=dict)
    warfarin_gate: str = ""
    pump_step_ml_h: float = 0.1
    early_grace_min: float = 15
    rounding_warn_pct: float = 5
    rounding_stop_pct: float = 15
    beyond_scale: dict[str, float] = attrs.field(factory=dict)
    crcl_weight: str = "actual"
    range_start: Literal["low"] = "low"
    weight_caps: dict[str, float] = attrs.field(factory=dict)
    aptt_range: dict[str, tuple[float, float]] = attrs.field(factory=dict)
    critical_call: str = ""
    note: str = ""
    cite: str = ""
