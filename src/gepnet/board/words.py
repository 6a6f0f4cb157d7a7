"""The words of the interface in the languages that it speaks, dates and numbers by locale.

The catalogues are gettext files (``locale/LANGUAGE/LC_MESSAGES/board.po``), read as they are: there
is no compiled file that could be older than its source. ``python scripts/board_words.py`` collects
new messages from the templates and the code.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from typing import Any

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from markupsafe import Markup, escape

#: The first is that of the messages in the code.
LANGUAGES = {"en": "English", "it": "Italiano"}
#: By which rules dates and numbers are written.
_LOCALES = {"en": "en_GB", "it": "it_IT"}
#: Languages in which 3/4/2026 is read in one way only. In English it may be two days: it stays,
#: and is refused with the form that is expected.
_DAY_FIRST = frozenset({"it"})
_TYPED = re.compile(r"(?:(\d{1,2})[/.])?(\d{1,2})[/.](\d{4})")


@dataclass(frozen=True)
class Words:
    """The words of one language."""

    language: str
    messages: Mapping[str, str] = field(default_factory=dict)
    plurals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def locale(self) -> Locale:
        """By which dates and numbers are written."""
        return _locale(self.language)

    def gettext(self, message: str, **given: object) -> Markup:
        """Return a message in this language; in English where it has none.

        Args:
            message: in English, with places such as ``%(name)s`` for what is given.
            **given: what stands there, escaped.
        """
        told = escape(self.messages.get(message) or message)
        return told % given if given else told

    def ngettext(self, one: str, many: str, count: int, **given: object) -> Markup:
        """Return a message for a count, ``%(count)s``, in this language."""
        forms = self.plurals.get(one)
        which = 0 if count == 1 else 1
        told = escape(forms[which] if forms and forms[which] else (one, many)[which])
        return told % {"count": self.number(count), **given}

    def date(self, day: object, form: str = "d MMM y") -> str:
        """Return a date as people write it: 8 Dec 2025; one that is not exact as far as it goes."""
        if day is None or day == "":
            return ""
        text = str(day)
        if isinstance(day, datetime.datetime):
            wanted = form if "H" in form else "d MMM y, HH:mm"
            return format_datetime(day.astimezone(), wanted, locale=self.locale)
        try:
            if len(text) == 4 and text.isdigit():
                return text
            if len(text) == 7:
                return format_date(
                    datetime.date.fromisoformat(f"{text}-01"), "LLL y", locale=self.locale
                )
            return format_date(datetime.date.fromisoformat(text[:10]), form, locale=self.locale)
        except ValueError:
            return text

    def typed_date(self, text: str) -> str:
        """Return a date as somebody typed it, as a record has it; what is none stays as it is."""
        found = _TYPED.fullmatch(text.strip()) if self.language in _DAY_FIRST else None
        if found is None:
            return text
        day, month, year = found.groups()
        return f"{year}-{int(month):02}" + (f"-{int(day):02}" if day else "")

    def number(self, value: object) -> str:
        """Return a number as people write it, without zeros at its end."""
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            return str(value)
        return format_decimal(Decimal(str(value)), "#,##0.######", locale=self.locale)


@lru_cache
def _locale(language: str) -> Locale:
    return Locale.parse(_LOCALES[language])


@lru_cache
def words_of(language: str) -> Words:
    """Return the words of a language."""
    if language == next(iter(LANGUAGES)):
        return Words(language)
    path = files("gepnet.board").joinpath(f"locale/{language}/LC_MESSAGES/board.po")
    with path.open("rb") as source:
        catalogue = read_po(source, locale=language)
    messages: dict[str, str] = {}
    plurals: dict[str, tuple[str, ...]] = {}
    for message in catalogue:
        if not message.id or message.fuzzy:
            continue
        if isinstance(message.id, str):
            messages[message.id] = str(message.string)
        else:
            plurals[message.id[0]] = tuple(message.string or ())
    return Words(language, messages, plurals)


def language_of(wanted: str | None, accepted: str) -> str:
    """Return the language to speak: the one asked for, else the first the browser knows."""
    if wanted in LANGUAGES:
        return str(wanted)
    ranked: list[tuple[float, str]] = []
    for part in accepted[:200].split(","):
        name, _, weight = part.strip().partition(";q=")
        try:
            ranked.append((-float(weight or 1), name.partition("-")[0].casefold()))
        except ValueError:
            continue
    found = (name for _, name in sorted(ranked, key=lambda one: one[0]) if name in LANGUAGES)
    return next(found, next(iter(LANGUAGES)))


def functions(words: Words) -> dict[str, Any]:
    """Return what templates call of the words of a language."""
    return {
        "_": words.gettext,
        "gettext": words.gettext,
        "ngettext": words.ngettext,
        "date": words.date,
        "number": words.number,
    }
