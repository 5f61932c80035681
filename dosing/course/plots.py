"""The titration timeline as a picture: one matplotlib figure, redrawn in place."""

import html
import io
import itertools
from collections.abc import Sequence
from datetime import datetime

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from dosing.base.units import clock, show
from dosing.course.plot_canvas import Canvas
from dosing.course.plot_layout import (
    ALERT,
    BAND,
    BAND_EDGE,
    DOSE,
    INK,
    LINE,
    MARKS,
    MUTED,
    SIDES,
    STYLE,
    TOTAL,
    Shelf,
    Width,
    around,
    drawn_rate,
    for_a_page,
    pump_ratio,
    span,
    steps,
    strokes,
    width_of,
)
from dosing.course.timeline import Result, Series, Timeline, is_overdue, running, summary
from dosing.knowledge.sentences import words

ARROW = 16  # how far an arrow points to where a result off the scale lies [pt]
SIDE_WORDS = {"above": "over ", "below": "under "}


class TimelineFigure(Canvas):
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
    >>> "Nothing to draw yet" in drawn
    True
    """

    def svg(self, timeline: Timeline, width: Width = "desktop") -> str:
        """Draw a timeline as an SVG element for a page.

        Returns
        -------
        str
            Equal for equal timelines. It shrinks with its container and never grows.
        """
        self.update(timeline, width)
        with mpl.rc_context({**STYLE, "svg.hashsalt": f"dosing-{width}"}):
            out = io.StringIO()
            self.figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
        return for_a_page(out.getvalue(), TOTAL[width])

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
        with mpl.rc_context(STYLE):
            out = io.BytesIO()
            self.figure.savefig(out, format="png", dpi=dpi, metadata={"Software": None})
        return out.getvalue()

    def update(self, timeline: Timeline, width: Width = "desktop") -> Figure:
        """Bring the figure to a timeline without writing it out.

        Returns
        -------
        matplotlib.figure.Figure
        """
        with mpl.rc_context(STYLE):
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
            self.figure.set_size_inches(TOTAL[width] / 72, 1)
            self._note(TOTAL[width] / 2, 36, words("nothing-to-draw"), 72, ha="center", va="center")
            return
        self._lay_out(timeline, width)
        left, right = span(timeline)
        self._times(timeline, left, right)
        self._draw_measure(timeline, width)
        self._draw_infusion(timeline)
        self._draw_counts(self.platelets, timeline.platelets, timeline)
        self._draw_counts(self.inr, timeline.inr, timeline)
        self._draw_moments(timeline)
        if self.left_out:
            labels = "label" if self.left_out == 1 else "labels"
            text = words("crowded", count=self.left_out, labels=labels)
            self._note(SIDES, 3, text, self.figure.get_figheight() * 72)

    # ---- layout

    def _draw_measure(self, timeline: Timeline, width: Width) -> None:
        axes, window, results = self.measure, timeline.window, timeline.results
        inner, height = self._points[axes]
        values = [r.value for r in results] + list(window or ())
        if timeline.forecast:
            values += [*timeline.forecast[1], *timeline.forecast[3]]
        low, high = around(values)
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
            if results[i].side:
                self._point_on(axes, shelf, results[i], colour)
            text = SIDE_WORDS.get(results[i].side, "") + show(results[i].value)
            self._label_point(axes, shelf, (at[i], heights[i]), text, peak, colour, i == last)
        if not results:
            text = f"No {timeline.measure_label} yet"
            self._text(axes, inner / 2, height / 2, text, ha="center", va="center", color=MUTED)
        self._legend(timeline, width)

    def _point_on(self, axes: Axes, shelf: "Shelf", result: Result, colour: str) -> None:
        """An arrow to where the true value of a result lies that is off the scale."""
        way = 1 if result.side == "above" else -1
        arrow = {"arrowstyle": "<-", "color": colour, "linewidth": 1.4, "shrinkA": 0, "shrinkB": 4}
        x, y = self._x(result.at), self._y(axes, result.value)
        shelf.put((x - 4, min(y, y + way * ARROW), x + 4, max(y, y + way * ARROW)))
        drawn = axes.annotate(
            "",
            xy=(self._h(result.at), result.value),
            xytext=(0, way * ARROW),
            textcoords="offset points",
            arrowprops=arrow,
            annotation_clip=False,
        )
        drawn.set_label("off the scale")
        self._keep(drawn)

    def _draw_boluses(self, timeline: Timeline, shelf: "Shelf") -> None:
        """Each bolus as a mark at the top of the infusion, with what was given."""
        axes = self.infusion
        inner, height = self._points[axes]
        for bolus in timeline.boluses:
            x, hour = self._x(bolus.at), self._h(bolus.at)
            top = axes.get_ylim()[1]
            marks = {"marker": "v", "markersize": 7, "markevery": [0], "markerfacecolor": DOSE}
            ends = [top * (1 - 6 / height), 0]
            self._line(axes, [hour, hour], ends, "bolus", color=DOSE, linewidth=1, **marks)
            shelf.put((x - 4, 0, x + 4, height))
            texts = [f"bolus {show(bolus.amount)} {bolus.unit}", show(bolus.amount)]
            places = []
            for text in texts:
                wide = width_of(text)
                xs = [x + 6, x - wide - 6] if x + wide + 6 < inner else [x - wide - 6]
                places.append([(a, height - up) for up in (11, 22, 33) for a in xs])
            self._label(axes, shelf, places, texts, color=DOSE)

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
            x = inner - sum(0.9 * width_of(text) + 22 for *_, text in shown) + 10
        up = height + 5 + (2.2 if width == "phone" else 2) * LINE
        for shape, colour, text in shown:
            self._mark(self.measure, x + 4, up + 3, shape, colour)
            self._text(self.measure, x + 12, up, text, color=MUTED)
            x += 0.9 * width_of(text) + 22

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
        self._line(axes, *steps(done), "rate", color=DOSE, linewidth=2, zorder=3)
        self._line(axes, *steps(ahead), "ahead", color=DOSE, linewidth=1.2, dashes=(3, 2))
        for x0, y0, x1, y1 in strokes(pieces):
            a, b = x0 * inner / self._length, x1 * inner / self._length
            low, high = sorted((self._y(axes, y0), self._y(axes, y1)))
            shelf.put((a - 1, low - 1, b + 1, high + 1))
        for segment, (a, b, _) in zip(timeline.rates, pieces, strict=True):
            if segment.held:
                self._draw_hold(shelf, a, b)
        self._label_rates(timeline, shelf, pieces, with_pump=ratio is None)
        self._draw_boluses(timeline, shelf)

    def _draw_hold(self, shelf: "Shelf", a: float, b: float) -> None:
        axes = self.infusion
        inner, height = self._points[axes]
        span = axes.axvspan(a, b, facecolor="#eef1f4", edgecolor="#8a94a0", hatch="////")
        span.set(linewidth=0, label="held", zorder=1)
        self._keep(span)
        left, right = a * inner / self._length, b * inner / self._length
        wide = width_of("held") - 2
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
            or drawn_rate(timeline.rates[i]) != drawn_rate(timeline.rates[given[k - 1]])
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
                wide = width_of(text, bold)
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
            ends = (2, inner - width_of(text) - 2, (inner - width_of(text)) / 2)
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
            up = height + 4 + row * LINE
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
            wide = width_of(text, bold)
            low, high = -SIDES + 4, inner + SIDES - 4
            if name == "now" and due is not None and due != now:
                # The due line passes this row: stay on this side of it.
                low, high = (low, self._x(due) - 4) if due > now else (self._x(due) + 4, high)
            x = min(max(self._x(at) - wide / 2, low), high - wide)
            self._text(self.measure, x, up, text, color=colour, weight="bold" if bold else "normal")

    # ---- small parts


def to_svg(timeline: Timeline, width: Width = "desktop") -> str:
    """Draw one timeline as SVG, with a figure of its own.

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
