"""A refusal is an answer with nothing in it but why."""

import pytest

from dosing.interfaces.answers import answers, refusal
from tests.interfaces.judge import wrong


@pytest.mark.parametrize("verb", answers())
def test_a_refusal_of_any_verb_has_its_shape(verb):
    answer = refusal(verb, "Why.", {"seeds": "abc", "inputs": {"inr": "x"}})
    assert wrong(verb, answer) == []
    one = answer[0] if isinstance(answer, list) else answer
    assert one["status"] == "impossible"
    assert one["findings"] == [{"level": "needed", "text": "Why.", "cite": "", "id": "why"}]


def test_what_is_known_all_the_same_is_said_and_what_no_answer_has_is_not():
    answer = refusal("start", "Why.", {"drug": "argatroban", "authority": None, "other": 1})
    assert (answer["drug"], answer["authority"], answer["order"]) == ("argatroban", "", None)
    assert "other" not in answer
