"""Results in a course: what may be logged, what they say, and the step that follows."""

import pytest

from dosing.course import results
from dosing.knowledge.library import load
from tests.course.nights import at, begin, heparin

SEEDS = load()


def test_what_a_log_takes_comes_from_the_registry():
    labels = {SEEDS.quantities[q].label for q in SEEDS.logged.values()}
    assert {"aPTT", "Platelet count", "INR", "Hemoglobin"} <= labels
    assert "Body weight" not in labels


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"aptt_s": "44,5"}, {"aptt_s": 44.5}),
        ({"aptt_s": 44, "inr": ""}, {"aptt_s": 44.0}),
        ({"platelets_per_ul": 60_000}, {"platelets_per_ul": 60_000.0}),
    ],
)
def test_results_are_kept_as_numbers_under_their_names(given, kept):
    assert results.read(SEEDS, given) == kept


def test_a_result_is_read_in_the_unit_that_is_asked():
    found = results.reading(SEEDS, {"platelets_per_ul": 60_000.0}, "platelets")
    assert (found.value, found.side) == (60, "")
    assert results.reading(SEEDS, {"inr": 2.0}, "platelets") is None
    assert results.reading_of_inputs(SEEDS, {"platelets": None}, "platelets") is None
    assert results.reading_of_inputs(SEEDS, {"platelets": "60"}, "platelets") == 60


@pytest.mark.parametrize("protocol", SEEDS.protocols.values(), ids=[*SEEDS.protocols])
def test_each_protocol_is_steered_by_what_a_log_takes(protocol):
    assert results.measured_name(protocol) in SEEDS.logged


def test_the_range_sought_is_the_protocols_or_by_the_baseline():
    book = begin().book
    assert results.window(book, book.standing(at(0))) == (48, 96)
    book = begin("argatroban-ummc-2008-critical").book
    assert results.window(book, book.standing(at(0))) == (46, 90)
    book = heparin().book
    assert results.window(book, book.standing(at(0))) == (0.3, 0.7)


def test_the_highest_counts_of_late():
    course = begin(platelets=200)
    for hours, count, hemoglobin in ((10, 150, 12), (40, 90, 10), (80, 80, 9)):
        course.measure(at=at(hours), platelets=count, hemoglobin_g_dl=hemoglobin)
    found = [results.highest(course.book, at(h)) for h in (60, 80, 83)]
    assert [f["platelets_highest_72h"] for f in found] == [200, 150, 90]
    assert results.highest(course.book, at(41))["hemoglobin_highest_24h_g_dl"] == 10


def test_the_result_before_counts_only_when_it_had_been_acted_on():
    course = begin("argatroban-ummc-2008-critical")
    course.measure(at=at(4), aptt_s=95)
    told = results._before(course.book, course.facts[1])
    assert "aptt_before_s" not in told
    course.measure(at=at(5), aptt_s=96)
    assert "aptt_before_s" not in results._before(course.book, course.facts[2])
    course.follow(at=at(5))
    course.measure(at=at(8), aptt_s=97)
    assert results._before(course.book, course.facts[-1])["aptt_before_s"] == 96


def test_the_next_sample_is_reckoned_from_the_draw_and_the_hold():
    course = begin("argatroban-ummc-2008-critical")
    step = course.measure(at=at(4), aptt_s=95)
    assert results.next_sample(step, at(4)) == at(4.5 + step.recheck_h)


def test_a_sample_drawn_during_a_hold_that_is_over_raises_nothing():
    course = begin()
    course.measure(at=at(4), aptt_s=110)
    course.follow(at=at(4))
    course.resume(at=at(7), reason="limb at risk", confirm=True)
    step = course.measure(at=at(6), received_at=at(7.5), now=at(7.5), aptt_s=60)
    assert (step.action, step.rate, step.pump_ml_h) == ("continue", 0.25, 1.1)


@pytest.mark.parametrize(
    ("typed", "value", "side"),
    [(">200", 200, "above"), ("<20", 20, "below"), ("no clot", 1000, "above")],
)
def test_a_result_off_the_scale_is_kept_as_typed_with_its_side(typed, value, side):
    kept = results.read(SEEDS, {"aptt_s": f" {typed} "})
    assert kept == {"aptt_s": typed}
    found = results.reading(SEEDS, kept, "aptt_s")
    assert (found.value, found.side) == (value, side)


def test_a_result_off_the_scale_holds_or_stops():
    course = begin()
    assert course.measure(at=at(4), aptt_s=">200").action == "hold"
    assert course.timeline(at(4)).results[0].side == "above"
    assert "more than 200 s" in course.to_frame(at(4))["meaning"].iloc[1]
