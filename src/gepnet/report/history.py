"""What a patient has had of an option: of itself, of its class, of the medicines that it contains.

An option that failed once is not marked because a document says so, but because it is on record.
"""

from __future__ import annotations

from collections.abc import Iterator

from gepnet.criteria import facts_of, interpret
from gepnet.facts import Facts
from gepnet.guidelines import KnowledgeBase
from gepnet.vocabulary import PartialDate

#: What a patient has had of an option, by the fact that says so: the phrase for it.
WORDS = {
    "on": "being_given",
    "progressed_on": "progressed_on_it",
    "intolerant_to": "not_tolerated",
    "received": "received",
}
_FAILED = ("progressed_on", "intolerant_to")


class History:
    """What one patient has had, option by option."""

    def __init__(self, facts: Facts, base: KnowledgeBase) -> None:
        """Take what the facts say of any option."""
        self._options, self._base, self._facts = base.options, base, facts
        names = (name for name, fact in facts.items() if fact.value is True)
        families = [base.vocabulary[name] for name in names]
        phrases = base.vocabulary.phrases
        self._said: dict[str, str] = {word: getattr(phrases, name) for word, name in WORDS.items()}
        had: dict[str, set[str]] = {}
        for fact in families:
            word = (fact.family or "").removesuffix("_{therapy}")
            if word in WORDS and fact.subject is not None:
                had.setdefault(fact.subject, set()).add(word)
        self._had = had
        # A fact about a class holds for its members together: what was given is the most exact.
        self._given = [o for o in had if not any(self._below(o, other) for other in had)]

    @property
    def given(self) -> list[str]:
        """What was given, by its most exact names."""
        return list(self._given)

    def of(self, option: str) -> list[str]:
        """Return what was had of an option, in words; a class names its members.

        Where a medicine failed, so is marked what contains it, what it is contained in, and each
        member of a class that failed as a class.
        """
        members = [one for one in self._given if self._below(option, one)]
        own = [f"{self._options[one].label}: {', '.join(self._words(one))}" for one in members]
        if not members:
            own = self._words(option)
        failed = (
            f"{self._options[one].label}: {', '.join(words)}"
            for one in self._related(option)
            if (words := [self._said[word] for word in _FAILED if word in self._had[one]])
        )
        return list(dict.fromkeys((*own, *failed)))

    def failed(self, option: str) -> bool:
        """Whether an option, or what marks it, failed by progression or was not tolerated."""
        told = "; ".join(self.of(option))
        return any(self._said[word] in told for word in _FAILED)

    def on_record(self, option: str) -> PartialDate | None:
        """Return the day of a test that is on record and no older than it may be, else None."""
        done = self._options[option].done
        if done is None:
            return None
        node = self._base.criteria(done)
        known = [self._facts[name] for name in facts_of(node) if self._facts[name].is_known]
        if not interpret(node, self._facts.values) or any(fact.stale for fact in known):
            return None
        return next((fact.date for fact in known if fact.date is not None), None)

    def _words(self, option: str) -> list[str]:
        found = [told for word, told in self._said.items() if word in self._had.get(option, ())]
        received = self._said["received"]
        return found if found == [received] else [told for told in found if told != received]

    def _related(self, option: str) -> Iterator[str]:
        """Yield what was given and shares a medicine with an option, or is its class."""
        covers = self._options.covers
        inside = self._contained(option)
        for one in self._given:
            if self._below(option, one) or one == option:
                continue
            shares = any(covers(part, one) or covers(one, part) for part in inside)
            within = any(covers(part, option) for part in self._contained(one))
            if shares or within or covers(one, option):
                yield one

    def _contained(self, option: str) -> list[str]:
        """Return the medicines that an option, or the class that it belongs to, contains."""
        lineage = self._options.lineage(option)
        return [part for one in lineage for part in self._options[one].contains]

    def _below(self, option: str, other: str) -> bool:
        return option != other and self._options.covers(option, other)
