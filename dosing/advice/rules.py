"""The public face: one verb for one question, for one patient or for a frame of many."""

from typing import Any, TypeVar, overload

import attrs

from dosing.advice import cohort, listing
from dosing.advice.choice import proposed
from dosing.advice.handover import Gate, warfarin_gate
from dosing.advice.pathways import PathwayResult, walk
from dosing.advice.start import Advice, advice_of, starts, table_of, tables_of
from dosing.advice.step import Step
from dosing.advice.targets import BASELINE, TargetRange, target
from dosing.advice.titrate import HELD, next_step
from dosing.base.findings import Finding
from dosing.equations.renal import WEIGHT_RULES
from dosing.knowledge.library import Library
from dosing.knowledge.seedtypes import Protocol
from dosing.lint.proved import proved
from dosing.rules.derive import patient_of
from dosing.scoring import door
from dosing.scoring.result import ScoreResult

F = TypeVar("F")


@attrs.frozen(init=False, repr=False)
class Rules:
    """The rules of one hospital: each verb answers one patient, or a frame with a frame.

    Parameters
    ----------
    site : str, optional
        The hospital's folder of seeds, laid over those shipped; it is proved first. Default: the
        environment variable ``DOSING_SITE``, else the shipped profile.

    Raises
    ------
    SeedError
        When the hospital's folder does not pass, with every fault.

    Notes
    -----
    Inputs bear the registry's names, with the unit in the name: ``weight_kg=70``,
    ``child_pugh="B"``, as numbers or as typed. A frame is of pandas or polars; its columns bear the
    same names, and inputs beside it hold for all its patients. With a frame four more keywords
    are known: ``findings=True`` adds all findings of each row, ``ignore=[...]`` keeps columns out,
    ``provenance="columns"`` repeats what is constant in columns, and ``first_row=2`` says what the
    first row of a frame without an index is called where a sentence names a row.

    Examples
    --------
    >>> rules = Rules()
    >>> rules.start("argatroban", weight_kg=70, child_pugh="B").order.pump_ml_h
    2.1
    """

    seeds: Library

    def __init__(self, site: str | None = None) -> None:
        object.__setattr__(self, "seeds", proved(None if site is None else str(site)))

    def __repr__(self) -> str:
        site = self.seeds.site
        return f"Rules({site.title!r}, seeds {self.seeds.digest})"

    @overload
    def start(
        self,
        drug: str,
        frame: None = None,
        *,
        indication: str = ...,
        authority: str | None = ...,
        label_table: bool = ...,
        **inputs: Any,
    ) -> Advice: ...
    @overload
    def start(
        self,
        drug: str,
        frame: F,
        *,
        indication: str = ...,
        authority: str | None = ...,
        label_table: bool = ...,
        **inputs: Any,
    ) -> F: ...
    def start(
        self,
        drug: str,
        frame: Any = None,
        *,
        indication: str = "hit",
        authority: str | None = None,
        label_table: bool = False,
        **inputs: Any,
    ) -> Any:
        """The first order.

        Parameters
        ----------
        drug : str
            For example ``"argatroban"``.
        frame : DataFrame, optional
            One row a patient.
        indication : str
            ``"hit"`` unless another is asked for; doses for other indications are never mixed in.
        authority : str, optional
            Whose table; default the first of the site's order that has one.
        label_table : bool
            Round the pump rate as the label's printed table does.
        **inputs
            By the registry's names.

        Returns
        -------
        Advice or DataFrame
            Clinical problems, missing and impossible inputs are findings, and then there is no
            order. A frame has ``status`` (ok, stop, missing, impossible), ``reason``, ``dose``,
            ``low``, ``high``, ``unit``, for a pump ``pump_ml_h`` and ``given_dose``, and
            ``bolus_total``, ``every_h``, ``total`` where the table has them, ``row`` (0 where none
            answers), ``authority``, ``table``, ``cite`` and ``confirmed``.

        Raises
        ------
        ValueError
            For an unknown drug, indication, authority, input or column, with what exists.

        Examples
        --------
        >>> advice = Rules().start("argatroban", weight_kg=70, child_pugh="B")
        >>> advice.order.dose, advice.order.pump_ml_h
        (0.5, 2.1)
        >>> import pandas as pd
        >>> cohort = pd.DataFrame({"weight_kg": [49.9, 50, 100.1], "crcl_ml_min": 80})
        >>> Rules().start("fondaparinux", cohort)["dose"].tolist()
        [5.0, 7.5, 10.0]
        """
        _named("drug", "argatroban", drug)
        table = table_of(self.seeds, drug, indication, authority)
        if frame is not None:
            return cohort.start_frame(self.seeds, frame, table, inputs, label_table=label_table)
        patients = patient_of(self.seeds, inputs)
        return advice_of(starts(table, patients, label_table=label_table), 0, inputs)

    @overload
    def titrate(
        self,
        protocol: str,
        frame: None = None,
        *,
        running: Any = ...,
        in_range_before: Any = ...,
        held_from: Any = ...,
        **inputs: Any,
    ) -> Step: ...
    @overload
    def titrate(
        self,
        protocol: str,
        frame: F,
        *,
        running: Any = ...,
        in_range_before: Any = ...,
        held_from: Any = ...,
        **inputs: Any,
    ) -> F: ...
    def titrate(
        self,
        protocol: str,
        frame: Any = None,
        *,
        running: Any = None,
        in_range_before: Any = 0,
        held_from: Any = None,
        **inputs: Any,
    ) -> Any:
        """The next step, from the rate that runs.

        Parameters
        ----------
        protocol : str
            For example ``"argatroban-ummc-2008-critical"``.
        frame : DataFrame, optional
            One row a patient, with ``running`` and what the protocol measures.
        running : float or text
            The rate running when the sample was drawn; 0 while held. Heparin by weight may be given
            as ``heparin_units_h``, with the weight. [the protocol's dose unit]
        in_range_before : int or text
            Results in range just before this one, without a change between.
        held_from : float or text, optional
            While held "until in range": the rate to resume at.
        **inputs
            By the registry's names: ``aptt_s``, ``baseline_aptt_s`` or ``anti_xa_units_ml``,
            ``weight_kg`` for the pump rate and the bolus, and anything that safety checks ask.

        Returns
        -------
        Step or DataFrame
            Clinical problems, missing and impossible inputs are findings; then ``action`` is empty.
            A frame has ``status``, ``reason``, ``action``, ``rate``, ``unit``, ``pump_ml_h``,
            ``bolus`` (as printed), ``bolus_total``, ``hold_min``, ``resume_rate``, ``recheck_h``,
            ``in_range`` (missing where there is no answer), ``notify``, ``row``, ``protocol``,
            ``cite`` and ``confirmed``.

        Raises
        ------
        ValueError
            For an unknown protocol, input or column, with what exists.

        Examples
        --------
        >>> step = Rules().titrate(
        ...     "argatroban-ummc-2008-critical", running=0.5, weight_kg=70, aptt_s=95)
        >>> step.action, step.hold_min, step.resume_rate
        ('hold', 30.0, 0.25)
        """
        found = self._protocol(protocol)
        more = {"running": running, "in_range_before": in_range_before, HELD: held_from}
        if frame is not None:
            return cohort.titrate_frame(self.seeds, frame, found, {**inputs, **more})
        return next_step(self.seeds, found, {**inputs, **more})

    def _protocol(self, name: str) -> Protocol:
        _named("protocol", "argatroban-uhs-2016", name)
        known = self.seeds.protocols
        if name not in known:
            raise ValueError(f"there is no protocol {name!r}; there are {', '.join(known)}")
        return known[name]

    def compare(
        self, drug: str, frame: Any = None, *, indication: str = "hit", **inputs: Any
    ) -> Any:
        """Every authority's first order, side by side.

        Returns
        -------
        DataFrame
            A row for each patient and authority, with the columns of :meth:`start`; for one
            patient of pandas, with the authorities as its index.

        Examples
        --------
        >>> list(Rules().compare("fondaparinux", weight_kg=70, crcl_ml_min=80)["dose"])
        [7.5, 7.5]
        """
        _named("drug", "argatroban", drug)
        tables = list(tables_of(self.seeds, drug, indication).values())
        if frame is not None:
            return cohort.compare_frame(self.seeds, frame, tables, inputs)
        return cohort.compare_one(self.seeds, tables, inputs)

    def advices(self, drug: str, *, indication: str = "hit", **inputs: Any) -> list[Advice]:
        """Every authority's first order for one patient in full, in the site's order.

        Examples
        --------
        >>> [a.order.dose for a in Rules().advices("fondaparinux", weight_kg=70, crcl_ml_min=80)]
        [7.5, 7.5]
        """
        patients = patient_of(self.seeds, inputs)
        tables = tables_of(self.seeds, drug, indication).values()
        return [advice_of(starts(table, patients), 0, inputs) for table in tables]

    @overload
    def score(self, name: str, frame: None = None, **inputs: Any) -> ScoreResult: ...
    @overload
    def score(self, name: str, frame: F, **inputs: Any) -> F: ...
    def score(self, name: str, frame: Any = None, **inputs: Any) -> Any:
        """A score or an equation.

        Parameters
        ----------
        name : str
            For example ``child-pugh``, ``4ts``, ``hscore``, ``meld-3`` or ``plasma-volume``.
        frame : DataFrame, optional
            One row a patient.
        **inputs
            By the registry's names; for ``cockcroft-gault`` also ``weight_rule``, default the
            site's choice.

        Returns
        -------
        ScoreResult or DataFrame
            No value while an input is missing or impossible. A frame's number is ``value``.

        Raises
        ------
        ValueError
            For an unknown score, weight rule, input or column, with what exists.

        Examples
        --------
        >>> Rules().score("child-pugh", bilirubin_mg_dl=2, albumin_g_dl=3.5, inr=1.7,
        ...               ascites="mild", encephalopathy_grade=1).band
        'C'
        """
        _named("score", "child-pugh", name)
        known = door.names(self.seeds)
        if name not in known:
            raise ValueError(f"there is no score {name!r}; there are {', '.join(known)}")
        rule = inputs.get("weight_rule")
        if rule is not None and rule not in WEIGHT_RULES:
            raise ValueError(
                f"there is no weight rule {rule!r}; there are {', '.join(WEIGHT_RULES)}"
            )
        if frame is not None:
            return cohort.score_frame(self.seeds, frame, name, inputs)
        given = {n: v for n, v in inputs.items() if n != "weight_rule"}
        patients = patient_of(self.seeds, given)
        return door.score_of(door.scores(self.seeds, name, patients, rule), 0, given)

    @overload
    def target(
        self, drug: str, frame: None = None, *, baseline_aptt_s: Any = ...
    ) -> TargetRange: ...
    @overload
    def target(self, drug: str, frame: F, **options: Any) -> F: ...
    def target(
        self, drug: str, frame: Any = None, *, baseline_aptt_s: Any = None, **options: Any
    ) -> Any:
        """The aPTT that is sought: multiples of the patient's own baseline, or the site's range.

        Parameters
        ----------
        drug : str
        frame : DataFrame, optional
            One row a patient, with ``baseline_aptt_s``.
        baseline_aptt_s : float or text, optional
            [s]

        Returns
        -------
        TargetRange or DataFrame
            A frame has ``low`` and ``high``. [s]

        Examples
        --------
        >>> Rules().target("argatroban", baseline_aptt_s=28).window
        (42.0, 84.0)
        """
        _named("drug", "argatroban", drug)
        given = {} if baseline_aptt_s is None else {BASELINE: baseline_aptt_s}
        if frame is not None:
            return cohort.target_frame(self.seeds, frame, drug, {**options, **given})
        if options:
            raise TypeError(f"target takes no {next(iter(options))!r}")
        return target(self.seeds, drug, baseline_aptt_s)

    def pathway(self, name: str, **inputs: Any) -> PathwayResult:
        """Walk a pathway with one patient.

        Parameters
        ----------
        name : str
            Such as ``hit``, ``ivig``, ``warfarin-start`` or ``heparin-resistance``.
        **inputs
            By the registry's names. A score that an earlier step works out serves the later ones.

        Returns
        -------
        PathwayResult
            Each step says what it can, and what it still needs.

        Raises
        ------
        ValueError
            For an unknown pathway or input, with what exists.
        """
        _named("pathway", "hit", name)
        known = self.seeds.pathways
        if name not in known:
            raise ValueError(f"there is no pathway {name!r}; there are {', '.join(known)}")
        return walk(known[name], patient_of(self.seeds, inputs), inputs)

    def proposed_protocol(self, drug: str, **inputs: Any) -> tuple[str | None, tuple[Finding, ...]]:
        """The protocol that the site's profile proposes for a patient, and what to know of it.

        Examples
        --------
        >>> Rules().proposed_protocol("argatroban", child_pugh="B")[0]
        'argatroban-smpc-reduced'
        """
        return proposed(drug, patient_of(self.seeds, inputs))

    def warfarin_gate(
        self, platelets: Any = None, option: str | None = None, **inputs: Any
    ) -> Gate:
        """Whether the platelets allow warfarin after HIT.

        Parameters
        ----------
        platelets : float or text, optional
            [10⁹/L]
        option : {"ash-2018", "accp-2004"}, optional
            At least 150, or more than 150; default the site's choice.
        **inputs
            For the checks: ``dose_mg``, ``overlap_days``, ``inr``, ``on_vka`` and others.

        Examples
        --------
        >>> gate = Rules().warfarin_gate
        >>> gate(150, "ash-2018").open, gate(150, "accp-2004").open
        (True, False)
        """
        return warfarin_gate(self.seeds, platelets, option, inputs)

    def drugs(self) -> Any:
        """A frame of the drugs that exist."""
        return listing.drugs(self.seeds)

    def tables(self) -> Any:
        """A frame of the tables that exist."""
        return listing.tables(self.seeds)

    def protocols(self) -> Any:
        """A frame of the titration protocols that exist."""
        return listing.protocols(self.seeds)

    def scores(self) -> Any:
        """A frame of the scores and equations that exist."""
        return listing.scores(self.seeds)

    def inputs(self, name: str, *, indication: str | None = None) -> Any:
        """A frame of what a drug, protocol, score or pathway asks.

        Examples
        --------
        >>> list(Rules().inputs("child-pugh")["name"])[:2]
        ['bilirubin_mg_dl', 'albumin_g_dl']
        """
        return listing.inputs(self.seeds, name, indication)


def _named(kind: str, example: str, given: Any) -> None:
    """Refuse what is no name where a name is expected, as a frame that came without one."""
    if not isinstance(given, str):
        raise ValueError(
            f"the name of a {kind} is expected first, such as {example!r}, and a frame after it,"
            f" not {type(given).__name__}"
        )


def rules() -> Rules:
    """The rules in force: those of ``DOSING_SITE``, else the shipped profile."""
    return Rules()
