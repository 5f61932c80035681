"""What the files of scores, pathways and dashboards hold, as frozen values."""

import attrs

from dosing.knowledge.seedtypes import Check, Column, Conditions, Confirmed

OWN = "none"  # the cite of a remark of the calculator's own


@attrs.frozen(kw_only=True)
class ScoreRow:
    """One line of an item that more than one input decides."""

    when: Conditions = attrs.field(factory=dict)
    points: int


@attrs.frozen(kw_only=True)
class ClassPoints:
    """The points of each answer to a question; an answer that is not there earns nothing."""

    quantity: str
    points: dict[str, int]


@attrs.frozen(kw_only=True)
class ScoreItem:
    """One item of an additive score, and how it earns its points.

    ``units``: rows of a number, in each unit as printed. ``classes``: points by answer. ``count``:
    how many of several findings hold, then ``points`` by that number; each finding lists its
    alternatives by unit. ``rows``: a decision table of the inputs in ``columns``.
    """

    name: str
    label: str
    units: dict[str, tuple[tuple[str, int], ...]] = attrs.field(factory=dict)
    classes: ClassPoints | None = None
    count: tuple[Conditions, ...] = ()
    points: tuple[tuple[str, int], ...] = ()
    columns: dict[str, Column] = attrs.field(factory=dict)
    rows: tuple[ScoreRow, ...] = ()


@attrs.frozen(kw_only=True)
class Band:
    """A range of totals, its name, and what it means.

    With ``items`` it holds only where these together earn what ``points`` says.
    """

    when: str
    band: str
    says: str = ""
    cite: str = ""
    items: tuple[str, ...] = ()
    points: str = ""


@attrs.frozen(kw_only=True)
class Variant:
    """Another way to score one item, chosen by an answer (``yes`` unless ``answer`` says)."""

    quantity: str
    replaces: str
    answer: str = "yes"
    units: dict[str, tuple[tuple[str, int], ...]] = attrs.field(factory=dict)
    classes: ClassPoints | None = None
    count: tuple[Conditions, ...] = ()
    points: tuple[tuple[str, int], ...] = ()
    rows: tuple[ScoreRow, ...] = ()
    note: str = ""
    cite: str = ""


@attrs.frozen(kw_only=True)
class Reading:
    """A printed table from totals to a further figure, such as a probability."""

    label: str
    rows: tuple[tuple[float, str], ...]
    note: str = ""
    cite: str = ""


@attrs.frozen(kw_only=True)
class Score:
    """An additive score, its items and the names of its bands.

    ``gives`` is the name under which its total serves tables and pathways.
    """

    id: str
    title: str
    cite: str
    items: tuple[ScoreItem, ...]
    bands: tuple[Band, ...]
    unit: str = "points"
    gives: str = ""
    confirmed: Confirmed | None = None
    note: str = ""
    variants: dict[str, Variant] = attrs.field(factory=dict)
    checks: tuple[Check, ...] = ()
    reading: Reading | None = None


@attrs.frozen(kw_only=True)
class Need:
    """Inputs that an answer makes necessary."""

    when: Conditions
    needs: tuple[str, ...]


@attrs.frozen(kw_only=True)
class Equation:
    """What an equation asks and tells; its arithmetic has the same name in the equations rooms.

    ``needs``, ``any_of`` (at least one) and ``may`` are inputs by the registry's names. ``shown``
    labels the parts that a reader sees, ``flags`` are questions answered yes or no; ``nothing``
    stands for a part that has no number. Conditions and sentences may name inputs and parts;
    ``value`` is the result. A check whose cite is ``none`` is a remark of the calculator's own.
    """

    id: str
    title: str
    unit: str
    cite: str
    needs: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    needs_if: tuple[Need, ...] = ()
    shown: dict[str, str] = attrs.field(factory=dict)
    flags: dict[str, Conditions] = attrs.field(factory=dict)
    nothing: str = ""
    checks: tuple[Check, ...] = ()
    note: str = ""
    confirmed: Confirmed | None = None


@attrs.frozen(kw_only=True)
class Stage:
    """One step of a pathway: what it asks of which rooms.

    ``scores`` (equations too) by name, ``tables`` by id, ``orders`` as ``drug/indication``;
    ``agents`` are tables of purpose ``agent``, ranked; ``checks`` are findings of its own.
    """

    title: str
    scores: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    note: str = ""
    cite: str = ""


@attrs.frozen(kw_only=True)
class Pathway:
    """A clinical question answered in steps from tables, scores and orders."""

    id: str
    title: str
    cite: str
    stages: tuple[Stage, ...]
    note: str = ""
    confirmed: Confirmed | None = None


@attrs.frozen(kw_only=True)
class Topic:
    """One question on a dashboard, and what answers it.

    ``stages`` limits a pathway to some of its steps (from 1). ``orders`` are ``drug/indication``;
    ``schedule`` lists those to be dated. ``protocols`` names the drug whose protocols are offered.
    ``drugs`` are offered with every indication that has a table; ``any_table`` offers all of them.
    ``inr_series`` asks for INRs by day and answers with the time in range.
    """

    title: str
    pathway: str = ""
    stages: tuple[int, ...] = ()
    scores: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    schedule: tuple[str, ...] = ()
    protocols: str = ""
    drugs: tuple[str, ...] = ()
    any_table: bool = False
    inr_series: bool = False
    help: str = ""


@attrs.frozen(kw_only=True)
class Dashboard:
    """A dashboard as its topics."""

    id: str
    title: str
    topics: tuple[Topic, ...]
