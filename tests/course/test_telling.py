"""A course as its picture and frame tell it."""

from dosing.course import telling
from tests.course.nights import at, begin, heparin


def test_heparin_is_told_by_anti_xa_with_its_boluses():
    course = heparin()
    course.bolus(6400, at=at(0))
    course.measure(at=at(6), anti_xa_units_ml=0.15)
    told = telling.told(course.book, at(7))
    assert (told.measure_label, told.measure_unit, told.window) == (
        "anti-Xa", "units/mL", (0.3, 0.7),
    )  # fmt: skip
    assert [(b.at, b.amount, b.unit) for b in told.boluses] == [(at(0), 6400, "units")]
    assert [r.position for r in told.results] == ["below"]


def test_nothing_after_the_moment_is_told():
    course = begin()
    course.measure(at=at(4), aptt_s=44, inr=1.2, platelets=90)
    course.follow(at=at(5))
    told = telling.told(course.book, at(3))
    assert (told.results, told.inr, told.platelets, len(told.rates)) == ((), (), (), 1)


def test_a_hold_and_a_bag_are_told_as_they_were():
    course = begin()
    course.hold(at=at(1), reason="procedure")
    course.change(at=at(2), concentration_mg_ml=2)
    course.resume(at=at(3), reason="done")
    told = telling.told(course.book, at(4))
    assert [(s.held, s.pump_ml_h) for s in told.rates] == [(False, 2.1), (True, None), (False, 1.1)]
    assert told.rates[1].end == at(3)


def test_a_frame_across_a_change_of_the_clocks_is_in_utc():
    from dosing.course.times import read_moment, zone_of

    berlin = zone_of("Europe/Berlin")
    course = begin(start=read_moment("2026-10-24 23:00", berlin))
    later = read_moment("2026-10-25 08:00", berlin)
    course.measure(at=later, aptt_s=44)
    times = course.to_frame(later)["time"]
    assert str(times.dt.tz) == "UTC"
    assert (times.iloc[1] - times.iloc[0]).total_seconds() == 10 * 3600
