"""The quick check: the front page, without an account; nothing of it is stored.

Answers come with every request in the body of a form and go back in the page. A link carries them
behind the # of the address, which browsers do not send: ``quick.js`` puts them into the form.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from starlette.datastructures import FormData
from starlette.responses import Response

from gepnet import api
from gepnet.board.forms import Sent, text_of
from gepnet.board.pages import page
from gepnet.board.policy import PUBLIC, Screen, may
from gepnet.board.visit import Here, Visit

screen = Screen("quick")
#: Answers of a form: names of the questions of the quick check and of further facts.
CHOSEN, FURTHER, BEFORE = "q.", "f.", "before"
NOT_KNOWN = "not-known"
#: Most facts beside the questions, and the longest value: more is no quick check.
MOST_FACTS, LONGEST = 30, 60
#: Moves that are told in words.
TOLD = 2
#: Stands where a document says nothing.
NOTHING = "\N{EN DASH}"


class Answers:
    """What was answered, as it came with a request."""

    def __init__(self, pairs: Mapping[str, str]) -> None:
        """Take the answers out of a form; what says nothing is left out.

        Raises:
            InputError: for too many or too long answers.
        """
        self.chosen: dict[str, str] = {}
        self.further: dict[str, str] = {}
        #: Facts of which somebody said that they are not known, so that they are not asked again.
        self.unknown: list[str] = []
        for name, value in pairs.items():
            if not name.startswith((CHOSEN, FURTHER)):
                continue
            text = value.strip()
            if len(text) > LONGEST:
                raise api.refuse(name, text[:LONGEST] + "...", f"at most {LONGEST} characters")
            if text == NOT_KNOWN and name.startswith(FURTHER):
                self.unknown.append(name.removeprefix(FURTHER)[:LONGEST])
            if text in ("", NOT_KNOWN):
                continue
            if name.startswith(CHOSEN):
                self.chosen[name.removeprefix(CHOSEN)] = text
            else:
                self.further[name.removeprefix(FURTHER)] = text
        if (count := len(self.further) + len(self.unknown)) > MOST_FACTS:
            raise api.refuse("facts", count, f"at most {MOST_FACTS} beside the form")

    @property
    def key(self) -> tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]:
        """The answers as a value that can be compared."""
        return tuple(sorted(self.chosen.items())), tuple(sorted(self.further.items()))

    @property
    def text(self) -> str:
        """The answers on one line, as they stand behind the # of a link."""
        pairs = [f"{CHOSEN}{k}={v}" for k, v in self.chosen.items()]
        pairs += [f"{FURTHER}{k}={v}" for k, v in self.further.items()]
        return "&".join([*pairs, *(f"{FURTHER}{k}={NOT_KNOWN}" for k in self.unknown)])


def read_answers(form: FormData) -> Answers:
    """Return the answers of a form. A typed number counts before a choice of the same question."""
    pairs = {k: v for k, v in form.multi_items() if isinstance(v, str)}
    for name in [name for name in pairs if name.startswith("typed.")]:
        typed = pairs.pop(name).strip()
        if typed:
            pairs[CHOSEN + name.removeprefix("typed.")] = typed
    name, value = pairs.pop("other", ""), pairs.pop("other_value", "")
    if name.strip() and value.strip():
        pairs[FURTHER + name.strip()] = value
    return Answers(pairs)


@lru_cache(maxsize=512)
def _checked(
    desk: Any,
    key: tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]],
    question: str | None,
    language: str,
    day: Any,
    region: str | None,
) -> dict[str, Any]:
    chosen, further = dict(key[0]), dict(key[1])
    asked, facts = desk.question(region), desk.quick_facts(key, region)
    return api.quick_check(desk.base, chosen, further, question, asked, language, facts)


def checked(visit: Visit, answers: Answers, question: str | None, region: str | None) -> Any:
    """Return the answer to what was chosen; the same is worked out once."""
    day = visit.desk.question().knowledge_date
    language = api.answer_language(visit.desk.base, visit.words.language)
    return _checked(visit.desk, answers.key, question or None, language, day, region or None)


def moved(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the positions that differ between two answers."""
    found = []
    for key in dict.fromkeys((*after, *before)):
        old, new = before.get(key), after.get(key)
        if (old or {}).get("symbol") != (new or {}).get("symbol"):
            told = new or old or {}
            found.append(
                {
                    "key": key,
                    "name": told["name"],
                    "row": told["row"],
                    "before": old["symbol"] if old else NOTHING,
                    "after": new["symbol"] if new else NOTHING,
                }
            )
    return found


def asked_next(
    visit: Visit, answers: Answers, region: str | None, question: str
) -> Mapping[str, Any] | None:
    """Return what asking would ask next; nothing before there is an answer, or while it is made."""
    language = api.answer_language(visit.desk.base, visit.words.language)
    if answers.chosen or answers.further or answers.unknown:
        following = visit.desk.next_facts
        return following.after(answers.key, answers.unknown, region, question, language)
    visit.desk.next_facts.prepare(question, language)
    return None


def shown(visit: Visit, form: FormData | None) -> dict[str, Any]:
    """Return all that the page shows for a form; without one, for no answers."""
    given = FormData() if form is None else form
    answers = read_answers(given)
    question, region = text_of(given, "question"), text_of(given, "region")
    found = checked(visit, answers, question, region)
    moves: list[dict[str, str]] = []
    earlier = text_of(given, BEFORE)
    first = form is None or not given.get("answered")
    if not first and len(earlier) < 4000:
        was = read_answers(
            FormData([(k, v) for k, _, v in (p.partition("=") for p in earlier.split("&")) if k])
        )
        moves = moved(checked(visit, was, question, region)["positions"], found["positions"])
    form_shown = api.quick_form(visit.desk.base, visit.words.language)
    most = max(found["waits"].items(), key=lambda one: one[1], default=("", 0))
    known = further_facts(visit)
    # Members of families, such as the metastases of one site, are asked and listed nowhere.
    answers.unknown = [name for name in answers.unknown if name in visit.base.vocabulary]
    asks = found["answer"]["question"]
    following = asked_next(visit, answers, region or None, asks["id"])
    # A fact that one of the questions brings is asked by it.
    bringing = [
        one["id"]
        for one in form_shown
        if following and following["fact"] in one["facts"] and one["id"] not in answers.chosen
    ]
    by = bringing[0] if bringing else None
    unanswered = [one["id"] for one in form_shown if one["id"] not in answers.chosen]
    waiting = most[0] or (unanswered[0] if unanswered and not found["waits"] else "")
    return {
        "form": form_shown,
        "answers": answers,
        "view": found["answer"],
        "waits": found["waits"],
        "following": following,
        "by": by,
        "most": by or ("" if following else waiting),
        "beyond": found["beyond"],
        "path": found["path"],
        "moves": moves,
        "moved": {one["key"] for one in moves},
        "first": first,
        "told": TOLD,
        "question": question,
        "region": region,
        "facts": known,
        "labels": {one["id"]: one["label"] for one in known},
        "speak": _speaking(found["answer"]),
        "regions": [one.id for one in visit.desk.base.vocabulary["region"].entry.values],
        "total": len(visit.desk.base.documents),
    }


def _speaking(view: Mapping[str, Any]) -> int:
    names = {
        chip["document"]
        for row in (*view["rows"], *view["no_document_for"])
        for chips in row["cells"].values()
        for chip in chips
    }
    return len(names)


@lru_cache(maxsize=4)
def _facts(base: Any) -> list[dict[str, Any]]:
    return sorted(api.list_facts(base), key=lambda one: str(one["label"]).casefold())


def further_facts(visit: Visit) -> list[dict[str, Any]]:
    """Return every fact that can be answered beside the questions."""
    return [one for one in _facts(visit.base) if "{" not in one["id"]]


@screen.get("/", PUBLIC)
def front(visit: Here) -> Response:
    """The page with the first questions."""
    return page(visit, "quick.html", **shown(visit, None))


@screen.post("/", PUBLIC)
def answer(visit: Here, form: Sent) -> Response:
    """The page for what was answered; the parts that move where the page asks for these only."""
    return page(visit, "quick_part.html" if visit.is_part else "quick.html", **shown(visit, form))


@screen.post("/quick/reason", PUBLIC)
def reason(visit: Here, form: Sent) -> Response:
    """Why an entry applies to what was answered, does not, or stays open; with its source."""
    answers = read_answers(form)
    names = [name for name in text_of(form, "entries").split(" ") if name][:8]
    asked = visit.desk.question(text_of(form, "region") or None)
    base = visit.base
    reasons = api.quick_reasons(base, answers.chosen, answers.further, names, asked)
    return page(visit, "reason_part.html" if visit.is_part else "reason.html", reasons=reasons)


@screen.post("/quick/case", may("case.add"))
def make_case(visit: Here, form: Sent) -> Response:
    """The form of a new case with what was answered; nothing is saved before it is sent."""
    answers = read_answers(form)
    desk = visit.desk
    asked = desk.question(text_of(form, "region") or None)
    start = api.quick_patient_file(desk.base, answers.chosen, answers.further, asked)
    meetings = [one for one in api.list_meetings(desk.store, visit.actor) if not one.ended]
    centres = sorted(visit.actor.centres)
    return page(visit, "new_case.html", meetings=meetings, centres=centres, start=start)
