"""The sheet: panels that line up, and nothing left over from the last drawing."""

from datetime import datetime, timedelta

from dosing.course.plots import TimelineFigure
from dosing.course.timeline import Result, Segment, Timeline

START = datetime(2026, 11, 21, 8)


def course(results, **more):
    return Timeline(
        "argatroban", START, START + timedelta(hours=6), "aPTT", "s",
        results=tuple(Result(START + timedelta(hours=h), v) for h, v in results),
        rates=(Segment(START, None, 0.5, "mcg/kg/min", 2.1),), **more,
    )  # fmt: skip


def test_panels_share_their_left_and_right_ends():
    drawn = TimelineFigure()
    drawn.update(course([(2, 44), (4, 60)], platelets=((START, 60.0),)))
    shown = [a for a in (drawn.measure, drawn.infusion, drawn.platelets) if a.get_visible()]
    ends = {(round(a.get_position().x0, 4), round(a.get_position().x1, 4)) for a in shown}
    assert len(shown) == 3
    assert len(ends) == 1


def test_a_second_drawing_leaves_nothing_of_the_first():
    drawn = TimelineFigure()
    drawn.update(course([(2, 44), (4, 60)]))
    drawn.update(course([(2, 44)]))
    fresh = TimelineFigure()
    fresh.update(course([(2, 44)]))
    assert len(drawn.measure.get_children()) == len(fresh.measure.get_children())
