"""The documents: what was read of each, what each says, since when, and what it replaced."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from starlette.exceptions import HTTPException
from starlette.responses import Response

from gepnet import __version__, api
from gepnet.board.pages import page
from gepnet.board.policy import PUBLIC, Screen
from gepnet.board.visit import Here

if TYPE_CHECKING:
    from gepnet.guidelines import KnowledgeBase

screen = Screen("knowledge")
_shown: WeakKeyDictionary[KnowledgeBase, dict[str, Any]] = WeakKeyDictionary()
#: How much of a document was read, as the reader is told it.
READ = {
    "full": "read in full",
    "partial": "read in part",
    "abstract": "abstract only",
    "figure": "a figure only",
    "not_read": "not read",
}


def document(base: KnowledgeBase, name: str) -> dict[str, Any]:
    """Return a document as it is shown; worked out once.

    Raises:
        HTTPException: if there is none.
    """
    known = {one.id: one for one in base.documents}
    if name not in known:
        raise HTTPException(404)
    kept = _shown.setdefault(base, {})
    if name not in kept:
        view = api.show_entry(base, name)
        head = known[name].file.document
        later = [d for d in base.documents if name in d.file.document.supersedes]
        view["replaces"] = [(one, _short(base, one)) for one in head.supersedes]
        view["replaced_by"] = [(one.id, one.file.document.short) for one in later]
        view["short"], view["look_again"] = head.short, head.look_again
        view["published"], view["reviewers"] = head.published, head.reviewers
        source = base.sources[head.source]
        view["source_note"], view["authors"] = source.note, source.authors
        view["url"] = source.url
        view["badges"] = Counter(entry["verification"] for entry in view["entries"])
        kept[name] = view
    return dict(kept[name])


def _short(base: KnowledgeBase, name: str) -> str:
    found = (d.file.document.short for d in base.documents if d.id == name)
    return next(found, name)


@lru_cache(maxsize=4)
def _listed(base: KnowledgeBase, day: Any) -> list[dict[str, Any]]:
    return api.list_documents(base, day)


@screen.get("/knowledge", PUBLIC)
def documents(visit: Here, word: str = "", region: str = "") -> Response:
    """Every document, with how much of it was read."""
    desk = visit.desk
    day = desk.question().knowledge_date
    listed = _listed(desk.base, day)
    regions = sorted({name for one in listed for name in one["region"]})
    shown = [
        one
        for one in listed
        if word.casefold() in f"{one['short']} {one['title']}".casefold()
        and (not region or region in one["region"])
    ]
    shown.sort(key=lambda one: (-one["year"], one["short"]))
    view: dict[str, Any] = {
        "documents": shown,
        "regions": regions,
        "wanted": word,
        "region": region,
        "day": day,
        "total": len(listed),
        "digest": desk.base.knowledge.digest,
        "version": __version__,
        "READ": READ,
    }
    return page(visit, "documents.html", **view)


@screen.get("/knowledge/{name}", PUBLIC)
def one_document(visit: Here, name: str) -> Response:
    """A document with every entry: rule in words, position, place, badge."""
    base = visit.base
    return page(visit, "document.html", doc=document(base, name), READ=READ)


@screen.get("/knowledge/{name}/{entry}", PUBLIC)
def one_entry(visit: Here, name: str, entry: str) -> Response:
    """An entry for itself: what a cell of the answer rests on."""
    doc = document(visit.base, name)
    full = f"{name}/{entry}"
    found = next((one for one in doc["entries"] if one["id"] == full), None)
    if found is None:
        raise HTTPException(404)
    return page(visit, "entry_part.html" if visit.is_part else "entry.html", doc=doc, entry=found)
