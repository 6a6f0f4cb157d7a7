"""What was read is not called unread."""

from gepnet import api
from gepnet.guidelines.coverage import check_unread
from gepnet.knowledge.models import NotEncoded

KNOWLEDGE = api.base().knowledge


def test_nothing_that_was_read_is_called_unread() -> None:
    assert list(check_unread(KNOWLEDGE)) == []


def test_an_identifier_that_was_read_cannot_be_left_out_as_unread() -> None:
    first = KNOWLEDGE.documents[0]
    left = tuple(
        NotEncoded(fact_id=name, reason=reason)
        for name, reason in (("X-1", "read nowhere"), ("X-2r", "read nowhere"), ("X-3", "twice"))
    )
    changed = KNOWLEDGE.model_copy(
        update={"documents": (first.model_copy(update={"not_encoded": left}),)}
    )
    assert [one.field for one in check_unread(changed)] == ["not_encoded.X-1"]


def test_an_entry_that_calls_itself_remembered_has_no_badge_of_something_read() -> None:
    document = KNOWLEDGE.documents[0]
    entry = next(one for one in document.recommendations if one.verification == "primary")
    told = ("Remembered, not read: a limit.", "A limit, recalled and not read.", "Read in part.")
    for text, wrong in zip(told, (True, True, False), strict=True):
        changed = entry.model_copy(update={"note": text})
        files = (document.model_copy(update={"recommendations": (changed,)}),)
        problems = list(check_unread(KNOWLEDGE.model_copy(update={"documents": files})))
        assert [one.entry for one in problems if one.field == "note"] == [entry.id] * wrong


def test_an_entry_is_not_read_in_a_source_that_counts_as_unread() -> None:
    document = KNOWLEDGE.documents[0]
    entry = next(one for one in document.recommendations if one.verification == "primary")
    sources = tuple(
        one.model_copy(update={"read": "not_read"}) if one.id == entry.source else one
        for one in KNOWLEDGE.sources
    )
    told = list(check_unread(KNOWLEDGE.model_copy(update={"sources": sources})))
    assert entry.id in [one.entry for one in told]
