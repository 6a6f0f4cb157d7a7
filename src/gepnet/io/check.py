"""Whether the files that importers and exporters read are as they are read."""

from __future__ import annotations

from collections.abc import Iterator

from gepnet.io.dictionary import MinimumDataSet
from gepnet.knowledge import Problem, check_files, nearest
from gepnet.record import EVENT_MODELS
from gepnet.rules import Rulebook

FILES = (MinimumDataSet,)
_FILE = "measures/minimum_data_set.yaml"


def check(book: Rulebook) -> Iterator[Problem]:
    """Yield every fault of these files: what is asked for has to be there."""
    yield from check_files(book.knowledge, book.vocabulary, FILES)
    vocabulary = book.vocabulary
    if FILES[0].files[0] not in book.knowledge.measures:
        return
    for form in MinimumDataSet.read(book.knowledge.measures).forms:
        for item in form.items:
            kind, _, name = item.to.partition(".")
            model = EVENT_MODELS.get(kind)
            own = [] if model is None else list(model.model_fields)
            if name not in own and name not in vocabulary.of_event(kind):
                expected = "a fact or field of an event, as event.field"
                near = nearest(name, [*own, *vocabulary.of_event(kind)])
                yield Problem(_FILE, None, form.id, "items", item.to, expected, near)
