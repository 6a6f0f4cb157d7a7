"""Made-up patients by the thousand, for load tests and demonstrations: never for conclusions.

What they look like is data (``knowledge/measures/sample.yaml``). A draw depends on the seed, the
fact and the row alone, so a row is the same however many there are and however they are streamed.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any

import polars as pl

from gepnet.criteria import Criteria
from gepnet.criteria.columns import absent_column, cells, columns_of, high_column, low_column
from gepnet.criteria.polars import to_polars
from gepnet.facts.frame import column_type, divided
from gepnet.facts.given import Source
from gepnet.measures.columns import as_steps
from gepnet.tables import faults_of_disks
from gepnet.vocabulary import NOT_APPLICABLE, Fact, Value

ROW = "__row"
Spec = Mapping[str, Any]


@dataclass(frozen=True)
class Sampler:
    """Draws the facts that ``wanted`` and their derivations need.

    With ``complete`` nothing is hidden and no number is given as a range.
    """

    criteria: Criteria
    measures: Mapping[str, Any]
    wanted: tuple[str, ...]
    at: datetime.date
    seed: int = 1
    complete: bool = False

    def table(self, rows: int) -> pl.LazyFrame:
        """Return the lazy table: a patient id and the columns of every fact to record."""
        specs = dict(self._specs())
        shown = [self.criteria.vocabulary[name] for name in self._recorded]
        index = pl.DataFrame({ROW: pl.int_range(rows, dtype=pl.UInt64, eager=True)})
        table = index.lazy()
        for name, spec in specs.items():
            table = table.with_columns(**self._true_columns(self.criteria.vocabulary[name], spec))
        hidden = {
            column: expression
            for fact in shown
            for column, expression in self._hidden(fact, specs[fact.id]).items()
        }
        patient = pl.format("sample-{}", ROW).alias("patient")
        words = {fact.id: _words(fact) for fact in shown if fact.type == "enum"}
        return table.select(patient, **hidden).with_columns(**words)

    def write(self, rows: int, path: Path) -> None:
        """Write the table as Parquet, in a stream."""
        about = {"gepnet.sample_seed": str(self.seed), "gepnet.at": self.at.isoformat()}
        table = self.table(rows)
        with faults_of_disks():
            table.sink_parquet(path, compression="zstd", metadata=about, engine="streaming")

    # --- which facts ----------------------------------------------------------------------------

    @cached_property
    def _recorded(self) -> list[str]:
        """The wanted facts that a record gives, and what the others follow from."""
        return Source(self.criteria, self.measures, frozenset(), self.at).recorded(self.wanted)

    def _specs(self) -> Iterator[tuple[str, Spec]]:
        """Yield every fact to draw, those that others depend on first."""
        spec, vocabulary = self.measures["sample"], self.criteria.vocabulary
        listed = {item["fact"]: item for item in spec["facts"] if item["fact"] in vocabulary}
        yield from listed.items()
        patterns = [item["pattern"] for item in spec["families"]]
        families = dict(zip(patterns, spec["families"], strict=True))
        rest = [vocabulary[name] for name in self._recorded if name not in listed]
        members = [fact for fact in rest if fact.family in families]
        received = {f.subject for f in members if f.family and "{therapy}" in f.family}
        for subject in sorted(received, key=self._depth):
            name = f"received_{subject}"
            if name in vocabulary and name not in listed:
                yield name, self._of_family(vocabulary[name], families["received_{therapy}"])
        for fact in sorted(members, key=lambda f: patterns.index(f.family)):
            if fact.family != "received_{therapy}":
                yield fact.id, self._of_family(fact, families[fact.family or ""])
        for fact in rest:
            if fact.family not in families:
                yield fact.id, spec["others"][fact.type]

    def _depth(self, option: str | None) -> tuple[int, str]:
        """Order options so that members come before their class."""
        name = option or ""
        return -len(self.criteria.vocabulary.options.lineage(name)), name

    def _of_family(self, fact: Fact, spec: Spec) -> Spec:
        subject = fact.subject or ""
        cases = [
            {**case, "when": case["when"].replace("{therapy}", subject)} if "when" in case else case
            for case in spec["cases"]
        ]
        if spec.get("from_members"):
            drawn = self._received_members(subject)
            cases = [{"when": " or ".join(drawn), "value": True}, *cases] if drawn else cases
        return {**spec, "cases": cases}

    def _received_members(self, subject: str) -> list[str]:
        listed = {item["fact"] for item in self.measures["sample"]["facts"]}
        options = self.criteria.vocabulary.options
        names = [f"received_{member}" for member in options.members(subject) if member != subject]
        return [name for name in names if name in listed or name in self._recorded]

    # --- one fact -------------------------------------------------------------------------------

    def _uniform(self, key: str) -> pl.Expr:
        """Return a number from 0 up to 1 for each row: SplitMix64 of the row and the key."""
        start = hashlib.sha256(f"{self.seed}/{key}".encode()).digest()[:8]

        def number(value: int) -> pl.Expr:
            return pl.lit(value, dtype=pl.UInt64)

        mixed = pl.col(ROW) * number(0x9E3779B97F4A7C15) + number(int.from_bytes(start, "big"))
        mixed = (mixed ^ (mixed // number(1 << 30))) * number(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed // number(1 << 27))) * number(0x94D049BB133111EB)
        mixed = mixed ^ (mixed // number(1 << 31))
        return (mixed // number(1 << 11)).cast(pl.Float64) * 2.0**-53

    def _true_columns(self, fact: Fact, spec: Spec) -> dict[str, pl.Expr]:
        drawn: dict[str, pl.Expr] = {}
        uniform = self._uniform(fact.id)
        for case in reversed(spec["cases"]):
            columns = self._draw(fact, case, uniform)
            if "when" in case:
                condition = to_polars(self.criteria(case["when"]), self.criteria.vocabulary)
                columns = {
                    name: pl.when(condition).then(value).otherwise(drawn[name])
                    for name, value in columns.items()
                }
            drawn = columns
        return drawn

    def _draw(self, fact: Fact, case: Spec, uniform: pl.Expr) -> dict[str, pl.Expr]:
        if "value" in case:
            raw = case["value"]
            value = NOT_APPLICABLE if raw == "not applicable" else fact.parse(raw)
            return _fixed(fact, value)
        columns = _fixed(fact, None)
        if "chance" in case:
            columns[fact.id] = uniform < float(case["chance"])
        elif "values" in case:
            weights = dict.fromkeys(fact.values, 1) if case["values"] == "any" else case["values"]
            columns[fact.id] = _weighted(fact, weights, uniform)
        elif "date" in case:
            days = _interpolated(case["date"], uniform).floor().cast(pl.Int64)
            columns[fact.id] = (pl.lit(self.at) - pl.duration(days=days)).dt.to_string("%Y-%m-%d")
        else:
            points = case["quantiles"]
            believed = self._believed(fact)
            if points == "any":
                points = list(believed)
            step, places = as_steps(fact.precision)
            steps = (_interpolated(points, uniform) * 10**places / step).round()
            number = divided(steps * step, 10**places).clip(*believed)
            columns |= {low_column(fact): number, high_column(fact): number}
        return columns

    def _believed(self, fact: Fact) -> tuple[float, float]:
        """Return the ends of what is made up of a number: what a reader would not doubt."""
        quantity = self.criteria.vocabulary.plausible.get(fact.family or fact.id)
        assert fact.entry.range is not None
        low, high = fact.entry.range if quantity is None else quantity.bounds()
        return float(low), float(high)

    def _hidden(self, fact: Fact, spec: Spec) -> dict[str, pl.Expr]:
        """Hide what was not recorded, and blur what was recorded as a range."""
        columns = {name: pl.col(name) for name in columns_of(fact)}
        if self.complete:
            return columns
        missing = spec.get("missing", {})
        hide = self._uniform(f"{fact.id}/missing") < float(missing.get("share", 0))
        if "with" in missing:
            share = self.measures["sample"]["groups"][missing["with"]]
            hide = hide | (self._uniform(f"group/{missing['with']}") < float(share))
        if "ranged" in spec and fact.entry.interval:
            columns |= self._ranged(fact, spec["ranged"])
        return {name: pl.when(~hide).then(value) for name, value in columns.items()}

    def _ranged(self, fact: Fact, spec: Spec) -> dict[str, pl.Expr]:
        assert fact.entry.range is not None
        step, places = as_steps(fact.precision)
        least, greatest = (float(Decimal(end) / fact.precision) for end in fact.entry.range)
        is_range = self._uniform(f"{fact.id}/ranged") < float(spec["share"])
        ends = {}
        for name, sign, end in (
            (low_column(fact), -1, least),
            (high_column(fact), 1, greatest),
        ):
            moved = (self._uniform(f"{name}/width") * (spec["steps"] + 1)).floor() * sign
            steps = (pl.col(name) * 10**places / step).round() + moved
            steps = steps.clip(least, None) if sign < 0 else steps.clip(None, end)
            ends[name] = (
                pl.when(is_range).then(divided(steps * step, 10**places)).otherwise(pl.col(name))
            )
        return ends


def _fixed(fact: Fact, value: Value) -> dict[str, pl.Expr]:
    columns = {
        name: pl.lit(cell, dtype=column_type(fact, name))
        for name, cell in cells(fact, value).items()
    }
    absent = absent_column(fact)
    if absent is not None:
        columns[absent] = pl.lit(value is NOT_APPLICABLE)
    return columns


def _words(fact: Fact) -> pl.Expr:
    """Return the words for the sets of values in a column."""
    bits = [cells(fact, fact.parse(value))[fact.id] for value in fact.values]
    kind = pl.Enum(fact.values)
    return pl.col(fact.id).replace_strict(bits, pl.Series(fact.values, dtype=kind))


def _weighted(fact: Fact, weights: Mapping[str, Any], uniform: pl.Expr) -> pl.Expr:
    kind = column_type(fact, fact.id)
    names = [cells(fact, fact.parse(name))[fact.id] for name in weights]
    running = list(accumulate(float(weight) for weight in weights.values()))
    limits = [limit / running[-1] for limit in running]
    chosen = pl.lit(names[-1], dtype=kind)
    for name, limit in reversed(list(zip(names[:-1], limits[:-1], strict=True))):
        chosen = pl.when(uniform < limit).then(pl.lit(name, dtype=kind)).otherwise(chosen)
    return chosen


def _interpolated(points: Iterable[Any], uniform: pl.Expr) -> pl.Expr:
    """Return the value at a probability, straight lines between equally spaced quantiles."""
    values = [float(point) for point in points]
    pieces = len(values) - 1
    place = uniform * pieces
    drawn = pl.lit(values[-1])
    for piece in reversed(range(pieces)):
        left, right = values[piece], values[piece + 1]
        inside = left + (place - piece) * (right - left)
        drawn = pl.when(place < piece + 1).then(inside).otherwise(drawn)
    return drawn
