"""The approved pictures: what is drawn where, in words that a person can read beside the picture.

After a change that is meant, look at the pictures (`make pictures`, or ``to_svg``), then write
their descriptions anew::

    .venv/bin/python -m tests.course.pictures
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from dosing.course.plot_layout import Width
from dosing.course.plots import TimelineFigure
from dosing.course.timeline import Result, Segment, Timeline

APPROVED = Path(__file__).with_name("pictures.txt")
WIDTHS: tuple[Width, ...] = ("desktop", "phone")
START = datetime(2026, 11, 21, 8)
UNIT = "mcg/kg/min"


def _at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


def _course() -> Timeline:
    """A course with a hold, counts before it, a gate, INR and a forecast."""
    return Timeline(
        "argatroban", START, _at(9), "aPTT", "s", window=(46, 90), due=_at(10.5),
        results=(Result(_at(2), 38, "below"), Result(_at(6), 104, "above"),
                 Result(_at(8.5), 70, "in")),
        rates=(Segment(_at(0), _at(2.5), 0.5, UNIT, 2.1),
               Segment(_at(2.5), _at(6.5), 0.75, UNIT, 3.2),
               Segment(_at(6.5), _at(8), 0, UNIT, held=True),
               Segment(_at(8), None, 0.5, UNIT, 2.1)),
        platelets=((_at(-60), 41), (_at(1), 62), (_at(8), 162)), platelet_gate=150,
        gate_text="Warfarin may start: platelets 162, gate at least 150",
        inr=((_at(1), 1.1), (_at(7), 1.9)),
        forecast=((_at(9), _at(10), _at(11)), (60, 58, 55), (70, 71, 72), (80, 85, 90)),
    )  # fmt: skip


def _crowded() -> Timeline:
    """Thirty results, without a factor between dose and pump, overdue."""
    values = [35 + (i * 17) % 70 for i in range(30)]
    sides = ["below" if v < 46 else "above" if v > 90 else "in" for v in values]
    return Timeline(
        "argatroban", START, _at(180), "aPTT", "s", window=(46, 90), due=_at(178),
        results=tuple(Result(_at(2 + 6 * i), v, sides[i]) for i, v in enumerate(values)),
        rates=tuple(
            Segment(_at(6 * i), _at(6 * i + 6) if i < 29 else None, 0.5 + 0.25 * (i % 5), UNIT,
                    2.1 + i)
            for i in range(30)
        ),
    )  # fmt: skip


def _bare() -> Timeline:
    """One result without a target, a rate to come, the next result due now."""
    return Timeline(
        "heparin", START, _at(2), "anti-Xa", "units/mL", due=_at(2),
        results=(Result(_at(1), 0.45),), rates=(Segment(_at(3), _at(5), 900, "units/h"),),
    )  # fmt: skip


def _tight() -> Timeline:
    """Results, rates and holds a few minutes apart, at the end of a day."""
    hours = (22, 22.2, 22.4, 22.6, 23.9)
    return Timeline(
        "bivalirudin", START, _at(24), "aPTT", "s", window=(46, 90), due=_at(26),
        results=tuple(
            Result(_at(h), v, "in") for h, v in zip(hours, (60, 61, 59, 60, 60), strict=True)
        ),
        rates=(Segment(_at(0), _at(22), 0.15, "mg/kg/h", 2.1),
               *(Segment(_at(22 + k / 2), _at(22.25 + k / 2), 0, "mg/kg/h", held=True)
                 for k in range(3)),
               *(Segment(_at(22.25 + k / 2), _at(22.5 + k / 2), 0.1 + k / 20, "mg/kg/h", 2 + k)
                 for k in range(3)),
               Segment(_at(23.5), None, 0.2, "mg/kg/h", 2.8)),
        platelets=((_at(23), 60), (_at(23.5), 61), (_at(24), 60)), platelet_gate=62,
    )  # fmt: skip


TIMELINES = {"course": _course, "crowded": _crowded, "bare": _bare, "tight": _tight}


def described(figure: Figure) -> Iterator[str]:
    """Each panel and each thing on it: kind, name, place, words and looks."""
    wide, high = figure.get_size_inches() * 72
    yield f"sheet {wide:.4g} x {high:.4g} pt"
    for axes in figure.axes:
        if not axes.get_visible():
            continue
        left, bottom, width, height = axes.get_position().bounds
        place = (left * wide, bottom * high, width * wide, height * high)
        yield f"panel {axes.get_label()} at {_numbers(place)}, limits {_numbers(axes.get_ylim())}"
        ticks = [axes.get_xticks(), axes.get_yticks()]
        labels = [axes.get_xticklabels(), axes.get_yticklabels()]
        for name, places, texts in zip("xy", ticks, labels, strict=True):
            said = [text.get_text() for text in texts]
            yield f"  ticks {name} {_numbers(places)}: {said!r}"
        spine = axes.spines["bottom"]
        yield f"  spine {spine.get_visible()} {to_hex(spine.get_edgecolor())}"
        things = [*axes.lines, *axes.patches, *axes.collections, *axes.texts, *axes.artists]
        for thing in things:
            yield f"  {_thing(axes, thing)}"
    yield from (f"note {_text(text, wide, high)}" for text in figure.texts)


def _numbers(values: object) -> str:
    return " ".join(f"{value:.4g}" for value in values)  # type: ignore[attr-defined]


def _text(text: object, wide: float, high: float) -> str:
    x, y = text.get_position()  # type: ignore[attr-defined]
    looks = [text.get_ha(), text.get_va(), text.get_weight(), to_hex(text.get_color())]  # type: ignore[attr-defined]
    return f"{text.get_text()!r} at {_numbers((x * wide, y * high))} {' '.join(map(str, looks))}"  # type: ignore[attr-defined]


def _thing(axes: Axes, thing: Artist) -> str:
    name = str(thing.get_label())
    kind = f"{'' if name.startswith('_') else name} z{thing.get_zorder():g}".strip()
    if isinstance(thing, Line2D):
        looks = [thing.get_linestyle(), f"{thing.get_linewidth():g}", to_hex(thing.get_color())]
        looks += [str(thing.get_marker()), f"{thing.get_markersize():g}", str(thing.get_clip_on())]
        looks += [to_hex(thing.get_markeredgecolor()), f"{thing.get_markeredgewidth():g}"]
        dashes = _numbers(thing._unscaled_dash_pattern[1] or ())  # nothing public tells it
        points = f"{_numbers(thing.get_xdata())} | {_numbers(thing.get_ydata())}"
        return f"line {kind}: {points} | {' '.join(looks)} | {dashes}"
    if hasattr(thing, "get_text"):
        size = axes.get_position().size * axes.figure.get_size_inches() * 72
        return f"text {kind}: {_text(thing, *size)}"
    colour = thing.get_facecolor()
    colour = to_hex(colour if len(colour) == 4 else colour[0], keep_alpha=True)
    box = ""
    if hasattr(thing, "get_bbox"):
        box = _numbers(thing.get_bbox().bounds)
    edge = _numbers([*_flat(thing.get_linewidth())])
    return f"area {kind}: {box} {colour} {thing.get_hatch()} {edge}"


def _flat(value: object) -> Iterator[float]:
    yield from value if hasattr(value, "__iter__") else [value]


def all_described() -> Iterator[str]:
    figure = TimelineFigure()
    for name, timeline in TIMELINES.items():
        for width in WIDTHS:
            yield f"# {name}, {width}: {timeline.__doc__}"
            yield from described(figure.update(timeline(), width))
            yield f"left out {figure.left_out}"


if __name__ == "__main__":
    APPROVED.write_text("\n".join(all_described()) + "\n", "utf-8")
