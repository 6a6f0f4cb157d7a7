"""Every source that the data of this subject cites stands in the bibliography."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from gepnet.knowledge import load_knowledge
from gepnet.response.fit import Spec
from gepnet.response.midtreatment import Evidence
from gepnet.response.scores import Scores
from gepnet.response.toxicity import CountingSpec

KNOWLEDGE = load_knowledge()
READ = {
    "further_response_model": Spec.read,
    "midtreatment": Evidence.read,
    "scores": Scores.read,
    "adverse_events": CountingSpec.read,
}


def cited(data: Any) -> Iterator[str]:
    if isinstance(data, dict):
        for key, value in data.items():
            if key in ("source", "read_in", "predictors_source") and value is not None:
                yield value
            else:
                yield from cited(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from cited(value)


@pytest.mark.parametrize("stem", READ)
def test_sources_are_known_and_the_file_is_as_it_should_be(stem: str) -> None:
    READ[stem](KNOWLEDGE.measures)
    named = set(cited(KNOWLEDGE.measures[stem]))
    assert named
    assert named <= {source.id for source in KNOWLEDGE.sources}
