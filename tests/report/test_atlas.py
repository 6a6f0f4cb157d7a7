"""The disagreement atlas: what its distances and maps say, and its pages in a browser."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from gepnet import api
from gepnet.charts import batch
from gepnet.charts.batch import position_map_svgs
from gepnet.charts.positions import PositionMap
from gepnet.guidelines import Status, assess
from gepnet.guidelines.atlas import complete_sample, distances
from gepnet.guidelines.atlas.maps import map_views
from gepnet.guidelines.atlas.plan import atlas_plan
from gepnet.guidelines.cohort import CohortPlan
from gepnet.guidelines.cohort_views import facts_of_rows
from gepnet.guidelines.status import STATED
from gepnet.knowledge import InputError
from gepnet.report.atlas import file_name
from gepnet.vocabulary import Question
from tests.charts.pictures import CHARTS

if TYPE_CHECKING:
    from playwright.sync_api import Page

DAY = datetime.date(2026, 11, 25)
ASKED = Question(knowledge_date=DAY)
ROWS = 200
FINDING: dict[str, Any] = {
    "id": "opposed~italy-ngt-2022~asco-2023~surveillance~tumour_control",
    "kind": "opposed",
    "documents": ["asco-2023", "italy-ngt-2022"],
    "option": "surveillance",
    "options": ["surveillance"],
    "intent": "tumour_control",
    "positions": {"asco-2023": "option", "italy-ngt-2022": "against"},
    "region": ["primary site is jejunum or ileum", "Ki-67 is at most 2"],
    "criteria": ["primary_site = 'jejunum_ileum'", "ki67_percent <= 2"],
    "witness": {"primary_site": "jejunum_ileum", "ki67_percent": "2", "functioning": False},
    "regions": [
        {
            "words": ["primary site is jejunum or ileum", "Ki-67 is at most 2"],
            "criteria": ["primary_site = 'jejunum_ileum'", "ki67_percent <= 2"],
            "witness": {"primary_site": "jejunum_ileum", "ki67_percent": "2", "functioning": False},
            "recommendations": ["asco-2023/x", "italy-ngt-2022/y"],
            "share": 0.0421,
        }
    ],
    "sources": [
        {
            "document": "asco-2023",
            "recommendation": "x",
            "source": "asco-2023",
            "locator": "table 1",
            "read_in": None,
            "verification": "primary",
            "note": "A <note> of ours & more",
        }
    ],
    "deciding": ["ki67_percent"],
    "claims": [],
    "share": 0.0421,
    "detail": "",
    "about": "",
    "verdict": "found",
}


@pytest.fixture(scope="module")
def base() -> Any:
    return api.base()


@pytest.fixture(scope="module")
def sample(base: Any) -> pl.DataFrame:
    return complete_sample(base, ROWS, 1, DAY).collect()


def test_every_fact_of_the_sample_is_known(sample: pl.DataFrame) -> None:
    """Nothing is hidden: what is empty belongs to a fact that does not apply."""
    assert len(sample) == ROWS
    for name in ("primary_site", "differentiation", "ki67_percent__lo", "sstr_uptake_vs_liver"):
        assert sample[name].null_count() == 0, name
    assert (sample["ki67_percent__lo"] == sample["ki67_percent__hi"]).all()


def test_distances_are_what_assessing_each_patient_gives(base: Any, sample: pl.DataFrame) -> None:
    """The columnar counts against the interpreter, patient by patient."""
    few = sample.head(12)
    found = distances(base, few.lazy(), DAY, DAY)
    plan = CohortPlan(base, dict(few.schema), DAY, DAY)
    both: dict[tuple[str, str, str, str], int] = {}
    differ: dict[tuple[str, str, str, str], int] = {}
    opposed: dict[tuple[str, str, str, str], int] = {}
    apart: dict[tuple[str, str], int] = {}
    comparable: dict[tuple[str, str], int] = {}
    for _, facts in facts_of_rows(plan, few.lazy(), range(len(few))):
        documents = list(assess(base, facts, ASKED).documents.values())
        for i, one in enumerate(documents):
            for other in documents[i + 1 :]:
                pair = (one.document.id, other.document.id)
                any_both = any_apart = False
                for row in base.rows:
                    a, b = one.cells[row].status, other.cells[row].status
                    if a not in STATED or b not in STATED:
                        continue
                    key = (*pair, *row)
                    both[key] = both.get(key, 0) + 1
                    differ[key] = differ.get(key, 0) + (a != b)
                    opposed[key] = opposed.get(key, 0) + (a != b and Status.AGAINST in (a, b))
                    any_both, any_apart = True, any_apart or a != b
                if any_both:
                    comparable[pair] = comparable.get(pair, 0) + 1
                    apart[pair] = apart.get(pair, 0) + any_apart
    counted = {
        (p.first, p.second, p.option, p.intent): (p.patients, p.differing, p.opposed)
        for p in found.by_option
    }
    assert counted == {key: (both[key], differ[key], opposed[key]) for key in both}
    overall = {(p.first, p.second): (p.patients, p.differing) for p in found.overall}
    assert overall == {pair: (comparable[pair], apart[pair]) for pair in comparable}
    assert len(counted) > 10 and any(n for _, n, _ in counted.values())


def test_the_map_of_ki67_finds_the_hole_at_exactly_ten(base: Any) -> None:
    """Figure 4 of ESMO 2020 speaks of under 10 and of above 10; its text has no limit."""
    plan = atlas_plan(base)
    item = next(m for m in plan.maps if m.id == "ki67-by-line")
    (view,) = map_views(base, plan, item.model_copy(update={"settings": item.settings[:1]}), DAY)
    esmo = next(m for m in view.on("lu177_dotatate") if m.document == "esmo-2020")
    bands = [tuple(Decimal(end) for end in band.split("\N{EN DASH}")) for band in view.across]

    def status(line: str, ki67: str) -> str:
        """The status in the band that holds this Ki-67: other documents' limits divide it too."""
        (place,) = [n for n, ends in enumerate(bands) if ends[0] <= Decimal(ki67) <= ends[-1]]
        return esmo.statuses[view.down.index(line)][place]

    second, third = "progression on SSA", "and on everolimus"
    assert "10" in view.across
    # At exactly 10 the text stands alone; above it the figure has everolimus first, from 15 surely.
    assert [status(second, x) for x in ("3", "9.9", "10")] == ["recommended"] * 3
    assert [status(second, x) for x in ("15", "15.1")] == ["text_open", "conflicting"]
    # After everolimus the figure joins the text, which then still has it as an option.
    after = [status(third, x) for x in ("10", "15", "15.1")]
    assert after == ["option", "in_favour", "recommended"]
    numbers = [float(end) for band in view.across for end in band.split("\N{EN DASH}")]
    assert numbers == sorted(numbers) and numbers[0] == 0 and numbers[-1] == 100


@pytest.fixture(scope="module")
def folder(base: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("atlas")
    late = {**FINDING, "id": "opposed~late", "verdict": "timed_out", "regions": [], "share": None}
    plan = atlas_plan(base)
    item = next(m for m in plan.maps if m.id == "sstr-by-grade")
    small = item.model_copy(update={"settings": item.settings[:1]})
    plan = plan.model_copy(update={"maps": (small,), "options": ("ssa", "captem")})
    findings = [FINDING, late]
    summary = api.write_atlas(base, path, ASKED, rows=ROWS, findings=findings, plan=plan)
    assert summary["disagreements"] == {"opposed": 1} and summary["timed_out"] == 1
    assert summary["maps"] == ["sstr-by-grade"]
    assert summary["distances"]["rows"] == ROWS
    return path


def test_every_link_of_the_atlas_leads_to_a_page(folder: Path) -> None:
    pages = {p.name: p.read_text(encoding="utf-8") for p in folder.glob("*.html")}
    assert len(pages) == 5
    for name, text in pages.items():
        links = {link for link in re.findall(r'href="([^"#]+\.html)"', text)}
        assert links <= pages.keys(), name
        assert "<script" not in text
        ids = re.findall(r'\bid="([^"]+)"', text)
        assert len(ids) == len(set(ids)), name


def test_a_disagreement_has_positions_witness_source_and_what_decides(folder: Path) -> None:
    text = (folder / file_name(FINDING["id"])).read_text(encoding="utf-8")
    for said in (
        "One is for it, the other against",
        "ASCO 2023 and Italy NGT 2022 on",
        "Ki-67 is at most 2",
        "4.2 % of the reference sample (made-up patients)",
        "table 1",
        "A &lt;note&gt; of ours &amp; more",
        "<dt>Ki-67 index</dt><dd>2 %</dd>",
    ):
        assert said in text, said
    index = (folder / "index.html").read_text(encoding="utf-8")
    assert "1 search was not finished" in index


def test_the_same_knowledge_gives_the_same_pages(base: Any, tmp_path: Path) -> None:
    for name in ("a", "b"):
        api.write_atlas(base, tmp_path / name, ASKED, ["distances"], rows=30)
    # So few patients make no heat map, and the page says so.
    index = (tmp_path / "a" / "index.html").read_text(encoding="utf-8")
    assert "Fewer than three pairs" in index and "<svg" not in index
    for page in (tmp_path / "a").iterdir():
        assert page.read_bytes() == (tmp_path / "b" / page.name).read_bytes()


def test_wrong_parts_and_maps_are_named(base: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="did you mean 'ki67-by-line'"):
        api.write_atlas(base, tmp_path, ASKED, maps=["ki67-by-lin"])
    with pytest.raises(InputError, match="did you mean 'maps'"):
        api.write_atlas(base, tmp_path, ASKED, parts=["map"])
    assert not list(tmp_path.iterdir())


def test_maps_drawn_by_processes_are_those_drawn_here(monkeypatch: pytest.MonkeyPatch) -> None:
    cells = (("recommended", "silent"), ("against", "not_read"))
    maps = [
        PositionMap(f"D{n}", "option", "x", ("1", "2"), "y", ("a", "b"), cells, legend=False)
        for n in range(3)
    ]
    done: list[None] = []
    here = position_map_svgs(maps, lambda: done.append(None))
    monkeypatch.setattr(batch, "WORTH_A_PROCESS", 2)
    assert position_map_svgs(maps, lambda: done.append(None)) == here
    assert len(done) == 6 and len(set(here)) == 3


@pytest.mark.browser
def test_the_pages_are_readable_by_everyone(page: Page, folder: Path) -> None:
    from axe_playwright_python.sync_playwright import Axe

    for file in sorted(folder.glob("*.html")):
        page.goto(file.as_uri())
        found = Axe().run(page).response["violations"]
        assert not found, (file.name, [(v["id"], v["nodes"][0]["html"][:200]) for v in found])
    page.goto((folder / "index.html").as_uri())
    page.get_by_role("link", name="Uptake on SSTR imaging by grade").first.click()
    assert page.get_by_role("heading", level=1).inner_text() == "Uptake on SSTR imaging by grade"
    assert page.get_by_role("img").count() >= 4
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.browser
def test_charts_on_one_page_are_readable_by_everyone(page: Page, tmp_path: Path) -> None:
    from axe_playwright_python.sync_playwright import Axe

    shown = [CHARTS[kind] for kind in ("spider", "swimmer", "labs", "positions")]
    figures = "".join(f"<figure>{chart.svg()}</figure>" for chart in shown)
    file = tmp_path / "charts.html"
    file.write_text(
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Charts</title></head>'
        f"<body><main><h1>Charts</h1>{figures}</main></body></html>",
        encoding="utf-8",
    )
    page.goto(file.as_uri())
    found = Axe().run(page).response["violations"]
    assert not found, [(v["id"], v["nodes"][0]["html"][:200]) for v in found]
    assert page.get_by_role("img").count() == len(shown)
    for chart in shown:
        assert page.get_by_role("img", name=chart.title, exact=True).count() >= 1
