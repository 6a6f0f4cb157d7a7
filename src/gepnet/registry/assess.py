"""From the events of a registry to facts and statuses, a block of patients at a time.

A block's results are named by everything that they rest on: its events, the knowledge, the days
and the version. What is there already is not computed again, and a run that was cut off at any
moment is taken up by starting it anew: the end is the same bytes.
"""

from __future__ import annotations

import datetime
import hashlib
import io
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from gepnet import __version__
from gepnet.facts.events import AT, EventFacts, complete_column
from gepnet.facts.events.many import Refused
from gepnet.facts.events.schema import PATIENT
from gepnet.facts.files import ProgressionSigns
from gepnet.guidelines import KnowledgeBase
from gepnet.guidelines.cohort import CohortPlan
from gepnet.guidelines.cohort_run import code_table
from gepnet.guidelines.statuses import CODES
from gepnet.knowledge import InputError, refuse, unusable
from gepnet.registry.files import Folder
from gepnet.registry.fitting import SetAside
from gepnet.registry.points import Points, points_of
from gepnet.registry.screen import screen
from gepnet.registry.store import Block, Registry, dumped, parquet

RESULT = "assessment.json"
#: Rows that a question looks at together: fewer cost more time, more cost more memory.
_ROWS_AT_A_TIME = 100_000
_TOLD = 200  # of what was set aside, how many are listed in the whole


@dataclass(frozen=True)
class Asked:
    """What is asked of a registry: on which days of its patients, by which documents."""

    at: datetime.date
    knowledge_date: datetime.date
    points: Points = "day"
    every: bool = False
    plain: bool = True

    def told(self) -> dict[str, Any]:
        """Return the question as plain data."""
        return {
            "at": self.at.isoformat(),
            "knowledge_date": self.knowledge_date.isoformat(),
            "points": self.points,
            "documents": "of every day" if self.every else "in force",
        }


@dataclass
class Assessor:
    """Assesses the blocks of one registry; ``extra`` are files beside the packaged knowledge."""

    base: KnowledgeBase
    registry: Registry
    asked: Asked
    extra: tuple[Path, ...] = ()

    @cached_property
    def facts(self) -> EventFacts:
        """How facts are worked out."""
        named = frozenset(self.base.facts_named)
        base = self.base
        return EventFacts(
            base.knowledge,
            base.criteria,
            named,
            self.registry.columns(),
            max(self.asked.at, datetime.date.today()),
            self.asked.plain,
        )

    @cached_property
    def plan(self) -> CohortPlan:
        """How statuses follow from them."""
        silences = {domain: complete_column(domain) for domain in self.facts.domains}
        day = self.asked.knowledge_date
        every = [document.id for document in self.base.documents] if self.asked.every else None
        return CohortPlan(self.base, self.facts.schema, day, AT, None, silences, every)

    def key(self, block: Block) -> str:
        """Return the name of what comes out of a block: a digest of all that it rests on."""
        told = {
            "block": block.digest,
            "columns": self.registry.columns(),
            "knowledge": self.base.knowledge.digest,
            "version": __version__,
            **self.asked.told(),
        }
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:20]

    def block(self, block: Block, output: Folder) -> dict[str, Any]:
        """Assess a block, unless that is done, and return what is told of it."""
        key = self.key(block)
        note = f"blocks/{block.id}-{key}.json"
        if output.exists(note):
            try:
                told: dict[str, Any] = json.loads(output.read(note))
            except ValueError:
                pass
            else:
                if all(output.exists(part["path"]) for part in told["files"].values()):
                    return told
        told = self._assessed(block, key, output)
        output.write(note, dumped(told))
        return told

    def _assessed(self, block: Block, key: str, output: Folder) -> dict[str, Any]:
        try:
            unread: list[SetAside] = []
            tables = self.registry.tables(block, aside=unread)
        except InputError as error:
            return _unreadable(block, key, error)
        screened = screen(tables, self.base.vocabulary, self.facts.today, unread)
        if "patients" not in screened.tables:
            told = "a table of the patients"
            return _unreadable(block, key, unusable(block.id, told))
        signs = ProgressionSigns.read(self.base.knowledge.measures).signs
        counting = [sign.id for sign in signs if sign.counts]
        points = points_of(screened.tables, self.asked.points, self.asked.at, counting)
        refused: list[Refused] = []
        facts = self.facts.of(screened.tables, points, refused)
        if refused:
            points = points.join(
                facts.select(PATIENT).unique(), on=PATIENT, how="semi", maintain_order="left"
            )
        statuses = self.plan.statuses(facts.lazy()).collect()
        counts = _counts(statuses, self.plan)
        written = {"points": points, "facts": facts, "statuses": statuses.drop(AT)}
        files = {}
        for name, table in written.items():
            data = parquet(table)
            path = f"blocks/{block.id}-{key}-{name}.parquet"
            output.write(path, data)
            files[name] = {"path": path, "sha256": hashlib.sha256(data).hexdigest()}
        aside = [vars(one) for one in screened.aside]
        aside += [vars(_aside(one)) for one in refused]
        return {
            "block": block.id,
            "key": key,
            "patients": block.patients,
            "events": screened.rows,
            "rows": len(facts),
            "rows_aside": screened.rows_aside,
            "patients_aside": len(refused),
            "aside": aside,
            "statuses": counts,
            "files": files,
        }


def _aside(one: Refused) -> SetAside:
    first = one.error.problems[0]
    return SetAside("patients", one.patient, -1, first.field, first.value, str(first))


def _unreadable(block: Block, key: str, error: InputError) -> dict[str, Any]:
    """Return what is told of a block whose files cannot be read: nobody of it is assessed."""
    aside = [
        vars(SetAside(problem.file, "", -1, problem.field, problem.value, problem.expected))
        for problem in error.problems
    ]
    return {
        "block": block.id,
        "key": key,
        "patients": block.patients,
        "events": sum(part.rows for part in block.parts),
        "rows": 0,
        "rows_aside": sum(part.rows for part in block.parts),
        "patients_aside": block.patients,
        "aside": aside,
        "statuses": {},
        "files": {},
    }


def _counts(statuses: pl.DataFrame, plan: CohortPlan) -> dict[str, dict[str, int]]:
    """Count each status of each document over its columns with an option."""
    found: dict[str, Counter[str]] = {}
    known: dict[str, pl.DataFrame] = {}
    for column in plan.cohort.columns:
        total = found.setdefault(column.document.id, Counter())
        source = plan.results[column.name]
        if column.option is None:
            continue
        if source not in known:
            known[source] = statuses[column.name].value_counts()
        for code, count in known[source].iter_rows():
            total[CODES[code].status.value] += count
    return {name: dict(sorted(total.items())) for name, total in found.items() if total}


def finish(assessor: Assessor, output: Folder, told: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Write what the whole came to; only then is the assessment there."""
    blocks = list(told)
    total: dict[str, Counter[str]] = {}
    for block in blocks:
        for document, counts in block["statuses"].items():
            total.setdefault(document, Counter()).update(counts)
    manifest = assessor.registry.manifest
    aside = [{"block": b["block"], **one} for b in blocks for one in b["aside"]]
    numbers = ("patients", "events", "rows", "rows_aside", "patients_aside")
    whole = {
        "gepnet": __version__,
        "registry": manifest.title,
        "synthetic": manifest.synthetic,
        "registry_digest": manifest.digest,
        "knowledge_digest": assessor.base.knowledge.digest,
        **assessor.asked.told(),
        **{name: sum(block[name] for block in blocks) for name in numbers},
        "document_list": [document.id for document in assessor.plan.cohort.documents],
        "codes": code_table(),
        "unknown_facts": assessor.plan.absent,
        "statuses": {name: dict(sorted(total[name].items())) for name in total},
        "aside": aside[:_TOLD],
        "blocks": [{k: b[k] for k in ("block", "key", "rows", "files")} for b in blocks],
    }
    output.write(RESULT, dumped(whole))
    return whole


def assess_blocks(
    assessor: Assessor, output: Folder, progress: Callable[[int], None] | None = None
) -> Iterator[dict[str, Any]]:
    """Assess one block after the other."""
    done = 0
    output.sweep()
    for block in assessor.registry.manifest.blocks:
        yield assessor.block(block, output)
        done += block.patients
        if progress is not None:
            progress(done)


@dataclass(frozen=True)
class OfRegistry:
    """What a result says of the registry that was assessed, and of which day."""

    title: str
    synthetic: bool
    at: str


class Assessed:
    """An assessment that is there: points, facts and statuses, row by row the same."""

    def __init__(self, place: str) -> None:
        """Open it.

        Raises:
            InputError: if there is none.
        """
        self.folder = Folder(place)
        try:
            self.about: dict[str, Any] = json.loads(self.folder.read(RESULT))
        except (FileNotFoundError, NotADirectoryError):
            told = "an assessment, as 'gepnet registry assess' writes"
            raise unusable(place, told) from None

    @property
    def head(self) -> tuple[str, bool, str]:
        """What each result begins with: title, whether it is made up, the day."""
        return self.about["registry"], self.about["synthetic"], self.about["at"]

    def check(self, points: Points, registry: Registry | None = None) -> None:
        """Refuse an assessment on other days of the patients, or one of another registry.

        Raises:
            InputError: in these cases.
        """
        if self.about["points"] != points:
            told = f"an assessment with --points {points}"
            raise refuse("assessment", self.about["points"], told)
        digest = self.about["registry_digest"]
        if registry is not None and registry.manifest.digest != digest:
            told = f"the registry that was assessed (digest {digest[:12]}…)"
            raise refuse("registry", registry.manifest.digest[:12], told)

    def blocks(self, **wanted: Iterable[str] | None) -> Iterator[tuple[pl.DataFrame, ...]]:
        """Yield tables of some blocks at a time, row by row the same patients.

        Args:
            **wanted: by the name of a table, the columns that are read of it; None is all of them.
        """
        columns = {name: None if told is None else list(told) for name, told in wanted.items()}
        for blocks in self._some():
            yield tuple(
                pl.concat([self._table(block, name, told) for block in blocks])
                for name, told in columns.items()
            )

    def _some(self) -> Iterator[list[dict[str, Any]]]:
        """Yield blocks together that are few rows enough to be held at once."""
        some: list[dict[str, Any]] = []
        rows = 0
        for block in self.about["blocks"]:
            if not block["files"]:
                continue
            if some and rows + block["rows"] > _ROWS_AT_A_TIME:
                yield some
                some, rows = [], 0
            some.append(block)
            rows += block["rows"]
        if some:
            yield some

    def schema(self, name: str) -> dict[str, pl.DataType]:
        """Return the columns of a table.

        Raises:
            InputError: if nobody was assessed.
        """
        for block in self.about["blocks"]:
            if block["files"]:
                data = self.folder.read(block["files"][name]["path"])
                return dict(pl.read_parquet_schema(io.BytesIO(data)))
        told = "an assessment of at least one patient"
        raise unusable(self.folder.place, told, value="nobody")

    def table(self, name: str, columns: Iterable[str] | None = None) -> pl.DataFrame:
        """Return one table of all blocks, or some of its columns."""
        wanted = None if columns is None else list(columns)
        found = [
            self._table(block, name, wanted) for block in self.about["blocks"] if block["files"]
        ]
        return pl.concat(found) if found else pl.DataFrame()

    def _table(
        self, block: dict[str, Any], name: str, columns: list[str] | None = None
    ) -> pl.DataFrame:
        path = block["files"][name]["path"]
        try:
            return pl.read_parquet(io.BytesIO(self.folder.read(path)), columns=columns)
        except (FileNotFoundError, pl.exceptions.PolarsError) as error:
            told = "a whole file of the assessment; 'gepnet registry assess' writes it again"
            where = f"{self.folder.place}/{path}"
            raise unusable(where, told, value=str(error)[:80]) from None
