"""Facts and criteria over the facts of a registry, recorded or worked out alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

from gepnet.criteria import Node, facts_of
from gepnet.criteria.ast import IsKnown
from gepnet.criteria.columns import from_bits, high_column, low_column
from gepnet.facts.events import AT
from gepnet.facts.events.schema import PATIENT
from gepnet.facts.frame import PolarsAlgebra
from gepnet.facts.given import Source
from gepnet.facts.table import ROW, Reader
from gepnet.facts.wide import WidePlan
from gepnet.guidelines import KnowledgeBase
from gepnet.knowledge import check_known
from gepnet.vocabulary import Fact, Several

_COMPLETE = "__complete_"


class FactColumns:
    """Works out some facts and the truth of some criteria, for tables of one schema."""

    def __init__(
        self,
        base: KnowledgeBase,
        schema: Mapping[str, pl.DataType],
        facts: Iterable[str] = (),
        criteria: Mapping[str, str | Node] | None = None,
    ) -> None:
        """Lay out what has to be computed.

        Raises:
            InputError: for a fact that there is not, or a criterion that cannot be read.
        """
        vocabulary = base.vocabulary
        names = tuple(dict.fromkeys(facts))
        check_known("fact", names, list(vocabulary))
        self.facts = [vocabulary[name] for name in names]
        self.nodes = {
            name: base.criteria(node) if isinstance(node, str) else node
            for name, node in (criteria or {}).items()
        }
        nodes = [*(IsKnown(name) for name in names), *self.nodes.values()]
        silences = silences_in(schema)
        beside = {*silences.values(), AT}
        measures = base.knowledge.measures
        named = dict.fromkeys(name for node in nodes for name in facts_of(node))
        needed = Source(base.criteria, measures, frozenset(), AT).needed(named)
        read = [vocabulary[name] for name in needed]
        read = [f for f in read if low_column(f) in schema and high_column(f) in schema]
        self.reader = Reader(read, {ROW: pl.UInt32(), **schema}, [ROW, PATIENT, *sorted(beside)])
        given = frozenset(self.reader.given | beside)
        source = Source(base.criteria, measures, given, AT, silences)
        self.plan = WidePlan(source, PolarsAlgebra(vocabulary), nodes)

    @property
    def reads(self) -> list[str]:
        """The columns of a table that are looked at: no others have to be read."""
        return [name for name in (*self.reader.kept, *self.reader.sources) if name != ROW]

    def of(self, table: pl.DataFrame) -> pl.DataFrame:
        """Return patient and day, the facts (words, truths, bounds) and the truths of criteria."""
        rows, _ = self.reader.read(table.with_row_index(ROW))
        frame = rows.lazy()
        for stage in self.plan.stages:
            frame = frame.with_columns(**stage)
        truths = {name: self.plan.truth(node) for name, node in self.nodes.items()}
        columns = dict.fromkeys(c for f in self.facts for c in (low_column(f), high_column(f)))
        found = frame.select(PATIENT, AT, *columns, **truths).collect()
        return found.with_columns(
            **{f.id: _words(f, found[f.id]) for f in self.facts if f.type == "enum"}
        )


def _words(fact: Fact, bits: pl.Series) -> pl.Series:
    """Return bits as a word; as several with a semicolon between them."""
    known = bits.unique().drop_nulls()
    words = []
    for one in known.to_list():
        value = from_bits(fact, one)
        words.append(";".join(value.values) if isinstance(value, Several) else value)
    kind = pl.String()
    return bits.replace_strict(known, pl.Series(words, dtype=kind), default=None, return_dtype=kind)


def silences_in(schema: Iterable[str]) -> dict[str, str]:
    """Return the columns that say of which domains the silence of a record means no."""
    return {n.removeprefix(_COMPLETE): n for n in schema if n.startswith(_COMPLETE)}


def middle(fact: Fact) -> pl.Expr:
    """Return a number, or the middle of its range."""
    return (pl.col(low_column(fact)) + pl.col(high_column(fact))) / 2
