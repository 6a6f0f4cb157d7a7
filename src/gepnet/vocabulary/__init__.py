"""The patient facts in Python: types, units, precision, absence, selection; the option tree."""

from gepnet.vocabulary.dates import DAYS_PER_MONTH, PartialDate, exact, months_between, parse_date
from gepnet.vocabulary.fact import Fact, ValueProblem
from gepnet.vocabulary.options import OptionTree
from gepnet.vocabulary.units import spelled, unit_words
from gepnet.vocabulary.values import NOT_APPLICABLE, Absent, Interval, Truth, Value, plain
from gepnet.vocabulary.vocabulary import Vocabulary, load_vocabulary

__all__ = [
    "DAYS_PER_MONTH",
    "NOT_APPLICABLE",
    "Absent",
    "Fact",
    "Interval",
    "OptionTree",
    "PartialDate",
    "Truth",
    "Value",
    "ValueProblem",
    "Vocabulary",
    "exact",
    "load_vocabulary",
    "months_between",
    "parse_date",
    "plain",
    "spelled",
    "unit_words",
]
