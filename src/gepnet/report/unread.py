"""What is recorded of a patient and used by no document, for a reader."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from gepnet.facts import Facts, FactValue
from gepnet.guidelines import KnowledgeBase, Unread, unread
from gepnet.knowledge.vocabulary_models import FactEntry
from gepnet.report.facts import value_text
from gepnet.tables import Shown, also_shown, view_class


@view_class
class UnreadFact:
    """A recorded fact; ``in_course`` if the review of a PRRT cycle or a profile reads it."""

    fact: Annotated[FactValue, Shown(take="fact:id", flat=True)]
    entry: Annotated[FactEntry, Shown(take="label", flat=True)]
    text: str
    in_course: bool

    @property
    def says(self) -> str:
        """The fact in one line."""
        told = f"{self.entry.label} {self.text}"
        return f"{told} (read in a PRRT course)" if self.in_course else told


@view_class
class UnreadView:
    """What nothing reads of one event."""

    item: Annotated[Unread, Shown(take="event date kind option note", flat=True)]
    facts: list[UnreadFact]
    option_label: Annotated[str | None, Shown(hidden=True)]

    @property
    @also_shown
    def says(self) -> str:
        """All of it in one line."""
        return self._with(fact.says for fact in self.facts)

    @property
    def told(self) -> str:
        """All of it in one line, without a word on what else reads it."""
        return self._with(f"{fact.entry.label} {fact.text}" for fact in self.facts)

    def _with(self, facts: Iterable[str]) -> str:
        parts = [self.option_label, *facts, self.item.note]
        return "; ".join(part for part in parts if part)


def unread_view(facts: Facts, base: KnowledgeBase) -> list[UnreadView]:
    """Return what is recorded and used by no document, event by event, oldest first."""
    return [_view(item, base) for item in unread(base, facts)]


def _view(item: Unread, base: KnowledgeBase) -> UnreadView:
    told = [
        UnreadFact(
            value,
            base.vocabulary[value.fact].entry,
            value_text(value, base),
            value.fact in item.course,
        )
        for value in item.values
    ]
    label = None if item.option is None else base.options[item.option].label
    return UnreadView(item, told, label)
