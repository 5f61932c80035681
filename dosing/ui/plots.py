"""The titration timeline as a picture: one matplotlib figure, redrawn in place."""

import html
import io
import itertools
import math
import re
import textwrap
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from dosing.timeline import (
    PLATELET_UNIT,
    Segment,
    Series,
    Timeline,
    is_overdue,
    running,
    summary,
    target_text,
)
from dosing.units import clock, day, show

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

EMPTY = "Nothing to draw yet: enter a rate or a result."

_TOTAL = {"desktop": 720.0, "phone": 268.0}  # [pt]
_HEIGHTS = {"measure": 150.0, "infusion": 92.0, "platelets": 66.0, "inr": 54.0}  # [pt]
_SIDES = 40.0  # room left and right for the tick labels [pt]
_SIZE = 9.0  # of type; 12 px on the page [pt]
_LINE = 13.0  # a line of type [pt]
_STEPS_H = (0.25, 0.5, 1, 2, 3, 4, 6, 12, 24, 48, 72, 96, 168)
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "font.family": ["DejaVu Sans", "sans-serif"],
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": _SIZE,
    "hatch.linewidth": 0.6,
    "hatch.color": "#8a94a0",
}


class TimelineFigure:
    """One figure that draws any timeline; keep one a session.

    Attributes
    ----------
    figure : matplotlib.figure.Figure
    measure, infusion, pump, platelets, inr : matplotlib.axes.Axes
        The panels; ``pump`` is the right axis of ``infusion``. [mL/h]
    left_out : int
        Labels of the last drawing that found no free place.

    Examples
    --------
    >>> at = datetime(2026, 11, 21, 8)
    >>> drawn = TimelineFigure().svg(Timeline("argatroban", at, at, "aPTT", "s"))
    >>> EMPTY in drawn
    True
    """

    def __init__(self) -> None:
        with mpl.rc_context(_STYLE):
            self.figure = Figure(figsize=(10, 5))
            self.measure, self.infusion, self.platelets, self.inr = (
                self.figure.add_axes((0.1, 0.1 + 0.2 * i, 0.8, 0.15), label=name)
                for i, name in enumerate(_HEIGHTS)
            )
            self.pump = self.infusion.twinx()
        for axes in (self.measure, self.infusion, self.pump, self.platelets, self.inr):
            axes.patch.set_visible(False)
            axes.spines[:].set_visible(False)
            axes.tick_params(length=0, colors=MUTED, labelsize=_SIZE, pad=4)
        for axes in (self.measure, self.infusion, self.platelets, self.inr):
            axes.spines["bottom"].set_visible(True)
            axes.spines["bottom"].set_color(MUTED)
            axes.grid(axis="both", color=FAINT, linewidth=0.6)
            axes.set_axisbelow(True)
        self.pump.xaxis.set_visible(False)
        self.left_out = 0
        self._drawn: list[Any] = []  # what the last drawing added
        self._points: dict[Axes, tuple[float, float]] = {}  # panel sizes [pt]

    def svg(self, timeline: Timeline, width: Width = "desktop") -> str:
        """Draw a timeline as an SVG element for a page.

        Parameters
        ----------
        timeline : Timeline
        width : {"desktop", "phone"}

        Returns
        -------
        str
            Equal for equal timelines. It shrinks with its container and never grows.
        """
        self.update(timeline, width)
        with mpl.rc_context({**_STYLE, "svg.hashsalt": f"dosing-{width}"}):
            out = io.StringIO()
            self.figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
        return _for_a_page(out.getvalue(), _TOTAL[width])

    def png(self, timeline: Timeline, dpi: float = 150, width: Width = "desktop") -> bytes:
        """Draw a timeline as a PNG, for documents.

        Parameters
        ----------
        timeline : Timeline
        dpi : float
            [dots/inch]
        width : {"desktop", "phone"}

        Returns
        -------
        bytes
        """
        self.update(timeline, width)
        with mpl.rc_context(_STYLE):
            out = io.BytesIO()
            self.figure.savefig(out, format="png", dpi=dpi, metadata={"Software": None})
        return out.getvalue()

    def update(self, timeline: Timeline, width: Width = "desktop") -> Figure:
        """Bring the figure to a timeline without writing it out.

        Parameters
        ----------
        timeline : Timeline
        width : {"desktop", "phone"}

        Returns
        -------
        matplotlib.figure.Figure
        """
        with mpl.rc_context(_STYLE):
            self._update(timeline, width)
        return self.figure

    def _update(self, timeline: Timeline, width: Width) -> None:
        for artist in self._drawn:
            artist.remove()
        self._drawn = []
        self.left_out = 0
        for axes in self.figure.axes:
            axes.set_visible(False)
        known = (timeline.results, timeline.rates, timeline.platelets, timeline.inr, timeline.due)
        if not any(known):
            self.figure.set_size_inches(_TOTAL[width] / 72, 1)
            self._note(_TOTAL[width] / 2, 36, EMPTY, 72, ha="center", va="center")
            return
        self._lay_out(timeline, width)
        left, right = _span(timeline)
        self._times(timeline, left, right)
        self._draw_measure(timeline, width)
        self._draw_infusion(timeline)
        self._draw_counts(self.platelets, timeline.platelets, timeline)
        self._draw_counts(self.inr, timeline.inr, timeline)
        self._draw_moments(timeline)
        if self.left_out:
            word = "label" if self.left_out == 1 else "labels"
            text = f"Crowded: {self.left_out} {word} left out, see the table."
            self._note(_SIDES, 3, text, self.figure.get_figheight() * 72)

    # ---- layout

    def _lay_out(self, timeline: Timeline, width: Width) -> None:
        """Give each panel that is needed its place, and the lines of text above it."""
        total = _TOTAL[width]
        inner = total - 2 * _SIDES
        gate = _wrap(timeline.gate_text, inner)
        above = {
            "measure": (4.6 if width == "phone" else 3.4) * _LINE,
            "infusion": 2 * _LINE,
            "platelets": (2 + len(gate)) * _LINE,
            "inr": 2 * _LINE,
        }
        panels = [("measure", self.measure), ("infusion", self.infusion)]
        panels += [("platelets", self.platelets)] if timeline.platelets else []
        panels += [("inr", self.inr)] if timeline.inr else []
        below = 3.4 * _LINE
        height = below + sum(above[name] + _HEIGHTS[name] for name, _ in panels)
        self.figure.set_size_inches(total / 72, height / 72)
        top = height
        self._points = {}
        for name, axes in panels:
            top -= above[name] + _HEIGHTS[name]
            place = (_SIDES / total, top / height, inner / total, _HEIGHTS[name] / height)
            axes.set_position(place)
            axes.set_visible(True)
            axes.tick_params(labelbottom=axes is panels[-1][1])
            self._points[axes] = (inner, _HEIGHTS[name])
        self.pump.set_position(self.infusion.get_position())
        for i, line in enumerate(reversed(gate)):
            self._text(self.platelets, 0, _HEIGHTS["platelets"] + 5 + i * _LINE, line)
        lines = {self.platelets: len(gate)}
        for axes, title in self._titles(timeline).items():
            if axes in self._points:
                up = _HEIGHTS[str(axes.get_label())] + 5 + lines.get(axes, 0) * _LINE
                if axes is self.measure:
                    up += above["measure"] - 1.4 * _LINE
                self._text(axes, 0, up, title, weight="bold")

    def _titles(self, timeline: Timeline) -> dict[Axes, str]:
        measure = timeline.measure_label
        if target := target_text(timeline):
            measure += f", target {target}"
        elif timeline.measure_unit:
            measure += f", {timeline.measure_unit}"
        name = timeline.drug[:1].upper() + timeline.drug[1:]
        unit = f", {timeline.rates[0].unit}" if timeline.rates else ""
        return {
            self.measure: measure,
            self.infusion: f"{name}{unit}",
            self.platelets: f"Platelets, {PLATELET_UNIT}{_earlier(timeline.platelets, timeline)}",
            self.inr: f"INR{_earlier(timeline.inr, timeline)}",
        }

    def _times(self, timeline: Timeline, left: datetime, right: datetime) -> None:
        """Set the shared time axis, in hours since its left edge."""
        self._left = left
        self._length = (right - left).total_seconds() / 3600
        inner = self._points[self.measure][0]
        ticks, labels = _time_ticks(left, self._length, most=inner / 44)
        for axes in self._points:
            axes.set_xlim(0, self._length)
            axes.set_xticks(ticks, labels)

    # ---- panels

    def _draw_measure(self, timeline: Timeline, width: Width) -> None:
        axes, window, results = self.measure, timeline.window, timeline.results
        inner, height = self._points[axes]
        values = [r.value for r in results] + list(window or ())
        if timeline.forecast:
            values += [*timeline.forecast[1], *timeline.forecast[3]]
        low, high = _around(values)
        self._scale(axes, low, high, most=6)
        shelf = self._shelf(axes, timeline)
        if window:
            # Edges as well as a tint, so that the target reads in grey and in a poor copy.
            self._keep(axes.axhspan(*window, facecolor=BAND, edgecolor="none", label="target"))
            for edge in window:
                self._keep(axes.axhline(edge, color=BAND_EDGE, linewidth=1, dashes=(5, 2)))
                y = self._y(axes, edge)
                shelf.avoid((0, y - 0.5, inner, y + 0.5))
        if timeline.forecast:
            self._draw_forecast(timeline, shelf)
        at = [self._x(r.at) for r in results]
        hours = [self._h(r.at) for r in results]
        heights = [self._y(axes, r.value) for r in results]
        self._line(axes, hours, [r.value for r in results], "course", color="#9aa4ae", zorder=2)
        for one, other in itertools.pairwise(zip(at, heights, strict=True)):
            shelf.avoid_line(one, other)
        crowded = len(results) > inner / 12
        for position, (shape, colour, _) in MARKS.items():
            mine = [i for i, r in enumerate(results) if r.position == position]
            if mine:
                size = (7 if shape in "oD" else 8.5) * (0.8 if crowded else 1)
                marks = {"marker": shape, "linestyle": "none", "markersize": size, "color": colour}
                marks |= {"markeredgecolor": "white", "markeredgewidth": 0.8, "zorder": 3}
                xs, ys = [hours[i] for i in mine], [results[i].value for i in mine]
                self._line(axes, xs, ys, position or "no target", **marks)
        for x, y in zip(at, heights, strict=True):
            shelf.put((x - 4, y - 4, x + 4, y + 4))
        last = len(results) - 1
        # The latest result first, then those out of the target: they lose a place last.
        for i in sorted(
            range(len(results)), key=lambda i: (i != last, results[i].position == "in")
        ):
            peak = i == 0 or heights[i] >= heights[i - 1]
            colour = MARKS[results[i].position][1]
            self._label_point(
                axes, shelf, (at[i], heights[i]), show(results[i].value), peak, colour, i == last
            )
        if not results:
            text = f"No {timeline.measure_label} yet"
            self._text(axes, inner / 2, height / 2, text, ha="center", va="center", color=MUTED)
        self._legend(timeline, width)

    def _draw_forecast(self, timeline: Timeline, shelf: "Shelf") -> None:
        assert timeline.forecast is not None
        times, low, mid, high = timeline.forecast
        hours = [self._h(at) for at in times]
        axes = self.measure
        fill = axes.fill_between(hours, low, high, facecolor="#8a94a0", alpha=0.18, linewidth=0)
        fill.set_label("forecast")
        self._keep(fill)
        for part, dashes in ((low, (1, 2)), (mid, (4, 2)), (high, (1, 2))):
            self._line(axes, hours, part, "forecast", color=MUTED, dashes=dashes, linewidth=1.1)
        for part in (low, mid, high):
            path = [(self._x(at), self._y(axes, v)) for at, v in zip(times, part, strict=True)]
            for one, other in itertools.pairwise(path):
                shelf.avoid_line(one, other)
        x, y = self._x(times[-1]), self._y(axes, high[-1])
        places = [(x - 46, y + 3), (x - 46, self._y(axes, low[-1]) - 12), (x - 70, y + 8)]
        self._label(axes, shelf, places, ["forecast"], color=MUTED)

    def _legend(self, timeline: Timeline, width: Width) -> None:
        """Show which shape means what, for the positions that occur."""
        present = {r.position for r in timeline.results}
        shown = [MARKS[p] for p in MARKS if p in present and p]
        inner, height = self._points[self.measure]
        x = 0.0
        if width == "desktop":
            x = inner - sum(0.9 * _wide(words) + 22 for *_, words in shown) + 10
        up = height + 5 + (2.2 if width == "phone" else 2) * _LINE
        for shape, colour, words in shown:
            self._mark(self.measure, x + 4, up + 3, shape, colour)
            self._text(self.measure, x + 12, up, words, color=MUTED)
            x += 0.9 * _wide(words) + 22

    def _draw_infusion(self, timeline: Timeline) -> None:
        axes = self.infusion
        inner, height = self._points[axes]
        top = max([s.rate for s in timeline.rates], default=0.0) * 1.5 or 1.0
        self._scale(axes, 0, top, most=4)
        ratio = pump_ratio(timeline.rates)
        self.pump.set_visible(ratio is not None)
        if ratio is not None:
            self._scale(self.pump, 0, top * ratio, most=4)
            self._text(axes, inner, height + 5, "mL/h", ha="right", color=MUTED)
        elif any(s.pump_ml_h is not None for s in timeline.rates) and inner > 400:
            # Weight or strength changed: one axis would be wrong for part of the course.
            self._text(axes, inner, height + 5, "mL/h as labelled", ha="right", color=MUTED)
        if not timeline.rates:
            axes.set_yticks([])
            text = "No rate entered"
            self._text(axes, inner / 2, height / 2, text, ha="center", va="center", color=MUTED)
            return
        shelf = self._shelf(axes, timeline)
        now = self._h(timeline.now)
        edge = self._h(timeline.due) if timeline.due and timeline.due > timeline.now else now
        pieces = [
            (self._h(s.start), self._h(s.end) if s.end else max(edge, self._h(s.start)), s.rate)
            for s in timeline.rates
        ]
        done = [(a, min(b, now), rate) for a, b, rate in pieces if a < now]
        ahead = [(max(a, now), b, rate) for a, b, rate in pieces if b > now]
        self._line(axes, *_steps(done), "rate", color=DOSE, linewidth=2, zorder=3)
        self._line(axes, *_steps(ahead), "ahead", color=DOSE, linewidth=1.2, dashes=(3, 2))
        for x0, y0, x1, y1 in _strokes(pieces):
            a, b = x0 * inner / self._length, x1 * inner / self._length
            low, high = sorted((self._y(axes, y0), self._y(axes, y1)))
            shelf.put((a - 1, low - 1, b + 1, high + 1))
        for segment, (a, b, _) in zip(timeline.rates, pieces, strict=True):
            if segment.held:
                self._draw_hold(shelf, a, b)
        self._label_rates(timeline, shelf, pieces, with_pump=ratio is None)

    def _draw_hold(self, shelf: "Shelf", a: float, b: float) -> None:
        axes = self.infusion
        inner, height = self._points[axes]
        span = axes.axvspan(a, b, facecolor="#eef1f4", edgecolor="#8a94a0", hatch="////")
        span.set(linewidth=0, label="held", zorder=1)
        self._keep(span)
        left, right = a * inner / self._length, b * inner / self._length
        wide = _wide("held") - 2
        places = [((left + right - wide) / 2, height / 2 - 5)] if right - left > wide + 4 else []
        places += [((left + right - wide) / 2, y) for y in (height - 12, height - 24, height - 36)]
        places += [(right + 3, y) for y in (height / 2, height - 12, 12)]
        places += [(left - wide - 3, y) for y in (height / 2, height - 12, 12)]
        box = {"facecolor": "white", "edgecolor": "none", "pad": 1.2}
        self._label(axes, shelf, places, ["held"], bbox=box)

    def _label_rates(
        self,
        timeline: Timeline,
        shelf: "Shelf",
        pieces: Sequence[tuple[float, float, float]],
        with_pump: bool,
    ) -> None:
        """Label each change; the first with its unit, the one running with its pump rate."""
        axes = self.infusion
        inner, _ = self._points[axes]
        current = running(timeline)
        given = [i for i, s in enumerate(timeline.rates) if not s.held]
        changes = [
            i
            for k, i in enumerate(given)
            if k == 0
            or timeline.rates[i] is current
            or _drawn_rate(timeline.rates[i]) != _drawn_rate(timeline.rates[given[k - 1]])
        ]
        for i in sorted(changes, key=lambda i: (timeline.rates[i] is not current, i)):
            segment = timeline.rates[i]
            rate, full = show(segment.rate), f"{show(segment.rate)} {segment.unit}"
            texts = [full, rate] if i == given[0] else [rate]
            if segment.pump_ml_h is not None and (with_pump or segment is current):
                pump = f"{show(segment.pump_ml_h)} mL/h"
                texts = [f"{texts[0]}, {pump}", *texts]
            left, right = (x * inner / self._length for x in pieces[i][:2])
            y = self._y(axes, segment.rate)
            bold = segment is current
            places = []
            for text in texts:
                wide = _wide(text, bold)
                xs = [left + 4, (left + right - wide) / 2, right - wide - 4, left - wide - 4]
                places.append([(x, up) for up in (y + 4, y - 12) for x in xs])
            places[-1] += [(x, y + 15) for x in xs[:3]]
            written = self._label(axes, shelf, places, texts, bold=bold, color=DOSE)
            if with_pump and written and segment.pump_ml_h is not None and written != texts[0]:
                self.left_out += 1  # no axis tells this pump rate: say that it is missing

    def _draw_counts(self, axes: Axes, series: Series, timeline: Timeline) -> None:
        if axes not in self._points:
            return
        inner = self._points[axes][0]
        gate = timeline.platelet_gate if axes is self.platelets else None
        shown = [(at, value) for at, value in series if at >= self._left]
        top = max([value for _, value in shown] + ([gate] if gate else []), default=1.0)
        self._scale(axes, 0, top * 1.45 or 1.0, most=3)
        shelf = self._shelf(axes, timeline)
        hours, at = [self._h(t) for t, _ in shown], [self._x(t) for t, _ in shown]
        heights = [self._y(axes, value) for _, value in shown]
        self._line(
            axes,
            hours,
            [value for _, value in shown],
            str(axes.get_label()),
            color=INK,
            linewidth=1,
            marker="s",
            markersize=5,
            zorder=3,
        )
        for x, y in zip(at, heights, strict=True):
            shelf.put((x - 3, y - 3, x + 3, y + 3))
        for i in range(len(at) - 1):
            shelf.avoid_line((at[i], heights[i]), (at[i + 1], heights[i + 1]))
        if gate is not None:
            self._keep(axes.axhline(gate, color=MUTED, linewidth=1.1, dashes=(5, 2), label="gate"))
            y = self._y(axes, gate)
            shelf.put((0, y - 0.5, inner, y + 0.5))
            text = f"gate {show(gate)}"
            ends = (2, inner - _wide(text) - 2, (inner - _wide(text)) / 2)
            places = [(x, y + 3) for x in ends] + [(x, y - 12) for x in ends]
            self._label(axes, shelf, places, [text], color=MUTED)
        for i in reversed(range(len(shown))):
            peak = i == 0 or heights[i] >= heights[i - 1]
            place = (at[i], heights[i])
            self._label_point(axes, shelf, place, show(shown[i][1]), peak, INK, i == len(shown) - 1)

    def _draw_moments(self, timeline: Timeline) -> None:
        """Mark now and the next due time on every panel; say both above the first."""
        label, now, due = timeline.measure_label, timeline.now, timeline.due
        inner, height = self._points[self.measure]
        moments: list[tuple[datetime, str, str, str, bool, tuple[int, int] | None]]
        moments = [(now, f"now {clock(now, now)}", "now", MUTED, False, None)]
        if due is not None:
            late = is_overdue(timeline)
            text = f"overdue since {clock(due, now)}" if late else f"due {clock(due, now)}"
            text = f"{label} {'due now' if due == now else text}"
            moments.append((due, text, "due", ALERT if late else INK, True, (4, 2)))
        for row, (at, text, name, colour, bold, dashes) in enumerate(moments):
            up = height + 4 + row * _LINE
            for axes in self._points:
                reach = (up - 2) / height if axes is self.measure else 1.0
                hour = self._h(at)
                line = Line2D([hour, hour], [0, reach], color=colour, label=name)
                line.set_linewidth(1.2 if dashes else 0.9)
                line.set_transform(axes.get_xaxis_transform())
                line.set_clip_on(False)
                if dashes:
                    line.set_dashes(dashes)
                line.set_zorder(1.5)
                self._keep(axes.add_artist(line))
            wide = _wide(text, bold)
            low, high = -_SIDES + 4, inner + _SIDES - 4
            if name == "now" and due is not None and due != now:
                # The due line passes this row: stay on this side of it.
                low, high = (low, self._x(due) - 4) if due > now else (self._x(due) + 4, high)
            x = min(max(self._x(at) - wide / 2, low), high - wide)
            self._text(self.measure, x, up, text, color=colour, weight="bold" if bold else "normal")

    # ---- small parts

    def _shelf(self, axes: Axes, timeline: Timeline) -> "Shelf":
        """Start a panel's labels clear of the lines at now and at the due time."""
        inner, height = self._points[axes]
        # The infusion has tick labels on both sides, the others on the left only.
        left, right = (1.0, inner + 4) if axes is self.infusion else (-1.0, inner + _SIDES - 4)
        shelf = Shelf((left, 1, right, height + 2))
        for at in (timeline.now, timeline.due):
            if at is not None:
                shelf.put((self._x(at) - 0.5, 0, self._x(at) + 0.5, height))
        return shelf

    def _h(self, at: datetime) -> float:
        return (at - self._left).total_seconds() / 3600

    def _x(self, at: datetime) -> float:
        return self._h(at) / self._length * self._points[self.measure][0]

    def _y(self, axes: Axes, value: float) -> float:
        low, high = axes.get_ylim()
        return float((value - low) / (high - low) * self._points[axes][1])

    def _scale(self, axes: Axes, low: float, high: float, most: int) -> None:
        ticks = _nice(low, high, most)
        axes.set_ylim(low, high)
        axes.set_yticks(ticks, [show(tick) for tick in ticks])

    def _keep(self, artist: Any) -> Any:
        self._drawn.append(artist)
        return artist

    def _line(
        self, axes: Axes, xs: Sequence[float], ys: Sequence[float], label: str, **style: Any
    ) -> None:
        dashes = style.pop("dashes", None)
        line = Line2D(xs, ys, label=label, **style)
        if dashes:
            line.set_dashes(dashes)
        axes.add_line(line)
        self._keep(line)

    def _mark(self, axes: Axes, x: float, y: float, shape: str, colour: str) -> None:
        inner, height = self._points[axes]
        mark = Line2D([x / inner], [y / height], marker=shape, color=colour, markersize=6)
        mark.set(transform=axes.transAxes, clip_on=False, label="key", linestyle="none")
        self._keep(axes.add_artist(mark))

    def _text(self, axes: Axes, x: float, y: float, text: str, **style: Any) -> None:
        """Write at a place in points from the panel's lower left corner."""
        inner, height = self._points[axes]
        style = {"color": INK, "parse_math": False, "zorder": 5, **style}
        self._keep(axes.text(x / inner, y / height, text, transform=axes.transAxes, **style))

    def _note(self, x: float, y: float, text: str, height: float, **style: Any) -> None:
        total = self.figure.get_figwidth() * 72
        self._keep(self.figure.text(x / total, y / height, text, color=MUTED, **style))

    def _label_point(
        self,
        axes: Axes,
        shelf: "Shelf",
        at: tuple[float, float],
        text: str,
        peak: bool,
        colour: str,
        bold: bool,
    ) -> None:
        x, y = at
        wide = _wide(text, bold)
        over, under = (x - wide / 2, y + 6), (x - wide / 2, y - 15)
        beside = [(x + 6, y - 4), (x - wide - 6, y - 4)]
        corners = [(x + dx, y + dy) for dy in (7, -15) for dx in (3, -wide - 3)]
        far = [(x - wide / 2, y + 15), (x - wide / 2, y - 24)]
        places = [over, under] if peak else [under, over]
        if bold:  # the latest must find a place, if need be across the lines beside it
            far += [(x + 9, y - 4), (x + 14, y - 4), (x - wide - 3, y + 19), (x - wide - 3, y - 28)]
        self._label(axes, shelf, places + beside + corners + far, [text], bold=bold, color=colour)

    def _label(
        self,
        axes: Axes,
        shelf: "Shelf",
        places: Sequence[Any],
        texts: Sequence[str],
        bold: bool = False,
        **style: Any,
    ) -> str:
        """Write the first text that finds a free place and return it, or count it as left out.

        ``places`` holds a list a text where there are several texts, else one list.
        """
        options = places if len(texts) > 1 or isinstance(places[0], list) else [places]
        for text, spots in zip(texts, options, strict=True):
            spot = shelf.find(spots, _wide(text, bold), _SIZE)
            if spot:
                weight = "bold" if bold else "normal"
                self._text(axes, *spot, text, weight=weight, **style)
                return text
        self.left_out += 1
        return ""


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
                if inside and not any(_meet(box, other) for other in others):
                    self.put(box)
                    return x, y
        return None


def _meet(one: Box, other: Box) -> bool:
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


def _drawn_rate(segment: Segment) -> tuple[float, float | None]:
    return segment.rate, segment.pump_ml_h


def _span(timeline: Timeline) -> tuple[datetime, datetime]:
    """The left and right edge of the time axis. Earlier counts are told in words, not drawn."""
    times = [timeline.start, timeline.now, *(r.at for r in timeline.results)]
    times += [t for s in timeline.rates for t in (s.start, s.end) if t is not None]
    times += [timeline.due] if timeline.due else []
    times += list(timeline.forecast[0]) if timeline.forecast else []
    first, last = min(times), max(times)
    length = max(last - first, timedelta(hours=2))
    return first - length * 0.025, first + length * 1.025


def _earlier(series: Series, timeline: Timeline) -> str:
    left = _span(timeline)[0]
    before = [(at, value) for at, value in series if at < left]
    if not before:
        return ""
    more = f", {len(before) - 1} before it" if len(before) > 1 else ""
    at, value = before[-1]
    return f" (earlier: {show(value)} on {day(at)}{more})"


def _time_ticks(left: datetime, length: float, most: float) -> tuple[list[float], list[str]]:
    """Clock times at round hours, with the date at the first and at each midnight."""
    step = next((s for s in _STEPS_H if length / s <= most), _STEPS_H[-1])
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


def _nice(low: float, high: float, most: int) -> list[float]:
    """Round numbers between two values, at most ``most`` of them."""
    power = 10.0 ** math.floor(math.log10((high - low) / most))
    for step in (power * m for m in (1, 2, 2.5, 5, 10, 20)):
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first + 1 <= most:
            return [round(k * step, 12) for k in range(first, last + 1)]
    return [low]


def _around(values: Sequence[float]) -> tuple[float, float]:
    """Limits with room for labels; never below zero."""
    if not values:
        return 0.0, 1.0
    low, high = min(values), max(values)
    room = max(high - low, 0.2 * abs(high), 1e-9)
    return max(0.0, low - 0.25 * room) if low >= 0 else low - 0.25 * room, high + 0.25 * room


def _strokes(pieces: Sequence[tuple[float, float, float]]) -> list[Box]:
    """Each level and each rise of the steps as start and end points."""
    strokes = [(a, rate, b, rate) for a, b, rate in pieces]
    for (_, end, rate), (start, _, after) in itertools.pairwise(pieces):
        if end == start:
            strokes.append((end, rate, start, after))
    return strokes


def _steps(pieces: Sequence[tuple[float, float, float]]) -> tuple[list[float], list[float]]:
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


def _wide(text: str, bold: bool = False) -> float:
    """A little more than the width of a text, without asking the font. [pt]"""
    return len(text) * _SIZE * (0.7 if bold else 0.62)


def _wrap(text: str, wide: float) -> list[str]:
    return textwrap.wrap(text, max(10, int(wide / _wide("x"))))


def _for_a_page(text: str, wide: float) -> str:
    """Cut a whole SVG document down to an element that shares a page with others."""
    text = re.sub(r"<metadata>.*?</metadata>", "", text[text.index("<svg") :], flags=re.DOTALL)
    # A style element would reach the rest of the page; these two are inherited from the root.
    text = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", text, count=1, flags=re.DOTALL)
    # Only what is referred to, marks and clips, keeps its name.
    text = re.sub(r'<g id="[^"]*"', "<g", text)
    style = f"width: 100%; max-width: {wide:g}pt; height: auto; "
    style += "stroke-linejoin: round; stroke-linecap: butt"
    return re.sub(r' width="[^"]*" height="[^"]*"', f' style="{style}"', text, count=1)


def to_svg(timeline: Timeline, width: Width = "desktop") -> str:
    """Draw one timeline as SVG, with a figure of its own.

    Parameters
    ----------
    timeline : Timeline
    width : {"desktop", "phone"}

    Returns
    -------
    str

    Examples
    --------
    >>> at = datetime(2026, 11, 21, 8)
    >>> to_svg(Timeline("argatroban", at, at, "aPTT", "s"))[:4]
    '<svg'
    """
    return TimelineFigure().svg(timeline, width)


def to_png(timeline: Timeline, dpi: float = 150, width: Width = "desktop") -> bytes:
    """Draw one timeline as PNG, with a figure of its own.

    Parameters
    ----------
    timeline : Timeline
    dpi : float
        [dots/inch]
    width : {"desktop", "phone"}

    Returns
    -------
    bytes

    Examples
    --------
    >>> at = datetime(2026, 11, 21, 8)
    >>> to_png(Timeline("argatroban", at, at, "aPTT", "s"), dpi=50)[1:4]
    b'PNG'
    """
    return TimelineFigure().png(timeline, dpi, width)


def picture(
    timeline: Timeline, width: Width = "desktop", figure: TimelineFigure | None = None
) -> str:
    """Draw a timeline as HTML with its summary as the text alternative.

    Parameters
    ----------
    timeline : Timeline
    width : {"desktop", "phone"}
    figure : TimelineFigure or None
        The session's own, which is faster than a new one.

    Returns
    -------
    str

    Examples
    --------
    >>> at = datetime(2026, 11, 21, 8)
    >>> picture(Timeline("argatroban", at, at, "aPTT", "s"))[:16]
    '<div role="img" '
    """
    drawn = (figure or TimelineFigure()).svg(timeline, width)
    label = html.escape(summary(timeline), quote=True)
    return f'<div role="img" aria-label="{label}">{drawn}</div>'
