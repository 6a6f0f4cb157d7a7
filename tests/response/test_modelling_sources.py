"""Every source that the data of this subject cites stands in the bibliography."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from gepnet.knowledge import load_knowledge
from gepnet.response.fit import model_spec
from gepnet.response.midtreatment import evidence
from gepnet.response.scores import published_scores
from gepnet.response.toxicity import counting_spec

KNOWLEDGE = load_knowledge()
READ = {
    "further_response_model": model_spec,
    "midtreatment": evidence,
    "scores": published_scores,
    "adverse_events": counting_spec,
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
