"""The timeline's picture shows the course's own numbers, reads in grey, and is reproducible."""

import itertools
import subprocess
import sys
from datetime import datetime, timedelta
from xml.etree import ElementTree

import pytest

from dosing.course.plots import MARKS, TimelineFigure, picture, pump_ratio, to_png, to_svg
from dosing.course.timeline import Given, Result, Segment, Timeline
from tests.course.pictures import APPROVED, all_described

START = datetime(2026, 11, 21, 8)
UNIT = "mcg/kg/min"
RATES = (
    Segment(START, START + timedelta(hours=2.5), 0.5, UNIT, 2.1),
    Segment(START + timedelta(hours=2.5), START + timedelta(hours=6.5), 0.75, UNIT, 3.2),
    Segment(START + timedelta(hours=6.5), START + timedelta(hours=8), 0, UNIT, held=True),
    Segment(START + timedelta(hours=8), None, 0.5, UNIT, 2.1),
)
WIDTHS = ("desktop", "phone")


def at(hours):
    return START + timedelta(hours=hours)


def course(now=9.0, **fields):
    given = {
        "results": (
            Result(at(2), 38, "below"),
            Result(at(6), 104, "above"),
            Result(at(8.5), 70, "in"),
        ),
        "window": (46.0, 90.0),
        "rates": RATES,
        "due": at(10.5),
    }
    return Timeline("argatroban", START, at(now), "aPTT", "s", **(given | fields))


def many(count=30):
    values = [35 + (i * 17) % 70 for i in range(count)]
    position = ["below" if v < 46 else "above" if v > 90 else "in" for v in values]
    results = tuple(Result(at(2 + 6 * i), values[i], position[i]) for i in range(count))
    rates = tuple(
        Segment(at(6 * i), at(6 * i + 6) if i < count - 1 else None, 0.5 + 0.25 * (i % 5), UNIT)
        for i in range(count)
    )
    return course(now=6 * count, results=results, rates=rates, due=at(6 * count + 2))


def drawn(timeline, width="desktop"):
    figure = TimelineFigure()
    figure.update(timeline, width)
    return figure


def lines(axes, label):
    return [line for line in axes.lines if line.get_label() == label]


def words(figure):
    texts = [t.get_text() for axes in figure.figure.axes if axes.get_visible() for t in axes.texts]
    return texts + [t.get_text() for t in figure.figure.texts]


def test_the_pictures_are_those_that_were_approved():
    # When a change is meant: look at the pictures, then run python -m tests.course.pictures.
    assert [*all_described()] == APPROVED.read_text("utf-8").splitlines()


def test_each_result_is_marked_where_it_was_and_labelled():
    figure = drawn(course())
    left = figure.measure.get_xlim()
    assert left[0] == 0
    for result in course().results:
        (line,) = lines(figure.measure, result.position)
        assert list(line.get_ydata()) == [result.value]
    assert {"38", "104", "70"} <= set(words(figure))
    (way,) = lines(figure.measure, "course")
    hours = list(way.get_xdata())
    assert [b - a for a, b in itertools.pairwise(hours)] == pytest.approx([4, 2.5])


def test_positions_differ_by_shape_and_not_by_colour_alone():
    assert len({shape for shape, *_ in MARKS.values()}) == len(MARKS)
    figure = drawn(course())
    shapes = {lines(figure.measure, p)[0].get_marker() for p in ("in", "above", "below")}
    assert len(shapes) == 3
    assert {"in target", "above", "below"} <= set(words(figure))


def test_the_target_has_edges_that_read_in_grey():
    figure = drawn(course())
    edges = [line.get_ydata()[0] for line in figure.measure.lines if line.is_dashed()]
    assert edges.count(46.0) == edges.count(90.0) == 1
    (band,) = [p for p in figure.measure.patches if p.get_label() == "target"]
    assert (band.get_y(), band.get_y() + band.get_height()) == (46.0, 90.0)
    assert "aPTT, target 46 to 90 s" in words(figure)


def test_no_target_draws_no_band():
    figure = drawn(course(window=None, results=(Result(at(2), 60),)))
    assert not figure.measure.patches
    assert "aPTT, s" in words(figure)
    assert lines(figure.measure, "no target")


def test_rates_are_steps_and_holds_are_shaded_and_said():
    figure = drawn(course())
    (line,) = lines(figure.infusion, "rate")
    assert list(line.get_ydata()) == [0.5, 0.5, 0.75, 0.75, 0, 0, 0.5, 0.5]
    (hold,) = [p for p in figure.infusion.patches if p.get_label() == "held"]
    assert hold.get_width() == pytest.approx(1.5)
    assert hold.get_hatch()
    said = words(figure)
    assert "held" in said
    assert "0.5 mcg/kg/min" in said
    assert "0.75" in said


def test_the_running_rate_is_labelled_with_its_pump_rate():
    said = words(drawn(course(now=12, due=at(13))))
    assert "0.5, 2.1 mL/h" in said


def test_a_gap_in_the_infusion_is_a_gap_in_the_line():
    rates = (Segment(at(0), at(1), 1, UNIT), Segment(at(3), None, 2, UNIT))
    (line,) = lines(drawn(course(rates=rates)).infusion, "rate")
    assert any(y != y for y in line.get_ydata())


def test_what_is_to_come_is_dashed():
    (line,) = lines(drawn(course()).infusion, "ahead")
    assert line.is_dashed()
    assert list(line.get_ydata()) == [0.5, 0.5]
    assert line.get_xdata()[1] - line.get_xdata()[0] == pytest.approx(1.5)


def test_the_pump_axis_is_proportional():
    figure = drawn(course())
    assert figure.pump.get_visible()
    ratio = figure.pump.get_ylim()[1] / figure.infusion.get_ylim()[1]
    assert ratio == pytest.approx(pump_ratio(RATES))
    assert ratio == pytest.approx(4.2, rel=0.02)


def test_without_one_factor_there_is_no_pump_axis_but_labels():
    rates = (Segment(at(0), at(4), 0.5, UNIT, 2.1), Segment(at(4), None, 0.75, UNIT, 6.3))
    figure = drawn(course(rates=rates))
    assert pump_ratio(rates) is None
    assert not figure.pump.get_visible()
    assert {"0.5 mcg/kg/min, 2.1 mL/h", "0.75, 6.3 mL/h"} <= set(words(figure))


def test_a_pump_rate_that_finds_no_place_is_counted():
    ends = [0, 0.1, 0.2, 0.3, 0.4, None]
    rates = tuple(
        Segment(at(a), None if b is None else at(b), 1 + a, UNIT, 2 + 9 * a)
        for a, b in itertools.pairwise(ends)
        if a is not None
    )
    figure = drawn(course(rates=rates), "phone")
    assert pump_ratio(rates) is None
    shown = sum("mL/h" in text for text in words(figure))
    assert figure.left_out >= len(rates) - shown


def test_due_and_overdue_are_words_and_a_line():
    figure = drawn(course())
    assert "aPTT due 18:30" in words(figure)
    assert lines(figure.measure, "due")[0].is_dashed()
    late = words(drawn(course(now=11)))
    assert "aPTT overdue since 18:30" in late
    assert "now 19:00" in late


def test_platelets_come_with_gate_and_text_and_only_when_given():
    assert not drawn(course()).platelets.get_visible()
    figure = drawn(
        course(
            platelets=((at(-60), 41), (at(1), 62), (at(8), 162)),
            platelet_gate=150,
            gate_text="Warfarin may start: platelets 162, gate at least 150",
            inr=((at(1), 1.1),),
        )
    )
    (gate,) = lines(figure.platelets, "gate")
    assert gate.get_ydata()[0] == 150
    (counts,) = lines(figure.platelets, "platelets")
    assert list(counts.get_ydata()) == [62, 162]
    said = words(figure)
    assert "Warfarin may start: platelets 162, gate at least 150" in said
    assert any("earlier: 41 on 18 Nov" in text for text in said)
    assert list(lines(figure.inr, "inr")[0].get_ydata()) == [1.1]


def test_the_gate_is_data():
    figure = drawn(course(platelets=((at(1), 62),), platelet_gate=100))
    assert lines(figure.platelets, "gate")[0].get_ydata()[0] == 100
    assert "gate 100" in words(figure)
    assert not lines(drawn(course(platelets=((at(1), 62),))).platelets, "gate")


def test_the_forecast_is_drawn_only_when_there_is_one():
    ahead = ((at(9), at(10), at(11)), (60.0, 58.0, 55.0), (70.0, 71.0, 72.0), (80.0, 85.0, 90.0))
    figure = drawn(course(forecast=ahead))
    assert [list(x.get_ydata()) for x in lines(figure.measure, "forecast")] == [
        list(part) for part in ahead[1:]
    ]
    assert not drawn(course()).measure.collections


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_known_says_so_and_draws_no_axes(width):
    figure = drawn(Timeline("argatroban", START, START, "aPTT", "s"), width)
    assert words(figure) == ["Nothing to draw yet: enter a rate or a result."]


def test_a_part_that_is_missing_says_so():
    assert "No aPTT yet" in words(drawn(course(results=())))
    assert "No rate entered" in words(drawn(course(rates=())))


@pytest.mark.parametrize("hours", [0, 2, 5, 24, 72, 24 * 14])
@pytest.mark.parametrize("width", WIDTHS)
def test_clock_times_are_few_enough_to_read_and_dated(hours, width):
    figure = drawn(course(now=hours, results=(), due=None, rates=(Segment(START, None, 1, UNIT),)))
    if width == "phone":
        figure.update(course(now=hours, results=(), due=None, rates=()), width)
    labels = [t.get_text() for t in figure.infusion.get_xticklabels()]
    assert 2 <= len(labels) <= 15
    assert any(text.endswith("Nov") for text in labels)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("timeline", [course(), many(), many(5)], ids=["hold", "thirty", "five"])
def test_labels_do_not_overlap(timeline, width):
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure = drawn(timeline, width)
    renderer = FigureCanvasAgg(figure.figure).get_renderer()
    for axes in (figure.measure, figure.infusion):
        boxes = [(t.get_text(), t.get_window_extent(renderer)) for t in axes.texts]
        for i, (text, box) in enumerate(boxes):
            for other, its in boxes[i + 1 :]:
                apart = (
                    min(box.x1, its.x1) - max(box.x0, its.x0) < 1
                    or min(box.y1, its.y1) - max(box.y0, its.y0) < 3
                )
                assert apart, f"{text!r} over {other!r}"


@pytest.mark.parametrize("width", WIDTHS)
def test_what_is_left_out_is_counted_and_the_latest_is_never_left_out(width):
    figure = drawn(many(), width)
    latest = f"{many().results[-1].value:g}"
    bold = [t.get_text() for t in figure.measure.texts if t.get_weight() == "bold"]
    assert latest in bold
    told = [text for text in words(figure) if text.startswith("Crowded")]
    assert bool(told) == bool(figure.left_out)


def test_one_figure_redraws_as_a_new_one_would():
    figure = TimelineFigure()
    for timeline in (many(), course(), Timeline("x", START, START, "aPTT", "s")):
        figure.svg(timeline)
        figure.svg(timeline, "phone")
    assert figure.svg(course()) == to_svg(course()) == to_svg(course())


def test_svg_is_a_responsive_element_with_real_text():
    drawing = to_svg(course())
    root = ElementTree.fromstring(drawing)
    assert root.get("width") is None
    assert "max-width: 720pt" in (root.get("style") or "")
    assert "aPTT due 18:30" in [node.text for node in root.iter("{http://www.w3.org/2000/svg}text")]
    assert "<style" not in drawing
    assert "<metadata" not in drawing
    assert "DejaVu Sans" in drawing
    assert "sans-serif" in drawing


def test_the_phone_picture_is_narrower_with_type_as_large():
    root = ElementTree.fromstring(to_svg(course(), width="phone"))
    assert float((root.get("viewBox") or "").split()[2]) < 300
    assert {t.get_size() for t in drawn(course(), "phone").measure.texts} == {9.0}


def test_two_pictures_on_a_page_share_no_names_for_different_things():
    wide, narrow = to_svg(course()), to_svg(course(), "phone")
    names = [{part.split('"')[0] for part in d.split(' id="')[1:]} for d in (wide, narrow)]
    assert names[0]
    assert not names[0] & names[1]


def test_png_has_the_size_asked_for():
    data = to_png(course(), dpi=72)
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(data[16:20], "big") == 720
    assert to_png(course(), dpi=72) == data


def test_the_picture_has_its_summary_and_escapes_what_was_typed():
    wild = Timeline('<b>"x"</b> & $y$', START, at(1), "<i>", "s", rates=RATES[:1], due=at(2))
    shown = picture(wild)
    assert shown.startswith(
        '<div role="img" aria-label="&lt;b&gt;&quot;x&quot;&lt;/b&gt; &amp; $y$.'
    )
    assert "<b>" not in shown
    assert "<i>" not in shown
    ElementTree.fromstring(shown)


def test_pyplot_is_never_imported():
    code = (
        "import sys; from datetime import datetime as d;"
        "from dosing.course.timeline import Timeline;"
        "from dosing.course.plots import to_svg; t = d(2026, 1, 1);"
        "to_svg(Timeline('x', t, t, 'a', '', due=t));"
        "assert not {'matplotlib.pyplot', 'pandas'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_value_object_needs_no_matplotlib():
    code = "import sys, dosing.course.timeline; assert 'matplotlib' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_result_off_the_scale_has_an_arrow_and_its_side_in_words():
    at = START + timedelta(hours=4)
    figure = TimelineFigure()
    results = (Result(at, 200, "above", "above"), Result(at + timedelta(hours=4), 20, "below"))
    figure.update(Timeline("argatroban", START, at + timedelta(hours=5), "aPTT", "s", results))
    arrows = [t for t in figure.measure.texts if t.get_label() == "off the scale"]
    assert [arrow.xy[1] for arrow in arrows] == [200]
    said = [t.get_text() for t in figure.measure.texts]
    assert "over 200" in said
    assert "20" in said


def test_boluses_are_marked_where_they_were_given_with_the_amount():
    rates = (Segment(START, None, 18, "units/kg/h", 14.4),)
    given = (Given(START, 6400, "units"), Given(START + timedelta(hours=7), 3200, "units"))
    figure = TimelineFigure()
    figure.update(
        Timeline(
            "heparin", START, START + timedelta(hours=12), "anti-Xa", "units/mL",
            rates=rates, boluses=given,
        )
    )  # fmt: skip
    marks = [line for line in figure.infusion.lines if line.get_label() == "bolus"]
    assert [line.get_xdata()[0] - marks[0].get_xdata()[0] for line in marks] == [0, 7]
    said = [t.get_text() for t in figure.infusion.texts]
    assert any("3,200" in text for text in said)
    assert any("6,400" in text for text in said)
