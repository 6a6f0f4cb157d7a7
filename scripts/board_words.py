"""The messages of the board: collect them, and see what a language lacks.

``python scripts/board_words.py`` brings every catalogue up to date with templates and code: new
messages stand there without a translation, those that nothing says any more are left out.
``--check`` changes nothing and exits with 1 where a catalogue is not complete.
"""

from __future__ import annotations

import ast
import datetime
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from jinja2 import Environment

from gepnet import api
from gepnet.board.screens import course, knowledge, record

ROOT = Path(__file__).resolve().parent.parent / "src" / "gepnet" / "board"
FUNCTIONS = ("_", "gettext", "ngettext", "N_", "say")
Message = str | tuple[str, str]


def of_templates() -> set[Message]:
    """Return what the templates say."""
    found: set[Message] = set()
    for path in sorted(ROOT.glob("templates/**/*.html")):
        source = path.read_text(encoding="utf-8")
        for _, _, message in Environment(extensions=["jinja2.ext.i18n"]).extract_translations(
            source, FUNCTIONS
        ):
            if isinstance(message, str):
                found.add(message)
            else:
                texts = [one for one in message or () if isinstance(one, str)]
                if not texts:
                    continue
                found.add((texts[0], texts[1]) if len(texts) > 1 else texts[0])
    return found


def of_code() -> set[Message]:
    """Return what the code says or marks."""
    found: set[Message] = set()
    for path in sorted(ROOT.glob("**/*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            texts = [a.value for a in node.args if isinstance(a, ast.Constant)]
            if name == "refuse":  # what was expected, which a page tells
                found |= {a.value for a in node.args[2:3] if isinstance(a, ast.Constant)}
            said = [one for one in texts if isinstance(one, str)]
            if name in FUNCTIONS and said:
                found.add((said[0], said[1]) if name == "ngettext" else said[0])
    return found


def of_data() -> set[Message]:
    """Return words of the knowledge and the store that pages say: statuses, kinds, roles."""
    words = [
        *api.OUTCOME_KINDS.values(), *api.SIGNATURE_MEANINGS.values(), *api.CARRIED_OUT.values(),
        *(sign.word for sign in api.SIGNS.values()), *knowledge.READ.values(), *record.DOMAINS,
        *(one.replace("_", " ") for one in api.EVENT_KINDS),
        *(one.replace("_", " ") for one in course.DECISIONS),
        *(one.replace("_", " ") for one in api.policy().roles if one != "operator"),
        *(one.replace("_", " ") for one in api.OUTCOME_KINDS),
        *("undecidable", "planned", "released", "given", "held", "reduced", "stopped", "completed"),
        *("not yet", "partly", "yes", "no"),
        *("same", "compatible", "conflict", "one silent", "not read", "insufficient data"),
        "conditional difference",
    ]  # fmt: skip
    return set(words)


def catalogue(language: str) -> tuple[Path, Catalog, Catalog]:
    """Return where a catalogue is, as it stands, and as it should be."""
    path = ROOT / "locale" / language / "LC_MESSAGES" / "board.po"
    old = Catalog(language)
    if path.exists():
        with path.open("rb") as source:
            old = read_po(source, locale=language)
    new = Catalog(language, project="gepnet", charset="utf-8", fuzzy=False)
    # Without the day of the run: the same messages give the same file.
    new.creation_date = new.revision_date = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    messages = {m for m in of_templates() | of_code() | of_data() if m}
    ones = {m[0] for m in messages if isinstance(m, tuple)}
    for message in sorted(messages, key=lambda m: m if isinstance(m, str) else m[0]):
        if isinstance(message, str) and message in ones:
            continue
        known = old.get(message if isinstance(message, str) else message[0])
        empty: str | tuple[str, str] = "" if isinstance(message, str) else ("", "")
        new.add(message, empty if known is None or not known.string else known.string)
    return path, old, new


def lacking(new: Catalog) -> list[str]:
    """Return the messages without a translation."""
    found = []
    for message in new:
        texts = message.string if isinstance(message.string, tuple | list) else [message.string]
        if message.id and not all(texts):
            found.append(str(message.id))
    return found


def main(check: bool) -> int:
    """Bring every catalogue up to date, or check it."""
    faults = 0
    for folder in sorted((ROOT / "locale").iterdir()):
        path, old, new = catalogue(folder.name)
        missing = lacking(new)
        stale = {str(m.id) for m in old if m.id} ^ {str(m.id) for m in new if m.id}
        if not check:
            with path.open("wb") as target:
                write_po(target, new, width=100, omit_header=False)
        faults += len(missing) + (len(stale) if check else 0)
        for text in missing:
            print(f"{folder.name}: {text}")
        if check and stale:
            print(f"{folder.name}: run `python scripts/board_words.py` ({sorted(stale)[:3]})")
    return 1 if check and faults else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv))
