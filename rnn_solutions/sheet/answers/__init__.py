"""Check your own answer to a question of the sheet: is it right, and if not, which usual mistake is it."""

from rnn_solutions.sheet.answers.checking import check_answer, usual_mistakes
from rnn_solutions.sheet.answers.feedback import Feedback

__all__ = ["Feedback", "check_answer", "usual_mistakes"]
