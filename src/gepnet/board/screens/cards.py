"""Consensus: silent cards, opened together, grouped; outcome, dissent, signature, follow-up."""

from __future__ import annotations

import datetime
from typing import Any

from starlette.responses import Response

from gepnet import api
from gepnet.board.cases import Looked, look_at
from gepnet.board.forms import Own, done, number_of, text_of, texts_of
from gepnet.board.pages import page
from gepnet.board.policy import Screen, may
from gepnet.board.screens.case import common, hidden
from gepnet.board.visit import Here, Visit

screen = Screen("cards")
OTHER = "other"
#: Options that a card offers by name before the list of all: those of the answer.
OFFERED = 8
STEPS = ("cards", "reveal", "outcome")


def offered(looked: Looked, covered: bool) -> list[dict[str, str]]:
    """Return the options of a card.

    While the documents are hidden they stand in the order of the vocabulary: their order in the
    answer would tell what the documents hold.
    """
    base = looked.visit.base
    names = [row["options"][0] for row in looked.answer()["rows"]][:OFFERED]
    if covered:
        order = {name: place for place, name in enumerate(base.options)}
        names.sort(key=lambda name: order[name])
    return [{"id": name, "label": base.options[name].label} for name in names]


def groups(looked: Looked, cards: tuple[api.Card, ...]) -> list[dict[str, Any]]:
    """Return open cards by what they would do, the largest group first, with the documents."""
    base, rows = looked.visit.base, looked.answer()["rows"]
    found: dict[str, dict[str, Any]] = {}
    for card in cards:
        label = base.options[card.option].label if card.option in base.options else None
        row = next((one for one in rows if card.option in one["options"]), None)
        group = found.setdefault(card.option, {"label": label, "cards": [], "row": row})
        group["cards"].append(card)
    return sorted(found.values(), key=lambda one: -len(one["cards"]))


def consensus_view(visit: Visit, item_id: str, step: str) -> dict[str, Any]:
    """Return everything that the consensus pages show of an item."""
    desk, actor = visit.desk, visit.actor
    item = api.read_item(desk.store, actor, item_id)
    looked = look_at(visit, item.case_id, item.record_number)
    looked.record  # noqa: B018 - refused in words where there is none
    rounds = api.read_rounds(desk.store, actor, item_id)
    outcomes = api.read_outcomes(desk.store, actor, item_id)
    turned = _turned(rounds)
    closed, opened = turned["closed"], turned["opened"]
    at = step if step in STEPS else "outcome" if outcomes else "reveal" if opened else "cards"
    covered = hidden(item, rounds)
    team = api.colleagues(desk.store, actor)
    voters = [one for one in team if set(one.roles) & api.policy().actions["card.give"].who]
    mine = closed and next((c for c in closed.cards if c.user_id == actor.id), None)
    return {
        **common(looked, item, "cards"),
        "step": at,
        "rounds": rounds,
        **turned,
        "groups": groups(looked, opened.cards) if opened else [],
        "offered": offered(looked, covered),
        "options": _all_options(visit),
        "mine": mine,
        "voters": voters,
        "outcomes": outcomes,
        "standing": outcomes[-1] if outcomes else None,
        "follow_ups": api.read_follow_ups(desk.store, actor, item_id),
        "kinds": api.OUTCOME_KINDS,
        "meanings": api.SIGNATURE_MEANINGS,
        "carried": api.CARRIED_OUT,
        "view": looked.answer(),
        "covered": covered,
        "tag": api.item_tag(desk.store, actor, item_id),
        "labels": {name: option.label for name, option in visit.base.options.items()},
    }


def _turned(rounds: list[api.CardRound]) -> dict[str, api.CardRound | None]:
    """Return the round whose cards are not open yet, and the last one whose cards are."""
    return {
        "closed": next((one for one in rounds if not one.is_open), None),
        "opened": next((one for one in reversed(rounds) if one.is_open), None),
    }


def _all_options(visit: Visit) -> list[dict[str, str]]:
    base = visit.base
    kinds = ("treatment", "supportive", "follow_up", "test")
    named = [(name, base.options[name]) for name in base.options]
    return [{"id": n, "label": o.label} for kind in kinds for n, o in named if o.kind == kind]


@screen.get("/item/{item_id}/cards", may("card.read"))
def cards(visit: Here, item_id: str, step: str = "") -> Response:
    """The cards of an item, what they say once they are open, and the outcome."""
    return page(visit, "cards.html", **consensus_view(visit, item_id, step))


@screen.get("/item/{item_id}/state", may("card.read"))
def state(visit: Here, item_id: str) -> Response:
    """Whether something changed: asked for again and again, answered in no time."""
    tag = f'"{api.item_tag(visit.desk.store, visit.actor, item_id)}"'
    headers = {"etag": tag, "cache-control": "no-cache"}
    if visit.request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    item = api.read_item(visit.desk.store, visit.actor, item_id)
    rounds = api.read_rounds(visit.desk.store, visit.actor, item_id)
    shown = {"item": item, "covered": hidden(item, rounds), **_turned(rounds)}
    return page(visit, "deck_part.html", 200, headers, **shown)


@screen.post("/item/{item_id}/round", may("round.begin"))
def begin(visit: Here, item_id: str, form: Own) -> Response:
    """Begin a round of cards."""
    api.begin_round(visit.desk.store, visit.actor, item_id, texts_of(form, "expected"))
    return done(visit, f"/item/{item_id}/cards?step=cards")


@screen.post("/item/{item_id}/card", may("card.give"))
def give(visit: Here, item_id: str, form: Own) -> Response:
    """Hand in one's own card, or change it."""
    option = text_of(form, "option") or text_of(form, "any_option")
    labels = {one["label"].casefold(): one["id"] for one in _all_options(visit)}
    option = labels.get(option.casefold(), option)
    api.give_card(
        visit.desk.store,
        visit.actor,
        item_id,
        option,
        text_of(form, "reason"),
        visit.desk.base.options,
        text_of(form, "condition") or None,
        text_of(form, "discipline") or None,
    )
    return done(visit, f"/item/{item_id}/cards")


@screen.post("/item/{item_id}/open", may("round.open"))
def open_cards(visit: Here, item_id: str, form: Own) -> Response:
    """Turn the cards, whether or not all are in."""
    api.open_round(visit.desk.store, visit.actor, item_id)
    return done(visit, f"/item/{item_id}/cards?step=reveal")


@screen.post("/item/{item_id}/outcome", may("outcome.record"))
def record(visit: Here, item_id: str, form: Own) -> Response:
    """Record what the board came to; nothing is averaged, dissent stays."""
    desk = visit.desk
    labels = {one["label"].casefold(): one["id"] for one in _all_options(visit)}
    named = [labels.get(one.casefold(), one) for one in texts_of(form, "options")]
    told = text_of(form, "due", 10)
    try:
        due = datetime.date.fromisoformat(told) if told else None
    except ValueError as error:
        raise api.refuse("due", repr(told), "a day such as 2026-01-15") from error
    held = zip(
        form.getlist("dissent_discipline"),
        form.getlist("dissent_reason"),
        form.getlist("dissent_option"),
        strict=False,
    )
    dissent = tuple(
        api.Dissent(str(who).strip(), str(why).strip(), labels.get(str(what).casefold()) or None)
        for who, why, what in held
        if str(who).strip() or str(why).strip()
    )
    decision = api.Decision(
        text_of(form, "kind"),
        tuple(dict.fromkeys(named)),
        text_of(form, "condition") or None,
        text_of(form, "next_step") or None,
        text_of(form, "owner") or None,
        due,
        text_of(form, "patient_wish") or None,
        dissent,
    )
    seen, why = number_of(form, "seen"), text_of(form, "change_reason") or None
    api.record_outcome(desk.store, visit.actor, item_id, decision, desk.base.options, seen, why)
    return done(visit, f"/item/{item_id}/cards?step=outcome")


@screen.post("/item/{item_id}/show", may("item.edit"))
def show_documents(visit: Here, item_id: str, form: Own) -> Response:
    """Show the documents before the cards are open; that is recorded."""
    seen = number_of(form, "seen")
    item = api.change_item(visit.desk.store, visit.actor, item_id, seen, matrix_hidden=False)
    return done(visit, f"/case/{item.case_id}/board?item={item_id}")


@screen.post("/item/{item_id}/sign", may("outcome.sign"))
def sign(visit: Here, item_id: str, form: Own) -> Response:
    """Sign the outcome that stands, with the password again."""
    signed = proved(visit, form)
    number, meaning = number_of(form, "number"), text_of(form, "meaning")
    api.sign_outcome(visit.desk.store, signed, item_id, number, meaning)
    return done(visit, f"/item/{item_id}/cards?step=outcome")


def proved(visit: Visit, form: Any) -> api.SignedIn:
    """Return the session of who gave the password again.

    Whoever has none was asked again at the hospital's provider; the store looks how long ago.

    Raises:
        NotProved: if it is wrong.
    """
    desk = visit.desk
    if visit.signed is not None and not visit.signed.has_password:
        return visit.signed
    password = form.get("password")
    given = password if isinstance(password, str) and len(password) <= 1000 else ""
    address = visit.request.client.host if visit.request.client else ""
    return api.prove(desk.store, desk.secret(visit.request), given, address)


@screen.post("/item/{item_id}/followup", may("followup.record"))
def follow_up(visit: Here, item_id: str, form: Own) -> Response:
    """Record whether the advice was carried out."""
    told = text_of(form, "day", 10)
    try:
        day = datetime.date.fromisoformat(told)
    except ValueError as error:
        raise api.refuse("day", repr(told), "a day such as 2026-01-15") from error
    done_ = text_of(form, "carried_out")
    why = text_of(form, "reason") or None
    api.record_follow_up(visit.desk.store, visit.actor, item_id, done_, day, why)
    return done(visit, f"/item/{item_id}/cards?step=outcome")


@screen.get("/item/{item_id}/record.pdf", may("card.read"))
def record_pdf(visit: Here, item_id: str) -> Response:
    """The record of the board as an accessible PDF."""
    shown = consensus_view(visit, item_id, "outcome")
    if shown["standing"] is None:
        raise api.refuse("outcome", "none yet", "an outcome of the board")
    view = record_view(visit, shown)
    made = api.board_record_pdf(view, shown["standing"].at.date())
    headers = {"content-disposition": 'inline; filename="board-record.pdf"'}
    return Response(made, media_type="application/pdf", headers=headers)


def record_view(visit: Visit, shown: dict[str, Any]) -> dict[str, Any]:
    """Return the record of a board as plain texts, in the language of the visit."""
    words, labels = visit.words, shown["labels"]
    outcome, item, who = shown["standing"], shown["item"], shown["who"]

    def say(message: str, **given: object) -> str:
        return str(words.gettext(message, **given).unescape())

    decided = outcome.decision
    born = words.date(who["born"])
    head = [
        (say("This patient"), ", ".join(x for x in (who["name"], born, who["number"]) if x)),
        (say("Question"), item.question),
        (say("Recorded"), f"{outcome.author}, {words.date(outcome.at)}"),
        (say("Record"), say("version %(n)s", n=outcome.record_number)),
    ]
    told = [
        (say("The board"), say(api.OUTCOME_KINDS[decided.kind])),
        (say("Advice"), ", ".join(labels.get(one, one) for one in decided.options)),
        (say("Condition"), decided.condition),
        (say("Next step"), decided.next_step),
        (say("Who does it"), decided.owner),
        (say("By when"), words.date(decided.due)),
        (say("What the patient wants"), decided.patient_wish),
    ]
    dissent = [
        ": ".join(x for x in (d.discipline, labels.get(d.option or "", ""), d.reason) if x)
        for d in decided.dissent
    ]
    cards = [
        {
            "discipline": card.discipline,
            "option": labels.get(card.option, say("Other")),
            "reason": card.reason,
            "condition": card.condition or "",
        }
        for card in (shown["opened"].cards if shown["opened"] else ())
    ]
    documents = [
        (row["label"], f"{row['for']}/{row['of']}", ", ".join(_in_favour(row)))
        for row in shown["view"]["rows"][:8]
    ]
    signatures = [
        f"{one.printed_name}, {words.date(one.at)}: {say(api.SIGNATURE_MEANINGS[one.meaning])} "
        f"({one.outcome_digest[:16]})"
        for one in outcome.signatures
    ]
    names = {
        "outcome": say("Outcome"),
        "dissent": say("Dissent"),
        "cards": say("Cards"),
        "only_if": say("only if"),
        "documents": say("What the documents said"),
        "signatures": say("Signed"),
        "unsigned": say("Nobody has signed this version."),
    }
    return {
        "title": say("Record of the tumour board"),
        "language": words.language,
        "labels": names,
        "head": [list(pair) for pair in head if pair[1]],
        "outcome": [list(pair) for pair in told if pair[1]],
        "dissent": dissent,
        "cards": cards,
        "documents": [list(row) for row in documents],
        "signatures": signatures,
        "limits": say("Research software, not a medical device. People decide."),
    }


def _in_favour(row: dict[str, Any]) -> list[str]:
    cells = row["cells"]
    return [f"{c['text']} ({c['word']})" for n in ("recommended", "option_for") for c in cells[n]]
