"""Files as they come: odd encodings, doubled keys, dates, units and words of every kind.

Each is read, or refused with its line and what was expected; none is read in part and none crashes.
"""

import datetime
from pathlib import Path

import pytest

from gepnet.knowledge import InputError
from gepnet.record import Record, read_record
from gepnet.vocabulary import Vocabulary, load_vocabulary

FILES = Path(__file__).parent / "hostile"
TODAY = datetime.date(2026, 6, 1)
# Each file with the lines of its faults and a part of what is said of each, in order; none if the
# file is read.
EXPECTED: dict[str, list[tuple[int | None, str]]] = {
    "after_asof": [],
    "anchor1": [],
    "beforebirth": [(7, "a date after the birth (1960-01-01)"), (8, "a date after the birth")],
    "billion": [(9, "at most 10000 values repeated by aliases")],
    "bom": [],
    "crlf": [],
    "dates": [(line, "a date such as") for line in range(6, 15) if line != 11],
    "death": [(6, "an event of kind 'death' with this date")],
    "dupkey": [(6, "each key once in a mapping")],
    "dupkey2": [(5, "each key once"), (7, "each key once")],
    "empty": [(None, "a patient file")],
    "future": [(6, "a date not after 2026-06-01")],
    "ki67": [(14, "as a fraction would be 5 %"), (15, "the lower bound first")],
    "latin1": [(5, "no UTF-8 text")],
    "list": [(1, "a patient file")],
    "mci": [(4, "200 mCi would be 7.4 GBq"), (5, "7400 MBq"), (6, "74 mCi")],
    "ps": [],
    "silentunit": [
        (6, "3.8 g/dL would be 38 g/L"), (6, "1.2 mg/dL"), (6, "10 mg/dL"), (6, "95 mg/dL"),
        (6, "12.4 g/dL"),
    ],
    "str": [(1, "a patient file")],
    "tabs": [(6, "valid YAML")],
    "twodocs": [(6, "another document")],
    "units": [
        (8, "may be 'Mg/dL' or 'mg/dL'"), (10, "0.9 mg/dL would be 79.6"),
        (11, "12.4 g/dL would be 124"), (12, "0.9 mg/dL would be 79.6"), (13, "210000 /uL"),
        (14, "1.2 mg/dL"), (15, "3.8 g/dL"),
    ],
    "utf16": [(1, "no UTF-8 text")],
    "words": [(10, "one of positive, negative, heterogeneous"), (13, "octreotide_short_acting")],
}  # fmt: skip


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return load_vocabulary()


def read(name: str, vocabulary: Vocabulary) -> Record:
    return read_record(FILES / f"{name}.yaml", vocabulary, TODAY)


def test_every_hostile_file_has_an_expectation() -> None:
    assert {path.stem for path in FILES.iterdir()} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_a_hostile_file_is_read_or_told_with_its_line(name: str, vocabulary: Vocabulary) -> None:
    if not EXPECTED[name]:
        assert read(name, vocabulary).patient == "c"
        return
    with pytest.raises(InputError) as caught:
        read(name, vocabulary)
    found = caught.value.problems
    assert [problem.line for problem in found] == [line for line, _ in EXPECTED[name]]
    for problem, (_, said) in zip(found, EXPECTED[name], strict=True):
        assert said in str(problem)


def test_a_site_in_another_word_is_read_and_told(vocabulary: Vocabulary) -> None:
    record = read("ps", vocabulary)
    found = vocabulary["primary_site"].parse("colon_unspecified")
    assert record.events[0].values == {"primary_site": found}
    assert record.readings == ("e1, primary_site: colon read as colon_unspecified",)
