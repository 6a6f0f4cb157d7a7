"""What ships holds together: mappings and lists of codes say only what the vocabulary has."""

import pytest

from gepnet.io.mapping import check_mapping
from gepnet.io.mapping.cells import CellReaders
from gepnet.io.mapping.model import ColumnMap, TableMap, read_mapping
from gepnet.io.mapping.shipped import SHIPPED, shipped_path
from gepnet.io.mapping.words import code_list, code_lists, words
from gepnet.vocabulary import Accepting, Vocabulary
from gepnet.vocabulary.words import fold


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_mapping_names_only_what_there_is(name: str, vocabulary: Vocabulary) -> None:
    mapping, document = read_mapping(shipped_path(name))
    check_mapping(mapping, document, vocabulary)
    assert mapping.source and mapping.verification


@pytest.mark.parametrize("name", code_lists())
def test_every_meaning_of_a_code_can_be_read(name: str, vocabulary: Vocabulary) -> None:
    readers = CellReaders(vocabulary, Accepting())
    table = TableMap(patient=("id",))
    codes = code_list(name)
    seen: set[str] = set()
    for code in codes.codes:
        for of in code.of:
            assert codes.normal(of) not in seen, of
            seen.add(codes.normal(of))
            assert codes.find(of) == code
        for to, value in code.means.items():
            kind, _, field = to.partition(".")
            assert field in vocabulary.of_event(kind), to
            said = ";".join(value) if isinstance(value, list) else str(value).lower()
            said = said if isinstance(value, bool | list) else str(value)
            column = ColumnMap(column=("c",), to=(to,))
            assert readers.reader(table, column, kind, field)(said, "") is not None


def test_the_words_name_events_and_fields_that_there_are(vocabulary: Vocabulary) -> None:
    assert set(words().events) <= set(vocabulary.event_kinds())
    for to in words().days_of:
        kind, _, field = to.partition(".")
        assert field in ("date", "as_of") or field in vocabulary.of_event(kind), to


def test_no_word_means_that_nothing_is_known_and_something(vocabulary: Vocabulary) -> None:
    """A missing code is read first: it must not hide what a word means."""
    silent = {fold(word) for word in words().missing} - {""}
    for subject in vocabulary.words.subjects:
        meanings = vocabulary.words.of(subject)
        known = {word for word in silent if word in meanings.called} - {"unknown", "unbekannt"}
        # A grade or a marker that was "not done" or "unknown" is none.
        known -= {"nd", "notdone", "notevaluable", "notapplicable", "na", "nn", "notstated"}
        assert known == set(), (subject, known)
