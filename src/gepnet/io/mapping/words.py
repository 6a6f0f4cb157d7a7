"""The words by which tables are read: ``knowledge/mappings/words.yaml`` and the lists of codes."""

from __future__ import annotations

from functools import cache, cached_property
from pathlib import Path
from typing import Any

from pydantic import Field

from gepnet.io.mapping.model import ByText, Cells, Shape
from gepnet.knowledge import InputError, Problem, nearest, read_text
from gepnet.knowledge.yaml_io import read_yaml
from gepnet.vocabulary.words import fold

#: Where the words, the lists of codes and the mappings that ship are.
FOLDER = Path(__file__).resolve().parents[2] / "knowledge" / "mappings"
CODES = FOLDER / "codes"
#: What a list says of a code that is no neuroendocrine tumour of the gut or the pancreas.
NOT_GEP = "not_gep"
#: The list of codes that stands with the facts themselves.
VOCABULARY = "vocabulary"


class Words(Shape):
    """The file of words; see its comments for what each list is for."""

    source: str
    verification: str
    note: str
    missing: Cells
    yes: Cells
    no: Cells
    patient: Cells
    date: Cells
    start: Cells
    stop: Cells
    days: Cells
    visit: Cells
    events: dict[str, Cells]
    headers: dict[str, Cells]
    days_of: dict[str, Cells]
    treatment: dict[str, Cells]
    line: Cells
    which: Cells
    sites: Cells
    key: Cells
    value: Cells
    unit: Cells
    months: ByText
    not_gep: Cells


class Code(Shape):
    """What one code means: facts as ``event.fact``, or that it is no GEP-NET.

    ``of`` is a code or the beginning of several; the longest that fits counts.
    """

    of: Cells
    means: dict[str, Any] = Field(default_factory=dict)
    not_gep: str | None = None
    label: str | None = None


class CodeList(Shape):
    """A list of codes with what they mean.

    ``otherwise`` says what a code that is not in the list is: one of no meaning here (``unknown``),
    or one that is no GEP-NET (``not_gep``).
    """

    source: str
    locator: str | None = None
    verification: str
    note: str
    without: str = ".-/ "
    otherwise: str = "unknown"
    pattern: str | None = None
    codes: tuple[Code, ...]

    def normal(self, text: str) -> str:
        """Return a code without what only its writing tells."""
        return text.translate({ord(mark): None for mark in self.without}).upper()

    def find(self, text: str) -> Code | None:
        """Return what a code means: the entry of it, or of the longest beginning of it.

        Words, as in a list of organs, have to be there as a whole.
        """
        code = self.normal(text)
        if not any(mark.isdigit() for mark in code):
            found = self._known.get(code)
        else:
            fits = (self._known.get(code[:size]) for size in range(len(code), 0, -1))
            found = next((one for one in fits if one is not None), None)
        if found is None and self.otherwise == NOT_GEP:
            return Code(of=(text,), not_gep="a code that is none of a neuroendocrine tumour here")
        return found

    @cached_property
    def _known(self) -> dict[str, Code]:
        return {self.normal(of): code for code in self.codes for of in code.of}


@cache
def words() -> Words:
    """Return the words by which tables are read."""
    return Words.model_validate(_data(FOLDER / "words.yaml"))


@cache
def code_list(name: str) -> CodeList:
    """Return a list of codes by its name.

    Raises:
        InputError: if there is none of this name.
    """
    path = CODES / f"{name}.yaml"
    if not path.is_file():
        known = code_lists()
        told = f"a list of codes ({', '.join(known)})"
        raise InputError([Problem("", None, "", "codes", name, told, nearest(name, known))])
    return CodeList.model_validate(_data(path))


def code_lists() -> list[str]:
    """Return the names of the lists of codes."""
    return sorted(path.stem for path in CODES.glob("*.yaml"))


@cache
def missing() -> frozenset[str]:
    """Return the texts that say nothing, in small letters."""
    return frozenset(word.casefold() for word in words().missing)


@cache
def not_gep() -> dict[str, str]:
    """Return the folded words for other tumours, each as it is written."""
    return {fold(word): word for word in words().not_gep}


@cache
def month_names() -> dict[str, int]:
    """Return the beginnings of the names of months, each with its number."""
    return {fold(word): int(month) for month, said in words().months.items() for word in said}


def _data(path: Path) -> Any:
    return read_yaml(read_text(path), path.name).data
