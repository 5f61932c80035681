"""One value in, one value out; a cohort in, a cohort out; nothing is guessed or aligned."""

import time
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest

from dosing.base.vector import as_numbers, by_sex, is_missing, is_series, positive, vectorised


@vectorised
def half(x):
    return x / 2


@vectorised(words=["sex"])
def base(x, sex, *, extra=0.0):
    return x + by_sex(sex, female=1.0, male=2.0) + extra


class Pair(NamedTuple):
    low: object
    word: object


@vectorised
def pair(x):
    return Pair(x - 1, np.where(x > 0, "above", "below"))


@pytest.mark.parametrize("one", [3, 3.0, np.float64(3), np.array(3)])
def test_a_scalar_is_answered_by_a_python_scalar(one):
    assert type(half(one)) is float
    assert half(one) == 1.5


@pytest.mark.parametrize("many", [[2, 4], (2, 4), np.array([2, 4]), np.array([2.0, 4.0])])
def test_an_array_is_answered_by_an_array(many):
    assert isinstance(half(many), np.ndarray)
    assert half(many).tolist() == [1, 2]


@pytest.mark.parametrize("dtype", ["float64", "Float64", "Int64", "object"])
def test_a_series_is_answered_by_a_series_with_its_index(dtype):
    found = half(pd.Series([2, 4], index=["ann", "bob"], dtype=dtype))
    assert found["bob"] == 2
    assert found.name == "half"


@pytest.mark.parametrize("nothing", [None, np.nan, pd.NA, pd.NaT])
def test_missing_in_nan_out(nothing):
    assert is_missing(nothing)
    assert np.isnan(half(nothing))
    assert np.isnan(half([nothing, 1])[0])
    assert np.isnan(half(pd.Series([nothing, 1], dtype=object))[0])
    assert np.isnan(base(1, nothing))


def test_missing_in_a_nullable_series():
    assert half(pd.Series([2, pd.NA], dtype="Int64")).isna().tolist() == [False, True]


def test_an_input_that_is_left_out_is_missing():
    @vectorised
    def total(x, y=None):
        return np.isfinite(y) * x

    assert total(1) == 0
    assert total([1, 2], [3, np.nan]).tolist() == [1, 0]


def test_a_date_is_no_number():
    dates = pd.Series(pd.to_datetime(["2026-11-21"]))
    with pytest.raises(ValueError, match="x: numbers are expected"):
        half(dates)


@pytest.mark.parametrize("text", ["70", ["70", "80"], [70, "80"], pd.Series(["70"])])
def test_text_is_not_read_as_a_number(text):
    with pytest.raises(ValueError, match="x: numbers are expected"):
        half(text)


def test_series_with_different_indexes_are_refused():
    ann, bob = pd.Series([1.0], index=["ann"]), pd.Series(["male"], index=["bob"])
    with pytest.raises(ValueError, match="x and sex have different indexes"):
        base(ann, bob)


def test_a_series_and_an_array_of_another_length_are_refused():
    with pytest.raises(ValueError, match="a Series of 1 patients"):
        base(pd.Series([1.0]), np.array(["male", "female"]))


def test_a_series_meets_a_scalar_and_an_array():
    found = base(pd.Series([1.0, 2.0]), np.array(["female", "male"]), extra=10)
    assert found.tolist() == [12, 14]
    assert base(pd.Series([1.0, 2.0]), "male").tolist() == [3, 4]


def test_a_named_tuple_is_answered_in_kind():
    assert pair(3) == Pair(2.0, "above")
    assert type(pair(3).word) is str
    assert pair([3, -1]).word.tolist() == ["above", "below"]
    assert pair(pd.Series([3.0], index=["ann"])).low["ann"] == 2


def test_the_wrapped_function_keeps_its_name_and_needs_its_inputs():
    assert half.__name__ == "half"
    with pytest.raises(TypeError):
        half()


SEXES = ["female", "male", "female"]


@pytest.mark.parametrize(
    "sex",
    [
        SEXES,
        np.array(SEXES),
        np.array(SEXES, dtype=object),
        np.array([True, False, True]),
        pd.Series(SEXES),
        pd.Series(SEXES, dtype=object),
        pd.Series(SEXES, dtype="string"),
        pd.Series(SEXES, dtype="category"),
        pd.Categorical(SEXES),
    ],
    ids=["list", "str", "object", "mask", "series", "series-object", "string", "category", "cat"],
)
def test_sex_in_every_form(sex):
    assert np.asarray(base(0, sex)).tolist() == [1, 2, 1]


@pytest.mark.parametrize("gap", [None, np.nan, pd.NA, ""])
@pytest.mark.parametrize("dtype", [object, "string", "category"])
def test_a_missing_sex_gives_no_answer(gap, dtype):
    found = base(0, pd.Series(["female", gap, "male"], dtype=dtype))
    assert found.isna().tolist() == [False, True, False]
    assert base(0, np.full(2, np.nan)).shape == (2,)


@pytest.mark.parametrize("word", ["F", "Female", "woman", 1])
def test_an_unknown_sex_is_refused_and_named(word):
    with pytest.raises(ValueError, match="female or male is expected"):
        base(0, word)
    with pytest.raises(ValueError, match="female or male is expected"):
        base(0, np.array(["male", word], dtype=object))


def test_a_million_sexes_are_quick():
    sex = pd.Series(np.where(np.arange(1_000_000) % 2, "female", "male").astype(object))
    begun = time.perf_counter()
    assert base(0, sex).sum() == 1_500_000
    assert time.perf_counter() - begun < 2


def test_positive_keeps_only_what_a_dose_could_follow_from():
    found = positive(np.array([2.0, 0.0, -1.0, np.inf, np.nan]))
    assert found[0] == 2
    assert np.isnan(found[1:]).all()


def test_series_are_known_without_importing_pandas():
    assert is_series(pd.Series([1.0]))
    assert not any(is_series(v) for v in (pd.DataFrame({"a": [1]}), [1], np.ones(1), "a", None))


def test_numbers_keep_their_shape():
    assert as_numbers([[1, None], [3, 4]], "x").shape == (2, 2)
    assert as_numbers(None, "x").shape == ()
