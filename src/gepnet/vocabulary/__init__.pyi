"""The patient facts in Python: types, units, precision, absence, selection; the option tree."""

from gepnet.vocabulary.dates import DAYS_PER_MONTH as DAYS_PER_MONTH
from gepnet.vocabulary.dates import PartialDate as PartialDate
from gepnet.vocabulary.dates import days_between as days_between
from gepnet.vocabulary.dates import exact as exact
from gepnet.vocabulary.dates import months_between as months_between
from gepnet.vocabulary.dates import parse_date as parse_date
from gepnet.vocabulary.fact import Fact as Fact
from gepnet.vocabulary.fact import ValueProblem as ValueProblem
from gepnet.vocabulary.fact import bounds_of as bounds_of
from gepnet.vocabulary.options import OptionTree as OptionTree
from gepnet.vocabulary.question import Question as Question
from gepnet.vocabulary.units import UnitReader as UnitReader
from gepnet.vocabulary.units import convert as convert
from gepnet.vocabulary.units import unit_ratio as unit_ratio
from gepnet.vocabulary.units import unit_words as unit_words
from gepnet.vocabulary.values import NOT_APPLICABLE as NOT_APPLICABLE
from gepnet.vocabulary.values import TRUTH_WORDS as TRUTH_WORDS
from gepnet.vocabulary.values import Absent as Absent
from gepnet.vocabulary.values import Interval as Interval
from gepnet.vocabulary.values import Reported as Reported
from gepnet.vocabulary.values import Truth as Truth
from gepnet.vocabulary.values import Value as Value
from gepnet.vocabulary.values import plain as plain
from gepnet.vocabulary.values import told_ends as told_ends
from gepnet.vocabulary.vocabulary import Vocabulary as Vocabulary
from gepnet.vocabulary.vocabulary import load_vocabulary as load_vocabulary
