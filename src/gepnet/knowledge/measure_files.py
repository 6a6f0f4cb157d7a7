"""Files of ``measures/``: each has the shape that the room which reads it gives it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

from pydantic import ValidationError

from gepnet.knowledge.kinds import ids
from gepnet.knowledge.models import Knowledge
from gepnet.knowledge.problems import InputError, Problem, nearest
from gepnet.knowledge.read import faults
from gepnet.knowledge.references import unknown_names
from gepnet.knowledge.shapes import SourceId, Strict, Verification

_SHOWN = 100  # characters of a value in a message


class MeasureFile(Strict):
    """A file of ``measures/``; a room reads it by a model of its own, which names the file.

    A model that can do without its file (``optional``) is empty where there is none.
    """

    files: ClassVar[tuple[str, ...]] = ()
    optional: ClassVar[bool] = False
    source: SourceId | None = None
    locator: str | None = None
    read_in: SourceId | None = None
    verification: Verification | None = None
    note: str | None = None

    @classmethod
    def read(cls, measures: Mapping[str, Any], stem: str | None = None) -> Self:
        """Return the file in its shape, read once.

        Args:
            measures: what the files of ``measures/`` hold, by stem.
            stem: which of several files of the same shape.

        Raises:
            InputError: naming file, key and value of every fault, or the file that is not there.
        """
        name = stem or cls.files[0]
        if name not in measures:
            if cls.optional:
                return cls.model_validate({})
            raise InputError([Problem(_file(name), None, "", "", "", "this knowledge file")])
        data = measures[name]
        known = _read.get((cls, id(data)))
        if known is None:
            try:
                known = data, cls.model_validate(data)
            except ValidationError as error:
                raise InputError(_faults(error, cls, data, _file(name))) from error
            _read[cls, id(data)] = known
        found: Self = known[1]
        return found


# With the data that a file was read from, so that its identity stays its own.
_read: dict[tuple[type[MeasureFile], int], tuple[Any, Any]] = {}


#: A file that was read: its model, its data, and what the model made of them.
ReadFile = tuple[type[MeasureFile], Any, MeasureFile]


def files_read(measures: Mapping[str, Any]) -> list[ReadFile]:
    """Return what was read so far of the files of some knowledge, to be kept with it."""
    own = {id(data) for data in measures.values()}
    return [(model, *known) for (model, at), known in _read.items() if at in own]


def remember(files: Iterable[ReadFile]) -> None:
    """Take files for read, as they were kept."""
    _read.update({(model, id(data)): (data, found) for model, data, found in files})


def check_files(
    knowledge: Knowledge, facts: Collection[str], models: Collection[type[MeasureFile]]
) -> Iterator[Problem]:
    """Yield a problem for every fault in the files that some models read.

    Args:
        knowledge: the entries, and what the files hold.
        facts: the vocabulary.
        models: of the files to look at; a file that is not there is no fault.
    """
    known = {**ids(knowledge), "vocabulary": facts}
    for model in models:
        for stem in model.files:
            if stem in knowledge.measures:
                try:
                    found = model.read(knowledge.measures, stem)
                except InputError as error:
                    yield from error.problems
                else:
                    yield from unknown_names(found, known, _Place(_file(stem)))


def check_all_read(
    knowledge: Knowledge, models: Collection[type[MeasureFile]]
) -> Iterator[Problem]:
    """Yield a problem for every file that no model reads."""
    stems = [stem for model in models for stem in model.files]
    for name in knowledge.measures:
        if name not in stems:
            expected = "a file that some part of gepnet reads"
            yield Problem(_file(name), None, "", "", name, expected, nearest(name, stems))


@dataclass(frozen=True)
class _Place:
    file: str
    line: int | None = None


def _faults(
    error: ValidationError, model: type[MeasureFile], data: Any, file: str
) -> Iterator[Problem]:
    for fault in faults(error, model, data, file, lambda path: None):
        yield replace(fault, entry="", value=fault.value[:_SHOWN])


def _file(stem: str) -> str:
    return "coverage.yaml" if stem == "coverage" else f"measures/{stem}.yaml"
