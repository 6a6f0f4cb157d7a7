"""In what a patient may differ from a trial, and which endpoints speak for a treatment."""

from __future__ import annotations

from typing import Annotated, ClassVar

from gepnet.knowledge import MeasureFile
from gepnet.knowledge.shapes import Id, Names, Strict


class Topic(Strict):
    """A topic with the groups of the vocabulary that belong to it."""

    id: Id
    label: str
    groups: tuple[str, ...]


class Topics(MeasureFile):
    """The file of topics; ``speaking`` are metrics, the first that a trial has being used."""

    files: ClassVar[tuple[str, ...]] = ("trial_topics",)
    topics: tuple[Topic, ...]
    speaking: tuple[Annotated[Id, Names(("trial_metrics",))], ...]
