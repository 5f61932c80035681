"""The sheet that the timeline is drawn on: its panels, their scales, and the strokes on them."""

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from dosing.base.units import show
from dosing.course.plot_layout import (
    FAINT,
    HEIGHTS,
    INK,
    LINE,
    MUTED,
    SIDES,
    SIZE,
    STYLE,
    TOTAL,
    Shelf,
    Width,
    earlier,
    nice,
    time_ticks,
    width_of,
    wrap,
)
from dosing.course.timeline import PLATELET_UNIT, Timeline, target_text


class Drawing(Figure):
    """A figure that a notebook shows by itself, without pyplot."""

    def _repr_png_(self) -> bytes:
        out = io.BytesIO()
        self.savefig(out, format="png", dpi=110)
        return out.getvalue()


class Canvas:
    """One figure with a panel for each kind of value; forgets what the last drawing added."""

    def __init__(self) -> None:
        with mpl.rc_context(STYLE):
            self.figure = Drawing(figsize=(10, 5))
            self.measure, self.infusion, self.platelets, self.inr = (
                self.figure.add_axes((0.1, 0.1 + 0.2 * i, 0.8, 0.15), label=name)
                for i, name in enumerate(HEIGHTS)
            )
            self.pump = self.infusion.twinx()
        for axes in (self.measure, self.infusion, self.pump, self.platelets, self.inr):
            axes.patch.set_visible(False)
            axes.spines[:].set_visible(False)
            axes.tick_params(length=0, colors=MUTED, labelsize=SIZE, pad=4)
        for axes in (self.measure, self.infusion, self.platelets, self.inr):
            axes.spines["bottom"].set_visible(True)
            axes.spines["bottom"].set_color(MUTED)
            axes.grid(axis="both", color=FAINT, linewidth=0.6)
            axes.set_axisbelow(True)
        self.pump.xaxis.set_visible(False)
        self.left_out = 0
        self._drawn: list[Any] = []  # what the last drawing added
        self._points: dict[Axes, tuple[float, float]] = {}  # panel sizes [pt]

    def _lay_out(self, timeline: Timeline, width: Width) -> None:
        """Give each panel that is needed its place, and the lines of text above it."""
        total = TOTAL[width]
        inner = total - 2 * SIDES
        gate = wrap(timeline.gate_text, inner)
        above = {
            "measure": (4.6 if width == "phone" else 3.4) * LINE,
            "infusion": 2 * LINE,
            "platelets": (2 + len(gate)) * LINE,
            "inr": 2 * LINE,
        }
        panels = [("measure", self.measure), ("infusion", self.infusion)]
        panels += [("platelets", self.platelets)] if timeline.platelets else []
        panels += [("inr", self.inr)] if timeline.inr else []
        below = 3.4 * LINE
        height = below + sum(above[name] + HEIGHTS[name] for name, _ in panels)
        self.figure.set_size_inches(total / 72, height / 72)
        top = height
        self._points = {}
        for name, axes in panels:
            top -= above[name] + HEIGHTS[name]
            place = (SIDES / total, top / height, inner / total, HEIGHTS[name] / height)
            axes.set_position(place)
            axes.set_visible(True)
            axes.tick_params(labelbottom=axes is panels[-1][1])
            self._points[axes] = (inner, HEIGHTS[name])
        self.pump.set_position(self.infusion.get_position())
        for i, line in enumerate(reversed(gate)):
            self._text(self.platelets, 0, HEIGHTS["platelets"] + 5 + i * LINE, line)
        lines = {self.platelets: len(gate)}
        for axes, title in self._titles(timeline).items():
            if axes in self._points:
                up = HEIGHTS[str(axes.get_label())] + 5 + lines.get(axes, 0) * LINE
                if axes is self.measure:
                    up += above["measure"] - 1.4 * LINE
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
            self.platelets: f"Platelets, {PLATELET_UNIT}{earlier(timeline.platelets, timeline)}",
            self.inr: f"INR{earlier(timeline.inr, timeline)}",
        }

    def _times(self, timeline: Timeline, left: datetime, right: datetime) -> None:
        """Set the shared time axis, in hours since its left edge."""
        self._left = left
        self._length = (right - left).total_seconds() / 3600
        inner = self._points[self.measure][0]
        ticks, labels = time_ticks(left, self._length, most=inner / 44)
        for axes in self._points:
            axes.set_xlim(0, self._length)
            axes.set_xticks(ticks, labels)

    # ---- panels

    def _shelf(self, axes: Axes, timeline: Timeline) -> "Shelf":
        """Start a panel's labels clear of the lines at now and at the due time."""
        inner, height = self._points[axes]
        # The infusion has tick labels on both sides, the others on the left only.
        left, right = (1.0, inner + 4) if axes is self.infusion else (-1.0, inner + SIDES - 4)
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
        ticks = nice(low, high, most)
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
        wide = width_of(text, bold)
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
            spot = shelf.find(spots, width_of(text, bold), SIZE)
            if spot:
                weight = "bold" if bold else "normal"
                self._text(axes, *spot, text, weight=weight, **style)
                return text
        self.left_out += 1
        return ""
