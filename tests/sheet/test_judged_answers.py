"""check_answer on hundreds of answers, each with what it must come to."""

import pytest
from judged_answers import JUDGED, NAMED, NO_QUESTION, REFUSED, RIGHT, WRONG

from rnn_solutions import check_answer, usual_mistakes

OF_FUNCTIONS = {"raises an error", "not numbers", "not finite", "wrong shape"}
ROWS = [
    pytest.param(question, outcome, answer, id=f"{question}-{outcome}-{number}")
    for question, outcomes in JUDGED.items()
    for outcome, answers in outcomes.items()
    for number, answer in enumerate(answers)
]


def outcome_of(question, answer):
    try:
        found = check_answer(question, answer)
    except ValueError:
        return REFUSED
    return RIGHT if found.right else found.mistake or WRONG


@pytest.mark.parametrize(("question", "outcome", "answer"), ROWS)
def test_an_answer_comes_to_what_it_must(question, outcome, answer):
    assert outcome_of(question, answer) == outcome


def test_there_are_four_hundred_of_them_and_every_usual_mistake_of_what_is_no_function_is_among_them():
    assert len(ROWS) >= 400
    for question in ("2a", "2c", "3b"):
        assert set(usual_mistakes(question)) == JUDGED[question].keys() - {RIGHT, WRONG, REFUSED}
    for question, outcomes in JUDGED.items():
        assert outcomes.keys() - {RIGHT, WRONG, REFUSED} <= {*usual_mistakes(question), *OF_FUNCTIONS}


@pytest.mark.parametrize(("question", "name"), [(q, name) for q, names in NAMED.items() for name in names])
def test_a_question_goes_by_many_names(question, name):
    assert usual_mistakes(name) == usual_mistakes(question)


@pytest.mark.parametrize("name", NO_QUESTION)
def test_what_is_no_question_is_refused(name):
    with pytest.raises(
        ValueError, match=r"^question must be one of '1a', .*, got|^question must be one of .*; got"
    ):
        check_answer(name, None)
