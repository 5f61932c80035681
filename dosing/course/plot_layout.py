"""Places and marks of the timeline's picture: constants, ticks, spans, and where labels fit."""

import itertools
import math
import re
import textwrap
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from dosing.base.units import day, show
from dosing.course.timeline import Segment, Series, Timeline

Width = Literal["desktop", "phone"]
Box = tuple[float, float, float, float]  # left, bottom, right, top [pt]

# Shape says the position as well as colour, and the colours differ in grey.
MARKS = {
    "in": ("o", "#0b6e5f", "in target"),
    "above": ("^", "#a63a00", "above"),
    "below": ("v", "#1f3f8f", "below"),
    "": ("D", "#444444", "no target"),
}
INK, MUTED, FAINT, ALERT = "#1b1f24", "#56606b", "#d9dee3", "#9b1c1c"
BAND, BAND_EDGE, DOSE = "#dcefe9", "#0b6e5f", "#7a3b00"

TOTAL = {"desktop": 720.0, "phone": 268.0}  # [pt]
HEIGHTS = {"measure": 150.0, "infusion": 92.0, "platelets": 66.0, "inr": 54.0}  # [pt]
SIDES = 40.0  # room left and right for the tick labels [pt]
SIZE = 9.0  # of type; 12 px on the page [pt]
LINE = 13.0  # a line of type [pt]
STEPS_H = (0.25, 0.5, 1, 2, 3, 4, 6, 12, 24, 48, 72, 96, 168)
STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "font.family": ["DejaVu Sans", "sans-serif"],
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": SIZE,
    "hatch.linewidth": 0.6,
    "hatch.color": "#8a94a0",
}


class Shelf:
    """Boxes already taken in one panel, in points, and those better left free."""

    def __init__(self, bounds: Box) -> None:
        self.bounds = bounds
        self.taken: list[Box] = []
        self.avoided: list[Box] = []

    def put(self, box: Box) -> None:
        self.taken.append(box)

    def avoid(self, box: Box) -> None:
        self.avoided.append(box)

    def avoid_line(self, one: tuple[float, float], other: tuple[float, float]) -> None:
        """Avoid a slanting line, as a chain of small boxes along it."""
        parts = max(1, min(40, round(math.dist(one, other) / 5)))
        for k in range(parts + 1):
            x = one[0] + (other[0] - one[0]) * k / parts
            y = one[1] + (other[1] - one[1]) * k / parts
            self.avoid((x - 1, y - 1, x + 1, y + 1))

    def find(
        self, places: Sequence[tuple[float, float]], wide: float, high: float
    ) -> tuple[float, float] | None:
        """Take the first place that is free, if need be one that is better left free."""
        for others in ([*self.taken, *self.avoided], self.taken):
            for x, y in places:
                box = (x - 1, y - 2, x + wide + 1, y + high)
                left, low, right, top = self.bounds
                inside = box[0] >= left and box[1] >= low and box[2] <= right and box[3] <= top
                if inside and not any(meet(box, other) for other in others):
                    self.put(box)
                    return x, y
        return None


def meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def pump_ratio(rates: Sequence[Segment]) -> float | None:
    """Find the one factor from dose rate to pump rate, where there is one.

    Parameters
    ----------
    rates : sequence of Segment

    Returns
    -------
    float or None
        mL/h per unit of dose rate. None where a pump rate is missing, or where the pump rates do
        not share a factor because the weight or the bag's strength changed.

    Examples
    --------
    >>> at = datetime(2026, 11, 21, 8)
    >>> pump_ratio([Segment(at, None, 0.5, "mcg/kg/min", 2.1)])
    4.2
    """
    given = [s for s in rates if not s.held and s.rate > 0]
    pumps = [s.pump_ml_h for s in given if s.pump_ml_h is not None]
    if not given or len(pumps) != len(given):
        return None
    ratio = sum(p * s.rate for p, s in zip(pumps, given, strict=True))
    ratio /= sum(s.rate**2 for s in given)
    # A pump set to tenths of mL/h is off by half a tenth; an axis cannot be read more finely.
    alike = (
        abs(p - ratio * s.rate) <= max(0.06, 0.01 * p) for p, s in zip(pumps, given, strict=True)
    )
    return ratio if all(alike) else None


def drawn_rate(segment: Segment) -> tuple[float, float | None]:
    return segment.rate, segment.pump_ml_h


def span(timeline: Timeline) -> tuple[datetime, datetime]:
    """The left and right edge of the time axis. Earlier counts are told in words, not drawn."""
    times = [timeline.start, timeline.now, *(r.at for r in timeline.results)]
    times += [t for s in timeline.rates for t in (s.start, s.end) if t is not None]
    times += [timeline.due] if timeline.due else []
    times += list(timeline.forecast[0]) if timeline.forecast else []
    first, last = min(times), max(times)
    length = max(last - first, timedelta(hours=2))
    return first - length * 0.025, first + length * 1.025


def earlier(series: Series, timeline: Timeline) -> str:
    left = span(timeline)[0]
    before = [(at, value) for at, value in series if at < left]
    if not before:
        return ""
    more = f", {len(before) - 1} before it" if len(before) > 1 else ""
    at, value = before[-1]
    return f" (earlier: {show(value)} on {day(at)}{more})"


def time_ticks(left: datetime, length: float, most: float) -> tuple[list[float], list[str]]:
    """Clock times at round hours, with the date at the first and at each midnight."""
    step = next((s for s in STEPS_H if length / s <= most), STEPS_H[-1])
    midnight = left.replace(hour=0, minute=0, second=0, microsecond=0)
    offset = (left - midnight).total_seconds() / 3600
    ticks, labels = [], []
    for k in range(math.ceil(offset / step), math.floor((offset + length) / step) + 1):
        at = midnight + timedelta(hours=k * step)
        ticks.append(k * step - offset)
        if step >= 24:
            labels.append(day(at))
        else:
            date = f"\n{day(at)}" if at.hour + at.minute == 0 or not labels else ""
            labels.append(f"{at:%H:%M}{date}")
    return ticks, labels


def nice(low: float, high: float, most: int) -> list[float]:
    """Round numbers between two values, at most ``most`` of them."""
    power = 10.0 ** math.floor(math.log10((high - low) / most))
    for step in (power * m for m in (1, 2, 2.5, 5, 10, 20)):
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first + 1 <= most:
            return [round(k * step, 12) for k in range(first, last + 1)]
    return [low]


def around(values: Sequence[float]) -> tuple[float, float]:
    """Limits with room for labels; never below zero."""
    if not values:
        return 0.0, 1.0
    low, high = min(values), max(values)
    room = max(high - low, 0.2 * abs(high), 1e-9)
    return max(0.0, low - 0.25 * room) if low >= 0 else low - 0.25 * room, high + 0.25 * room


def strokes(pieces: Sequence[tuple[float, float, float]]) -> list[Box]:
    """Each level and each rise of the steps as start and end points."""
    strokes = [(a, rate, b, rate) for a, b, rate in pieces]
    for (_, end, rate), (start, _, after) in itertools.pairwise(pieces):
        if end == start:
            strokes.append((end, rate, start, after))
    return strokes


def steps(pieces: Sequence[tuple[float, float, float]]) -> tuple[list[float], list[float]]:
    """The corners of the steps; a gap where nothing ran."""
    xs: list[float] = []
    ys: list[float] = []
    for a, b, rate in pieces:
        if xs and xs[-1] != a:
            xs.append(math.nan)
            ys.append(math.nan)
        xs += [a, b]
        ys += [rate, rate]
    return xs, ys


def width_of(text: str, bold: bool = False) -> float:
    """A little more than the width of a text, without asking the font. [pt]"""
    return len(text) * SIZE * (0.7 if bold else 0.62)


def wrap(text: str, wide: float) -> list[str]:
    return textwrap.wrap(text, max(10, int(wide / width_of("x"))))


def for_a_page(text: str, wide: float) -> str:
    """Cut a whole SVG document down to an element that shares a page with others."""
    text = re.sub(r"<metadata>.*?</metadata>", "", text[text.index("<svg") :], flags=re.DOTALL)
    # A style element would reach the rest of the page; these two are inherited from the root.
    text = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", text, count=1, flags=re.DOTALL)
    # Only what is referred to, marks and clips, keeps its name.
    text = re.sub(r'<g id="[^"]*"', "<g", text)
    style = f"width: 100%; max-width: {wide:g}pt; height: auto; "
    style += "stroke-linejoin: round; stroke-linecap: butt"
    return re.sub(r' width="[^"]*" height="[^"]*"', f' style="{style}"', text, count=1)
