"""What the pages of a registry show: worked out once, with their pictures as SVG."""

from __future__ import annotations

import atexit
import datetime
import hashlib
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from gepnet.api.registries import assess_registry, synth_registry
from gepnet.charts import registry as pictures
from gepnet.guidelines import KnowledgeBase
from gepnet.knowledge import check_known, need
from gepnet.tables import plain
from gepnet.vocabulary import Question, exact

if TYPE_CHECKING:
    from gepnet.charts import Chart

View = dict[str, Any]
Progress = Callable[[int], None]
#: By what the table of the patients is told apart, and by what the treatments are.
COHORT_BY = ("region", "site_group", "grade", "sex", "stage")
AUDIT_BY = ("line", "option", "centre", "region")
#: Patients of the registry that is made up to try the pages with.
DEMO_PATIENTS = 600
_CHANGES = 10


@dataclass(frozen=True)
class BoardRegistry:
    """A registry that a board asks, and the folder where what is worked out of it is kept.

    Attributes:
        place: folder or URL of the registry.
        folder: of the assessments: of pseudonyms, readable by its owner alone.
        demo: make up a small registry at ``place`` if none is there.
    """

    place: str
    folder: Path
    demo: bool = False

    def made(self, base: KnowledgeBase) -> None:
        """Make up the registry of a demo, if it is not there yet."""
        if self.demo and not (Path(self.place) / "registry.json").exists():
            synth_registry(base, self.place, DEMO_PATIENTS)

    def digest(self) -> str:
        """Return what the registry holds now, as one digest.

        Raises:
            InputError: if there is no registry.
        """
        need("polars")
        from gepnet.registry.store import Registry

        return "demo" if self.demo else Registry.open(self.place).manifest.digest

    def assessed(
        self,
        base: KnowledgeBase,
        question: Question,
        points: Literal["day", "treatments"],
        progress: Progress | None = None,
    ) -> str:
        """Return the assessment of the day, worked out if it is not there; others are taken away.

        Raises:
            InputError: if there is no such registry.
        """
        from gepnet.registry.assess import RESULT

        self.made(base)
        day = question.day() or self.day()
        question = replace(question, at=exact(day))
        state = (self.digest(), base.knowledge.digest, str(day), str(question.knowledge_date))
        name = "-".join((points, *(part[:12] for part in state)))
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for other in self.folder.glob(f"{points}-*"):
            if other.name != name:
                shutil.rmtree(other, ignore_errors=True)
        found = self.folder / name
        if not (found / RESULT).exists():
            assess_registry(base, self.place, str(found), question, points, "polars", progress)
        return str(found)

    def day(self) -> datetime.date:
        """Return the day up to which the registry was kept: that of its last addition, or today."""
        from gepnet.registry.store import Registry

        last = Registry.open(self.place).manifest.history[-1:]
        days = [datetime.date.fromisoformat(one.on) for one in last if one.on]
        return min(datetime.date.today(), *days)

    def patients(self) -> int:
        """Return how many patients there are, 0 before a demo is made up."""
        from gepnet.registry.store import Registry

        if self.demo and not (Path(self.place) / "registry.json").exists():
            return 0
        return Registry.open(self.place).manifest.patients


def board_registry(
    place: str | None, folder: Path | None = None, demo: bool = False
) -> BoardRegistry | None:
    """Return the registry that a board asks; for a demo without one it is made up when asked.

    Args:
        place: folder or URL of the registry.
        folder: of the assessments; by default one in the cache of the user.
        demo: whether the board is one to be tried.

    Raises:
        InputError: if what a registry is asked with is not installed.
    """
    needed = ("polars", "numpy", "matplotlib")
    if place is not None:
        need(*needed)
    elif demo and all(find_spec(name) for name in needed):
        root = Path(tempfile.mkdtemp(prefix="gepnet-registry-"))
        atexit.register(shutil.rmtree, root, ignore_errors=True)
        return BoardRegistry(str(root / "registry"), root / "assessed", True)
    if place is None:
        return None
    from platformdirs import user_cache_path

    own = hashlib.sha256(place.encode()).hexdigest()[:12]
    return BoardRegistry(place, folder or user_cache_path("gepnet") / "board-registry" / own)


def registry_cohort_view(
    base: KnowledgeBase,
    registry: BoardRegistry,
    question: Question,
    by: str | None = None,
    progress: Progress | None = None,
) -> View:
    """Return who is in a registry, by group, and where what is missing, with the map of it.

    Raises:
        InputError: for another grouping than one of ``COHORT_BY``.
    """
    need("polars", "matplotlib")
    from gepnet.registry.assess import Assessed
    from gepnet.registry.characterise import FACTS, characterise

    if by is not None:
        check_known("by", [by], COHORT_BY)
    assessed = registry.assessed(base, question, "day", progress)
    found = characterise(base, Assessed(assessed), by, FACTS)
    lines: dict[tuple[str, str | None], View] = {}
    for row in found.rows:
        fact = base.vocabulary[row.fact]
        value = row.value
        if value is not None and fact.type == "enum":
            value = fact.label_of(value)
        unit = None if row.unit is None or row.unit.startswith("{") else row.unit
        line: View = {"label": row.label, "unit": unit, "value": value, "cells": {}}
        told = lines.setdefault((row.fact, row.value), line)
        told["cells"][row.group] = plain(row)
    gaps: dict[str, dict[str, float | None]] = {}
    for gap in found.gaps:
        gaps.setdefault(base.vocabulary[gap.fact].entry.label, {})[gap.group] = gap.percent
    return {
        **{name: getattr(found, name) for name in ("title", "synthetic", "at", "by", "patients")},
        "groups": [
            ("all", None, found.patients),
            *((name, _group(base, by, name), n) for name, n in found.groups.items()),
        ],
        "lines": list(lines.values()),
        "gaps": gaps,
        "centres": list(dict.fromkeys(gap.group for gap in found.gaps)),
        **_drawn(pictures.gaps_map(found)),
    }


def registry_impact_view(
    base: KnowledgeBase,
    registry: BoardRegistry,
    question: Question,
    before: datetime.date,
    then: datetime.date,
    option: str,
    progress: Progress | None = None,
) -> View:
    """Return who changes of an option between two days of the knowledge, with the greatest flow.

    Raises:
        InputError: for an option that there is not.
    """
    need("polars", "matplotlib")
    from gepnet.registry.assess import Assessed
    from gepnet.registry.impact import Side, impact

    assessed = registry.assessed(base, question, "day", progress)
    found = impact(Assessed(assessed), Side(base, before), Side(base, then), option)
    first = next((one for one in found.changes if one.changed != 0), None)
    drawn = _drawn(None if first is None else pictures.flow_chart(found, first))
    view = plain(found)
    changes = [one for one in view["changes"] if one["changed"] != 0]
    return {
        **view,
        "changes": changes[:_CHANGES],
        "further": max(0, len(changes) - _CHANGES),
        "come": list(
            dict.fromkeys(
                f"{one['what']} {one['name']}" if one["what"] == "label" else one["name"]
                for one in view["changes"]
                if one["changed"] == 0
            )
        ),
        "unchanged": len(found.unchanged),
        "label": base.options[option].label,
        **drawn,
    }


def registry_audit_view(
    base: KnowledgeBase,
    registry: BoardRegistry,
    question: Question,
    by: str = "line",
    progress: Progress | None = None,
) -> View:
    """Return whether each treatment was one that a document of its time supports, with bars.

    Raises:
        InputError: for another grouping than one of ``AUDIT_BY``.
    """
    need("polars", "matplotlib")
    from gepnet.registry.assess import Assessed
    from gepnet.registry.audit import CLASSES, audit

    check_known("by", [by], AUDIT_BY)
    assessed = registry.assessed(base, question, "treatments", progress)
    found = audit(base, Assessed(assessed), by)
    view = plain(found)
    if by == "option":
        for group in view["groups"]:
            known = base.options.get(group["group"])
            group["group"] = group["group"] if known is None else known.label
    return {**view, "classes": CLASSES, **_drawn(pictures.audit_chart(found))}


def registry_options(base: KnowledgeBase) -> list[tuple[str, str]]:
    """Return the treatments that documents hold a position on, with their names."""
    names = dict.fromkeys(name for name, _ in base.rows if base.options[name].kind == "treatment")
    return [(name, base.options[name].label) for name in names]


def _group(base: KnowledgeBase, by: str | None, name: str) -> str:
    """Return a group as people name it."""
    fact = None if by is None else base.vocabulary.get(by)
    return fact.label_of(name) if fact is not None and fact.type == "enum" else name


def _drawn(chart: Chart | None) -> View:
    if chart is None:
        return {"svg": None, "sentence": None}
    from gepnet.charts import file_of

    return {"svg": file_of(chart), "sentence": chart.sentence}
