"""The disagreement atlas: from the knowledge to a folder of pages."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gepnet.guidelines import KnowledgeBase, documents_in_force
from gepnet.knowledge import check_known, need, write_files
from gepnet.vocabulary import Question

if TYPE_CHECKING:
    from gepnet.guidelines.atlas.plan import AtlasPlan, MapPlan

View = dict[str, Any]
Tell = Callable[[str, int, int], None]
#: The parts of an atlas, in the order of its overview.
PARTS = ("disagreements", "distances", "maps")


def write_atlas(
    base: KnowledgeBase,
    folder: Path,
    question: Question,
    parts: Sequence[str] = (),
    maps: Sequence[str] = (),
    rows: int | None = None,
    findings: Sequence[View] | None = None,
    tell: Tell | None = None,
    plan: AtlasPlan | None = None,
) -> View:
    """Write the atlas and return what is in it.

    Args:
        base: the knowledge.
        folder: made if it is not there; pages of the same name are replaced.
        question: its day of the knowledge, and the files that ``base`` was read from.
        parts: some of ``PARTS`` (default: all).
        maps: ids of the maps to draw (default: all).
        rows: size of the sample (default: as the knowledge says).
        findings: disagreements as ``disagreements`` returns them, instead of proving them here.
        plan: sample and maps (default: as the knowledge says).
        tell: called with a stage, what is done of it and how much there is.

    Raises:
        InputError: for an unknown part or map, or if the folder cannot be written.
    """
    parts = parts or PARTS
    need("polars", "matplotlib")
    if "disagreements" in parts and findings is None:
        need("z3")
    from gepnet.guidelines.atlas.plan import atlas_plan
    from gepnet.report.atlas import AtlasPages

    plan = plan or atlas_plan(base)
    chosen = _chosen(plan, parts, maps)
    day = question.knowledge_date
    links = [{"href": f"map-{item.id}.html", "text": item.title} for item in chosen]
    if "distances" in parts:
        links.insert(0, {"href": "distances.html", "text": "Distance by option"})
    pages = AtlasPages(base, plan, day, links)
    pages.about["documents"] = len(documents_in_force(base.documents, day)[0])
    written: dict[str, str] = {}
    lists = distance = None
    summary: View = {"folder": str(folder), "knowledge_date": day.isoformat()}
    if "disagreements" in parts:
        if findings is None:
            from gepnet.api.proving import disagreements

            proved = disagreements(base, question, progress=_stage(tell, "proving disagreements"))
            findings, pages.sample = proved["findings"], proved["sample"]
        lists, own = pages.finding_pages(findings)
        written |= own
        summary["disagreements"] = {g["kind"]: len(g["rows"]) for g in lists["groups"]}
        summary["timed_out"] = lists["timed_out"]
    if "distances" in parts:
        distance, page, counted = _distances(base, plan, pages, day, rows, tell)
        written["distances.html"] = page
        summary["distances"] = counted
    shown = []
    for item in chosen:
        written[f"map-{item.id}.html"] = _map(base, plan, pages, item, day, tell)
        settings = [setting.label for setting in item.settings]
        shown.append({"href": f"map-{item.id}.html", "title": item.title, "settings": settings})
    summary["maps"] = [item.id for item in chosen]
    written["index.html"] = pages.page(
        "atlas_index.html", findings=lists, distance=distance, maps=shown
    )
    write_files({folder / name: text for name, text in written.items()})
    summary["pages"] = len(written)
    return summary


def _chosen(plan: AtlasPlan, parts: Sequence[str], maps: Sequence[str]) -> list[MapPlan]:
    known = [item.id for item in plan.maps]
    check_known("part", parts, PARTS, f"one of {', '.join(PARTS)}")
    check_known("map", maps, known, f"one of {', '.join(known)}")
    if "maps" not in parts:
        return []
    return [item for item in plan.maps if not maps or item.id in maps]


def _distances(
    base: KnowledgeBase,
    plan: AtlasPlan,
    pages: Any,
    day: datetime.date,
    rows: int | None,
    tell: Tell | None,
) -> tuple[View, str, View]:
    from gepnet.guidelines.atlas import complete_sample, distances

    sample = complete_sample(base, rows or plan.sample.rows, plan.sample.seed, day)
    found = distances(base, sample, day, day, _stage(tell, "comparing documents"))
    count = len(found.options())
    page = pages.distances_page(found, _counting(tell, "drawing distances", count))
    summary = {
        "sample": plan.sample.name,
        "rows": found.rows,
        "documents": len(found.documents),
        "pairs": len(found.overall),
        "options": count,
    }
    return pages.distance_view(found), page, summary


def _map(
    base: KnowledgeBase,
    plan: AtlasPlan,
    pages: Any,
    item: MapPlan,
    day: datetime.date,
    tell: Tell | None,
) -> str:
    from gepnet.guidelines.atlas.maps import map_views, patients_of

    asked = _counting(tell, f"asking: {item.title}", patients_of(base, item))
    views = map_views(base, plan, item, day, asked)
    drawn = _counting(tell, f"drawing: {item.title}", pages.maps_drawn(views))
    return str(pages.map_page(views, drawn))


def _stage(tell: Tell | None, name: str) -> Callable[[int, int], None] | None:
    return None if tell is None else lambda done, total: tell(name, done, total)


def _counting(tell: Tell | None, name: str, total: int) -> Callable[[], None] | None:
    if tell is None:
        return None
    done = 0

    def one() -> None:
        nonlocal done
        done += 1
        tell(name, done, total)

    return one
