"""What is wrong with an input, said so that its author can mend it at once."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from importlib.util import find_spec


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault in one place: where it is, what was read and what was expected.

    Attributes:
        file: the file; or what else was read: the rows of a program, a form, a resource, the
            command line.
        line: in the file, or the row, counted from 1; None where it has no lines.
        entry: the entry, patient or event that it is about.
        field: the key, column, option or field of a form.
        value: what was read there.
        expected: what would have been right.
        nearest: the known spelling most like the value.
        severity: ``error`` or ``warning``.
    """

    file: str
    line: int | None
    entry: str
    field: str
    value: str
    expected: str
    nearest: str | None = None
    severity: str = "error"

    @classmethod
    def at(
        cls,
        entry: object,
        field: str,
        value: object,
        expected: str,
        nearest: str | None = None,
        severity: str = "error",
    ) -> Problem:
        """Return a fault of an entry of the knowledge, which knows its file, line and id."""
        file, line = getattr(entry, "file", ""), getattr(entry, "line", None)
        name = str(getattr(entry, "id", "") or getattr(entry, "pattern", ""))
        return cls(file, line, name, field, str(value), expected, nearest, severity)

    def __str__(self) -> str:
        """One line: place, entry, field, value, expectation and the nearest spelling."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        parts = [f"{place}: {self.severity}"]
        if self.entry:
            parts.append(f"in {self.entry}")
        if self.field:
            parts.append(f"field {_short(self.field)}")
        if self.value:
            parts.append(f"value {_short(self.value)}")
        text = ", ".join(parts) + f": expected {self.expected}"
        return f"{text}; did you mean '{self.nearest}'?" if self.nearest else text


def _short(text: str) -> str:
    """Return ``text`` on one line, its end cut off where it would hide the rest of a message."""
    line = " ".join(text[:120].split())
    return line if len(text) <= 120 else f"{line}..."


class InputError(Exception):
    """Every problem found in one input, so that all can be mended in one go."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Keep the problems in file and line order, without repetition."""
        self.problems = sorted(
            dict.fromkeys(problems), key=lambda p: (p.file, p.line or 0, p.entry, p.field)
        )
        super().__init__("\n".join(str(problem) for problem in self.problems))


def asked(field: str, value: object, expected: str, known: Iterable[str] = ()) -> Problem:
    """Return a fault of what was asked for, by an option of a command or an argument of a call.

    Args:
        field: the option or argument.
        value: what was given; texts are shown as they are.
        expected: what would have been right.
        known: the right spellings; the nearest of them is suggested.
    """
    return Problem(
        "command line", None, "", field, str(value), expected, nearest(str(value).strip("'"), known)
    )


def refuse(field: str, value: object, expected: str, known: Iterable[str] = ()) -> InputError:
    """Return the error to raise for one fault of what was asked for (see ``asked``)."""
    return InputError([asked(field, value, expected, known)])


def unusable(source: object, expected: str, *, field: str = "", value: object = "") -> InputError:
    """Return the error to raise for one fault of a file, or of another source, as a whole."""
    return InputError([Problem(str(source), None, "", field, str(value), expected)])


def refuse_all(problems: Iterable[Problem]) -> None:
    """Refuse an input if anything is wrong with it.

    Raises:
        InputError: with every problem.
    """
    if found := list(problems):
        raise InputError(found)


#: Libraries that not every installation has, and the extra of gepnet that brings each.
EXTRAS = {
    "polars": "fast",
    "pyarrow": "fast",
    "lifelines": "survival",
    "fsspec": "registry",
    "duckdb": "registry",
    "pyspark": "spark",
    "z3": "proof",
    "matplotlib": "plots",
    "firthmodels": "numbers",
    "numpy": "numbers",
    "scipy": "numbers",
    "holidays": "calendar",
    "icalendar": "calendar",
    "typst": "print",
    "fastexcel": "excel",
    "alembic": "board",
    "argon2": "board",
    "authlib": "board",
    "joserfc": "board",
    "babel": "board",
    "fastapi": "board",
    "httpx": "board",
    "python_multipart": "board",
    "sqlalchemy": "board",
    "uvicorn": "board",
    "psycopg": "postgresql",
}


def need(*libraries: str) -> None:
    """Refuse to begin long work without the libraries of ``EXTRAS`` that it ends in.

    Raises:
        InputError: naming what is missing and how to install it.
    """
    if missing := [name for name in libraries if find_spec(name) is None]:
        raise not_installed(*missing)


def not_installed(*libraries: str) -> InputError:
    """Return the error that names libraries of ``EXTRAS`` and the way to install them."""
    extras = ",".join(dict.fromkeys(EXTRAS[name] for name in libraries))
    expected = f"{' and '.join(libraries)} (pip install 'gepnet[{extras}]')"
    return refuse("library", "not installed", expected)


def explained(error: Exception) -> InputError | None:
    """Return an error as what a person is told of it; None for a fault of the program.

    What stops for want of a library of ``EXTRAS`` is told like ``need``, wherever it was imported.
    """
    if isinstance(error, ModuleNotFoundError):
        library = (error.name or "").partition(".")[0]
        return not_installed(library) if library in EXTRAS else None
    return error if isinstance(error, InputError) else None


def check_known(
    field: str, given: Iterable[str], known: Collection[str], expected: str | None = None
) -> None:
    """Refuse what is not among the names that there are.

    Raises:
        InputError: with each wrong name and the nearest right one.
    """
    told = expected or f"a {field}"
    if wrong := [asked(field, name, told, known) for name in given if name not in known]:
        raise InputError(wrong)


def nearest(word: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate spelled most like ``word``, or None if none is close."""
    names = list(candidates)
    folded = word.casefold()
    # The same but for case; else the first that begins so: `ki67` meant `ki67_percent`.
    found = [name for name in names if name.casefold() == folded]
    if not found and len(word) > 2:
        found = [name for name in names if name.casefold().startswith(folded)]
    found = found or difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    return found[0] if found else None
