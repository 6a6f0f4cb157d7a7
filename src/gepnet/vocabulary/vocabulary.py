"""The vocabulary: every fact that criteria may name, families included."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cached_property

from gepnet.knowledge.load import load_knowledge
from gepnet.knowledge.models import Knowledge
from gepnet.knowledge.phrases import Phrases
from gepnet.knowledge.problems import nearest
from gepnet.knowledge.vocabulary_models import EnumValue, FactEntry, FactFamily
from gepnet.vocabulary.fact import Fact
from gepnet.vocabulary.options import OptionTree
from gepnet.vocabulary.plausible import LimitOfNormal, Plausible
from gepnet.vocabulary.reports import Implied, Reports
from gepnet.vocabulary.units import UnitReader
from gepnet.vocabulary.values import Interval
from gepnet.vocabulary.words import Words


class Vocabulary(Mapping[str, Fact]):
    """Facts by id, in the order of the files; families come after, one fact for each subject."""

    def __init__(self, knowledge: Knowledge) -> None:
        """Expand the families over the option tree and the metastatic sites."""
        self.options = OptionTree(knowledge.options)
        self.sites = knowledge.sites
        self._measures = knowledge.measures
        #: How what joins facts into sentences is said.
        self.phrases = Phrases.read(knowledge.measures)
        self._units = UnitReader(knowledge.measures)
        self._facts = {entry.id: self._fact(entry) for entry in knowledge.facts}
        self._families = knowledge.families
        for family in knowledge.families:
            for fact in self._expand(family):
                self._facts.setdefault(fact.id, fact)
        self._order = {name: index for index, name in enumerate(self._facts)}

    # Two vocabularies are the same only if they are one object; comparing content helps nobody.
    __eq__ = object.__eq__
    __hash__ = object.__hash__

    def __getitem__(self, name: str) -> Fact:
        """Return the fact named ``name``."""
        return self._facts[name]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the ids in vocabulary order."""
        return iter(self._facts)

    def __len__(self) -> int:
        """Return the number of facts."""
        return len(self._facts)

    @cached_property
    def dated(self) -> frozenset[str]:
        """The facts that are dates."""
        return frozenset(name for name, fact in self._facts.items() if fact.type == "date")

    @cached_property
    def plausible(self) -> Plausible:
        """What quantities are believed to be without a question."""
        return Plausible(self._measures)

    @cached_property
    def words(self) -> Words:
        """What people write for facts, values and options."""
        return Words(self._measures, self._facts, self.options)

    def doubt(
        self,
        fact: Fact,
        value: Interval,
        written: object,
        limit: LimitOfNormal | None = None,
    ) -> str | None:
        """Return what would be believed instead of the value of a fact, or None; see there."""
        name, step = fact.family or fact.id, fact.entry.precision or Decimal(0)
        return self.plausible.doubt(name, value, written, fact.entry.unit, step, limit)

    def slip(self, fact: Fact, raw: object) -> str:
        """Return the unit that would make a plausible value of what a fact cannot be, in words."""
        written = raw.get("value") if isinstance(raw, Mapping) else raw
        return self.plausible.slip(fact.family or fact.id, written, fact.entry.unit)

    @cached_property
    def whole_kinds(self) -> frozenset[str]:
        """The kinds of report that stand for more than their values.

        Of some the latest counts as a whole, of some a fact asks whether there was one, or when.
        """
        asked = (
            kind
            for fact in self.base_facts()
            if fact.entry.function is not None
            for kind in fact.entry.inputs
        )
        as_one = Reports.read(self._measures).read_as_one
        return frozenset(kind for kind in (*asked, *as_one) if kind in self._by_kind)

    @cached_property
    def implied(self) -> Mapping[str, tuple[Implied, ...]]:
        """What an event says of other facts, by the fact that it gives."""
        found: dict[str, tuple[Implied, ...]] = {}
        for one in Reports.read(self._measures).implies:
            if all(name in self for name in (one.fact, *one.beside, *one.says)):
                found[one.fact] = (*found.get(one.fact, ()), one)
        return found

    @property
    def families(self) -> tuple[FactFamily, ...]:
        """The families as written."""
        return self._families

    def order(self, name: str) -> int:
        """Return the place of a fact in the vocabulary."""
        return self._order[name]

    def nearest(self, name: str) -> str | None:
        """Return the fact spelled most like ``name``."""
        return nearest(name, self._facts)

    def base_facts(self) -> list[Fact]:
        """Return the facts that are no member of a family."""
        return [fact for fact in self._facts.values() if fact.family is None]

    @cached_property
    def upper_limits(self) -> Mapping[str, str]:
        """The fact that is the upper limit of normal of each laboratory value that has one."""
        entries = (fact.entry for fact in self.base_facts() if fact.entry.function == _TIMES_LIMIT)
        return {entry.inputs[0]: entry.inputs[1] for entry in entries}

    def of_event(self, kind: str) -> dict[str, Fact]:
        """Return the facts that events of ``kind`` carry."""
        return self._by_kind.get(kind, {})

    def event_kinds(self) -> tuple[str, ...]:
        """Return the event kinds that carry facts."""
        return tuple(self._by_kind)

    @cached_property
    def _by_kind(self) -> dict[str, dict[str, Fact]]:
        """The facts of each kind of event: asked once an event, of thousands of facts."""
        found: dict[str, dict[str, Fact]] = {}
        for name, fact in self._facts.items():
            if fact.entry.event:
                found.setdefault(fact.entry.event, {})[name] = fact
        return found

    def _expand(self, family: FactFamily) -> Iterator[Fact]:
        if family.over == "sites":
            subjects = [(site.id, _label(site)) for site in self.sites]
        else:
            subjects = [
                (option.id, option.label)
                for option in self.options.values()
                if option.kind != "follow_up"
            ]
        slot = "{site}" if family.over == "sites" else "{therapy}"
        shape = {name: getattr(family, name) for name in _SHARED}
        for name, label in subjects:
            entry = FactEntry.model_construct(
                **shape,
                id=family.pattern.replace(slot, name),
                label=family.label.replace(slot, label),
                definition=family.definition.replace(slot, label),
            )
            yield self._fact(entry, family.pattern, name)

    def _fact(
        self, entry: FactEntry, family: str | None = None, subject: str | None = None
    ) -> Fact:
        return Fact(entry, family, subject, self._units, self.phrases)


# The function of facts that say how many times the upper limit of normal a value is.
_TIMES_LIMIT = "times_uln"
_SHARED = FactFamily.model_fields.keys() - {"pattern", "over", "label", "definition"}


def _label(value: EnumValue) -> str:
    return value.label or value.id.replace("_", " ")


_loaded: dict[str, Vocabulary] = {}


def load_vocabulary(knowledge: Knowledge | None = None) -> Vocabulary:
    """Return the vocabulary of ``knowledge``, by default of the packaged one."""
    chosen = load_knowledge() if knowledge is None else knowledge
    if chosen.digest not in _loaded or not chosen.digest:
        _loaded[chosen.digest] = Vocabulary(chosen)
    return _loaded[chosen.digest]
