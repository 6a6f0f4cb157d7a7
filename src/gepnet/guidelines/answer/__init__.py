"""The answer: which options have whom behind them, what decides, and what to order."""

from gepnet.guidelines.answer.questions import AskedQuestion, question_for
from gepnet.guidelines.answer.rows import AnswerRow, AnswerRows, Stand, rows_of

__all__ = ["AnswerRow", "AnswerRows", "AskedQuestion", "Stand", "question_for", "rows_of"]
