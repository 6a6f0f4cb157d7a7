"""The course of radioligand therapy: eligibility, the review of one cycle, the course replayed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

from gepnet.facts import facts_of_record
from gepnet.guidelines import KnowledgeBase
from gepnet.io.completeness import completeness
from gepnet.knowledge import refuse
from gepnet.prrt.context import course_so_far
from gepnet.prrt.course import replay
from gepnet.prrt.eligibility import default_profile, eligibility, report
from gepnet.prrt.protocol import Protocols
from gepnet.prrt.review import review
from gepnet.record import Record
from gepnet.rules import Checklist
from gepnet.tables import plain
from gepnet.vocabulary import PartialDate, Question, parse_date, with_offset

View = dict[str, Any]
_compiled: WeakKeyDictionary[KnowledgeBase, Protocols] = WeakKeyDictionary()


def protocols_of(base: KnowledgeBase) -> Protocols:
    """Return the protocols of a knowledge base, compiled once."""
    if base not in _compiled:
        _compiled[base] = Protocols(base.knowledge, base.criteria)
    return _compiled[base]


def eligibility_view(
    record: Record,
    base: KnowledgeBase,
    profiles: Sequence[str] = (),
    question: Question | None = None,
) -> View:
    """Return who finds the patient eligible: every named profile for itself, by default all.

    Raises:
        InputError: if the date of the question is not one day, or a profile is not known.
    """
    protocols = protocols_of(base)
    chosen = [_profile(protocols, name) for name in profiles or protocols.profiles]
    if question is not None:
        question.day()
    facts = facts_of_record(
        record,
        base.knowledge,
        base.criteria,
        question,
        wanted=protocols.needed,
        only=protocols.needed,
    )
    found = [eligibility(profile, facts, protocols) for profile in chosen]
    return dict(plain(report(found, protocols)))


def review_view(
    record: Record,
    base: KnowledgeBase,
    cycle: int,
    date: str,
    ctcae: str = "5",
    profile: str | None = None,
    course: str | None = None,
    question: Question | None = None,
) -> View:
    """Return what the review of a cycle on a date proposes, and why.

    Args:
        record: the patient.
        base: the knowledge.
        cycle: the number of the cycle that may be given.
        date: a local day, or a date-time with its offset.
        ctcae: edition of the grades shown.
        profile: eligibility profile before cycle 1; by default that of the patient's region.
        course: which course, where the record has several.
        question: its region; the date is that of the cycle.

    Raises:
        InputError: if the cycle cannot be reviewed, or an argument is wrong.
    """
    protocols = protocols_of(base)
    so_far = course_so_far(record, protocols, cycle, _date(date, "date"), course, question=question)
    chosen = (
        default_profile(protocols, so_far.region)
        if profile is None
        else _profile(protocols, profile)
    )
    view: View = plain(review(so_far, chosen, ctcae))
    for entry in (*view["rules"], *view["missing"], *view["ambiguous"]):
        entry["source_title"] = base.sources[entry["source"]].title
    return view


def course_view(
    record: Record,
    base: KnowledgeBase,
    ctcae: str = "5",
    course: str | None = None,
    question: Question | None = None,
) -> View:
    """Return every course of a record, replayed from its events, for the region of a question.

    Beside them stands what the record holds of the product's own minimum data set: item by item.

    Raises:
        InputError: if there is no such course, or the record has none.
    """
    courses = plain(replay(record, protocols_of(base), ctcae, course, question))
    held: View = plain(completeness(record, base.vocabulary, base.knowledge.measures))
    held["not_read"] = [base.sources[name].title for name in held["not_read"]]
    return {"courses": courses, "minimum_data_set": held}


def _profile(protocols: Protocols, name: str) -> Checklist:
    """Return a profile by its id, with or without ``eligibility-`` before it."""
    for known in (name, f"eligibility-{name}"):
        if known in protocols.profiles:
            return protocols.profiles[known]
    short = [known.removeprefix("eligibility-") for known in protocols.profiles]
    raise refuse("profile", repr(name), f"one of {', '.join(short)}", short)


def _date(text: str, field: str) -> PartialDate:
    try:
        day = with_offset(parse_date(text))
    except ValueError as error:
        expected = f"a day such as 2024-05-17, or a date-time with its offset ({error})"
        raise refuse(field, repr(text), expected) from error
    if day.first != day.last:
        raise refuse(field, repr(text), "a day such as 2024-05-17")
    return day
