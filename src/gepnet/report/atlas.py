"""The disagreement atlas as static pages: nothing is loaded from anywhere, no script runs.

Views are built from what the rooms below computed; a page is a template and a view. The same
knowledge and dates give the same bytes.
"""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import permutations
from typing import Any

from gepnet import __version__
from gepnet.charts import TableTwin
from gepnet.charts.batch import position_map_svgs
from gepnet.charts.heatmap import HeatData, heatmap
from gepnet.charts.positions import PositionMap
from gepnet.charts.style import POSITIONS
from gepnet.guidelines import KnowledgeBase
from gepnet.guidelines.atlas import Distances, MapView, PairDistance
from gepnet.guidelines.atlas.plan import AtlasPlan
from gepnet.report.html import page
from gepnet.report.words import INTENTS
from gepnet.vocabulary import unit_words

View = dict[str, Any]
Pages = dict[str, str]

#: What each kind of finding says, for its heading.
KINDS = {
    "opposed": "One is for it, the other against",
    "contradiction": "One document for and against",
    "possible_contradiction": "For and against in a broad reading of one document",
    "trial_only": "One supports it, the other keeps it to trials",
    "sequence": "Supported in a line in which the other does not yet",
    "condition": "The other asks for something more",
    "ranking": "One prefers another option",
    "off_label": "Supported, but outside the label",
    "unplaced_label": "On label, but no document of the region has a position",
    "ambiguous": "The text leaves it open although everything is known",
    "hole": "A value exactly at a limit that belongs to neither side",
    "dissent": "A minority of the authors",
}
DEFINITION = (
    "Distance is measured on the {name}: {rows} made-up patients. {note} Of the patients of whom "
    "two documents both state one clear position on an option, it is the share on whom these "
    "differ; over all options, the share of comparable patients on whom they differ about at least "
    "one. Under {least} comparable patients no share is shown. It says how often two documents "
    "part on such patients, not which is right, and nothing of how common such patients are."
)


class AtlasPages:
    """Renders the pages of one atlas."""

    def __init__(
        self, base: KnowledgeBase, plan: AtlasPlan, day: datetime.date, links: Sequence[View]
    ) -> None:
        """Keep what every page says of itself; ``links`` is the navigation."""
        self.base, self.plan = base, plan
        self.sample = "made-up patients"
        self.short = {d.id: d.file.document.short for d in base.documents}
        self.about = {
            "version": __version__,
            "digest": base.knowledge.digest,
            "knowledge_date": day.isoformat(),
            "links": list(links),
            "documents": 0,
        }

    def page(self, template: str, **view: Any) -> str:
        """Return one page."""
        words = {"atlas": self, "percent": percent, "kind_words": kind_words}
        return page(template, "atlas.css", about=self.about, looks=POSITIONS, **words, **view)

    def option(self, name: str, intent: str = "tumour_control") -> str:
        """Return an option in words, with its purpose where that is not tumour control."""
        label = self.base.options[name].label if name in self.base.options else name
        purpose = INTENTS.get(intent, "")
        return f"{label}, {purpose}" if purpose else label

    # --- distance -------------------------------------------------------------------------------

    def distance_view(self, found: Distances) -> View:
        """Return the heat map over all options with its twin."""
        title = "Distance between documents, all options"
        return {"definition": self.definition(found), **self._distance(title, found.overall)}

    def _distance(self, title: str, pairs: Sequence[PairDistance]) -> View:
        heat = self._heat(title, pairs)
        return {
            "svg": None if heat is None else heat.svg(),
            "sentence": "" if heat is None else heat.sentence,
            "table": self._pairs(pairs),
        }

    def distances_page(self, found: Distances, progress: Callable[[], None] | None = None) -> str:
        """Return the page with one heat map an option."""
        options = []
        for option, intent in found.options():
            label = self.option(option, intent)
            shown = self._distance(f"Distance on {label}", found.of(option, intent))
            options.append({"id": f"{option}-{intent}", "label": label, **shown})
            if progress is not None:
                progress()
        view = {"definition": self.definition(found)}
        return self.page("atlas_distances.html", distance=view, options=options)

    def definition(self, found: Distances) -> str:
        """Return what distance means here."""
        sample = self.plan.sample
        rows = f"{found.rows:,}"
        return DEFINITION.format(
            name=sample.name, rows=rows, note=sample.note, least=sample.least_patients
        )

    def _heat(self, title: str, pairs: Sequence[PairDistance]) -> Any:
        """Return the heat map of the pairs that can be shown; None if there are under three."""
        least = self.plan.sample.least_patients
        shown = [pair for pair in pairs if pair.patients >= least]
        if len(shown) < 3:
            return None
        ids = [d.id for d in self.base.documents]
        names = sorted({n for p in shown for n in (p.first, p.second)}, key=ids.index)
        place = {name: index for index, name in enumerate(names)}
        shares: list[list[float | None]] = [[None] * len(names) for _ in names]
        weights = [[0] * len(names) for _ in names]
        for pair in pairs:
            for i, j in permutations(place.get(name, -1) for name in (pair.first, pair.second)):
                if min(i, j) < 0:
                    continue
                weights[i][j] = pair.patients
                shares[i][j] = pair.distance if pair.patients >= least else None
        data = HeatData(
            title,
            tuple(self.short[name] for name in names),
            tuple(tuple(row) for row in shares),
            tuple(tuple(row) for row in weights),
            "share of patients on whom the two documents differ",
            "comparable patients",
        )
        return heatmap(data)

    def _pairs(self, pairs: Sequence[PairDistance]) -> TableTwin:
        columns = ("first", "second", "comparable patients", "differ (%)", "opposed (%)")
        ranked = sorted(pairs, key=lambda p: (-(p.distance or 0), -p.patients, p.first, p.second))
        rows = tuple(
            (
                self.short[pair.first],
                self.short[pair.second],
                pair.patients,
                round(100 * pair.differing / pair.patients, 1),
                round(100 * pair.opposed / pair.patients, 1),
            )
            for pair in ranked
        )
        return TableTwin(columns, rows)

    # --- maps -----------------------------------------------------------------------------------

    def map_page(self, views: Sequence[MapView], progress: Callable[[], None] | None = None) -> str:
        """Return the page of one map, every setting on it."""
        wanted = [
            self._position_map(view, shown)
            for view in views
            for option in self.plan.options
            for shown in view.on(option)
        ]
        drawn = iter(zip(wanted, position_map_svgs(wanted, progress), strict=True))
        settings = []
        for view in views:
            options = []
            for option in self.plan.options:
                speaking = view.on(option)
                maps = [next(drawn) for _ in speaking]
                loud = {found.document for found in speaking}
                quiet = [self.short[d] for d in self._documents(view) if d not in loud]
                options.append(
                    {
                        "label": self.option(option, self.plan.intent),
                        "maps": [{"svg": svg} for _, svg in maps],
                        "quiet": quiet,
                        "table": _cells(view, [data for data, _ in maps]),
                    }
                )
            settings.append({"label": view.setting, "options": options})
        plan = views[0].plan
        view_data = {
            "title": plan.title,
            "settings": settings,
            "bands": plan.across.limits is not None,
            "patient": self._patient(),
        }
        return self.page("atlas_map.html", map=view_data)

    def maps_drawn(self, views: Sequence[MapView]) -> int:
        """Return how many pictures the page of a map has."""
        return sum(len(view.on(option)) for view in views for option in self.plan.options)

    def _documents(self, view: MapView) -> list[str]:
        return list(dict.fromkeys(found.document for found in view.documents))

    def _position_map(self, view: MapView, found: Any) -> PositionMap:
        return PositionMap(
            self.short[found.document],
            self.base.options[found.option].label,
            view.plan.across.label,
            view.across,
            view.plan.down.label,
            view.down,
            found.statuses,
            view.setting,
            found.possible,
            legend=False,
        )

    def _patient(self) -> str:
        """Return the patient of the maps in words, as its facts say."""
        vocabulary = self.base.vocabulary
        parts = []
        for event in self.plan.patient["events"]:
            for name, value in event.items():
                fact = vocabulary.get(name)
                if fact is None or value is False:
                    continue
                word = "" if value is True else f" {str(value).replace('_', ' ')}"
                parts.append(f"{fact.entry.label}{word}")
        return "; ".join(parts) + "."

    # --- disagreements --------------------------------------------------------------------------

    def finding_pages(self, findings: Sequence[Mapping[str, Any]]) -> tuple[View, Pages]:
        """Return the lists by kind for the overview and one page a finding, by file name."""
        order = {kind: place for place, kind in enumerate(KINDS)}
        known = [f for f in findings if f["verdict"] != "timed_out"]
        ranked = sorted(
            known,
            key=lambda f: (order.get(f["kind"], len(order)), -(f["share"] or 0), f["id"]),
        )
        names = [file_name(finding["id"]) for finding in ranked]
        pages: Pages = {}
        groups: dict[str, View] = {}
        for index, (finding, name) in enumerate(zip(ranked, names, strict=True)):
            pages[name] = self.page(
                "atlas_finding.html",
                finding=finding,
                before=names[index - 1] if index else "",
                after=names[index + 1] if index + 1 < len(names) else "",
            )
            kind = finding["kind"]
            head = {"kind": kind, "words": kind_words(kind), "href": f"kind-{kind}.html"}
            group = groups.setdefault(kind, {**head, "rows": []})
            group["rows"].append((name, finding))
        for group in groups.values():
            pages[group["href"]] = self.page("atlas_kind.html", group=group)
        lists = {"groups": list(groups.values()), "timed_out": len(findings) - len(known)}
        return lists, pages

    def option_of(self, finding: Mapping[str, Any]) -> str:
        """Return the option that a finding is about, in words."""
        name, intent = finding["option"], finding["intent"] or ""
        return self.option(name, intent) if name else "every option"

    def document(self, name: str) -> str:
        """Return the short name of a document."""
        return self.short.get(name, name)

    def fact(self, name: str) -> str:
        """Return a fact in words."""
        fact = self.base.vocabulary.get(name)
        return name if fact is None else fact.entry.label

    def value(self, name: str, value: Any) -> str:
        """Return a value of a fact in words."""
        fact = self.base.vocabulary.get(name)
        if isinstance(value, bool):
            return "yes" if value else "no"
        labels = {} if fact is None else {v.id: v.label for v in fact.entry.values or ()}
        unit = "" if fact is None or not fact.entry.unit else f" {unit_words(fact.entry.unit)}"
        return labels.get(value) or f"{str(value).replace('_', ' ')}{unit}"


def file_name(finding: str) -> str:
    """Return the file of a finding: readable, and the same for the same finding."""
    words = re.sub(r"[^a-z0-9]+", "-", finding.casefold()).strip("-")
    if len(words) > 80:
        words = f"{words[:70]}-{hashlib.sha256(finding.encode()).hexdigest()[:8]}"
    return f"disagreement-{words}.html"


def kind_words(name: str) -> str:
    """Return what a kind of finding says."""
    return KINDS.get(name, name.replace("_", " ").capitalize())


def percent(share: float | None) -> str:
    """Return a share in percent; nothing where it is not known."""
    if share is None:
        return ""
    return "under 0.1 %" if 0 < share < 0.001 else f"{100 * share:.1f} %"


def _cells(view: MapView, maps: Sequence[PositionMap]) -> TableTwin:
    """Return what every document says in every cell, one row a cell."""
    columns = (view.plan.across.label, view.plan.down.label, *(data.document for data in maps))
    rows = tuple(
        (
            right,
            below,
            *(
                data.statuses[i][j].replace("_", " ")
                + (f" ({data.possible[i][j].replace('_', ' ')})" if data.possible[i][j] else "")
                for data in maps
            ),
        )
        for i, below in enumerate(view.down)
        for j, right in enumerate(view.across)
    )
    return TableTwin(columns, rows)
