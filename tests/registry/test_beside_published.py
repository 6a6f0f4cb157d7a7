"""A made-up registry beside published figures: each is counted again from the registry itself."""

import datetime
from pathlib import Path

import polars as pl
import pytest

from gepnet import api
from gepnet.api import Question
from gepnet.registry.recipe import SyntheticRegistry
from gepnet.registry.store import Registry

BASE = api.base()
DAY = datetime.date(2026, 6, 30)


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    folder = tmp_path_factory.mktemp("published")
    registry, assessed = str(folder / "registry"), str(folder / "assessed")
    api.synth_registry(BASE, registry, 300, seed=3)
    question = Question.read(at=DAY.isoformat(), knowledge_date=DAY)
    api.assess_registry(BASE, registry, assessed, question, "treatments")
    return assessed, registry


def test_every_published_figure_has_its_source_and_what_the_registry_has(
    places: tuple[str, str],
) -> None:
    view = api.registry_beside_published(BASE, *places, show_small=True)
    recipe = SyntheticRegistry.read(BASE.knowledge.measures)
    assert [f["id"] for f in view["figures"]] == [p.id for p in recipe.published]
    sources = {source.id for source in BASE.knowledge.sources}
    assert view["synthetic"] and {f["source"] for f in view["figures"]} <= sources
    for figure in view["figures"]:
        if figure["value"] is not None:
            assert figure["difference"] == round(figure["value"] - figure["published"], 1)


def test_response_and_grade_are_those_that_the_events_tell(places: tuple[str, str]) -> None:
    view = api.registry_beside_published(BASE, *places, show_small=True)
    by_id = {figure["id"]: figure for figure in view["figures"]}
    registry = Registry.open(places[1])
    (block,) = registry.manifest.blocks
    table = registry.tables(block)["treatment"]
    responses = table.filter(pl.col("option") == "lu177_dotatate")["best_response"].drop_nulls()
    share = 100 * responses.is_in(["CR", "PR"]).sum() / len(responses)
    told = by_id["erasmus-response"]
    assert (told["treatments"], told["value"]) == (len(responses), round(share, 1))
    assert told["low"] < told["value"] < told["high"]
    grades = by_id["real-lu-g1"]["value"] + by_id["real-lu-g2"]["value"]
    assert grades <= 100


def test_small_groups_are_hidden_and_another_registry_is_refused(
    places: tuple[str, str], tmp_path: Path
) -> None:
    whole = api.registry_beside_published(BASE, *places, show_small=True)
    for one, shown in zip(
        api.registry_beside_published(BASE, *places)["figures"], whole["figures"], strict=True
    ):
        hidden = 0 < shown["treatments"] < 5
        assert (one["treatments"] is None) == hidden
        assert not hidden or one["value"] is None
    other = str(tmp_path / "other")
    api.synth_registry(BASE, other, 5, seed=9)
    with pytest.raises(api.InputError, match="registry"):
        api.registry_beside_published(BASE, places[0], other)


def test_a_published_figure_of_no_group_is_refused() -> None:
    data = dict(BASE.knowledge.measures["registry_synthetic"])
    first = {**data["published"][0], "of": "netter_9"}
    with pytest.raises(api.InputError, match="netter_9"):
        SyntheticRegistry.read({"registry_synthetic": {**data, "published": [first]}})
