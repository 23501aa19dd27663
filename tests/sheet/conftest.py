"""What the tests of answers share: an answer that is judged wrong."""

import pytest

from rnn_solutions import check_answer
from rnn_solutions.sheet.answers import usual_mistakes


@pytest.fixture
def judged_wrong():
    """Return a function that gives what is said of a wrong answer."""

    def judged_wrong(question, answer):
        found = check_answer(question, answer)
        assert not found.right
        assert found.message
        assert found.mistake is None or found.mistake in usual_mistakes(question)
        return found

    return judged_wrong
