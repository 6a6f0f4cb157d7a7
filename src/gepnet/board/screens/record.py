"""The record of a patient: a form for each kind of event, a pasted table, files, and versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from gepnet import api
from gepnet.board.cases import look_at
from gepnet.board.forms import Own, done, number_of, text_of, texts_of
from gepnet.board.pages import page
from gepnet.board.policy import Screen, may
from gepnet.board.screens.case import common, item_of
from gepnet.board.visit import Here, Visit

if TYPE_CHECKING:
    from gepnet.record import Record

screen = Screen("record")
#: Domains that a record may declare complete.
DOMAINS = ("treatments", "progression", "metastases", "symptoms", "comorbidities", "imaging")


@screen.get("/case/{case_id}/record", may("case.read"))
def record(visit: Here, case_id: str, kind: str = "diagnosis") -> Response:
    """What is recorded, and the form of one kind of event."""
    looked = look_at(visit, case_id)
    base = visit.base
    chosen = kind if kind in api.EVENT_KINDS else api.EVENT_KINDS[0]
    events = [] if looked.kept is None else list(reversed(looked.record.events))
    store, actor = visit.desk.store, visit.actor
    return page(
        visit,
        "record.html",
        kind=chosen,
        kinds=api.EVENT_KINDS,
        fields=api.event_form(base, chosen),
        events=[_shown(one, visit) for one in events],
        versions=api.record_versions(store, actor, case_id),
        complete={} if looked.kept is None else looked.record.complete,
        domains=DOMAINS,
        lapsed=None if looked.kept is None else _lapsed(looked.record),
        options=[(name, base.options[name].label) for name in base.options],
        losses=[] if looked.kept is None else looked.record.losses,
        regions=[one.id for one in base.vocabulary["region"].entry.values],
        **common(looked, item_of(visit, case_id), "record"),
    )


def _lapsed(record: Record) -> str | None:
    """Return the day up to which domains were declared complete, where the record went on."""
    days = [day for day in record.complete.values() if day is not None]
    if not days or record.as_of is None:
        return None
    first = min(days, key=lambda day: day.last)
    return first.last.isoformat() if first.last < record.as_of.last else None


def _shown(event: Any, visit: Visit) -> dict[str, Any]:
    told, base = [], visit.base
    for name, value in event.values.items():
        entry = base.vocabulary[name].entry
        words = {one.id: one.label for one in entry.values}
        shown = base.vocabulary.phrases.truth(value) if isinstance(value, bool) else None
        unit = getattr(entry, "unit", None) or ""
        text = shown or words.get(str(value)) or f"{value} {unit}".strip()
        told.append((entry.label, text))
    fields = type(event).model_fields
    skipped = {"id", "kind", "date", "values", "accepted", "withdrawn", "limits"}
    for name in fields:
        value = getattr(event, name)
        if name in skipped or value in (None, (), {}, False):
            continue
        label = base.options[value].label if name == "option" and value in base.options else value
        parts = label if isinstance(label, tuple) else (label,)
        said = ", ".join(_said(name, one, visit) for one in parts)
        told.append((api.field_words(base, name), said))
    return {
        "id": event.id,
        "kind": event.kind.replace("_", " "),
        "date": "" if event.date is None else str(event.date),
        "told": told,
        "withdrawn": event.withdrawn,
    }


def _said(name: str, value: Any, visit: Visit) -> str:
    """Return a value of a field that an event has by itself."""
    base = visit.base
    if name == "decision":
        return str(visit.words.gettext(value.replace("_", " ")).unescape())
    if isinstance(value, bool):
        return str(base.vocabulary.phrases.truth(value))
    if name == "on" and value in base.options:
        return str(base.options[value].label)
    return api.value_words(base, name, value) if isinstance(value, str) else str(value)


def event_of(visit: Visit, form: FormData) -> dict[str, Any]:
    """Return the event that a form holds, by the names of its fields; what is empty is left out.

    Raises:
        InputError: for a kind of event that there is not.
    """
    kind = text_of(form, "kind", 40)
    if kind not in api.EVENT_KINDS:
        raise api.refuse("kind", repr(kind), "a kind of event", api.EVENT_KINDS)
    event: dict[str, Any] = {"kind": kind}
    for name, longest in (("date", 40), ("source", 200), ("note", 2000), ("id", 80)):
        if text := text_of(form, f"event.{name}", longest):
            event[name] = visit.words.typed_date(text) if name == "date" else text
    truth: dict[str, Any] = {"yes": True, "no": False}
    base = visit.desk.base
    trees = base.options, visit.base.options
    labels = {one.label.casefold(): name for tree in trees for name, one in tree.items()}
    for field in api.event_form(base, kind):
        name = field["id"]
        values = texts_of(form, f"fact.{name}")
        if field["type"] == "date":
            values = [visit.words.typed_date(one) for one in values]
        if field["type"] == "option":
            values = [labels.get(one.casefold(), one) for one in values]
        if not values:
            continue
        unit = text_of(form, f"unit.{name}", 40)
        if field["several"]:
            event[name] = values
        elif field["type"] == "boolean":
            event[name] = truth.get(values[0], values[0])
        elif field["type"] == "number" and unit and unit != field["unit"]:
            event[name] = {"value": values[0], "unit": unit}
        elif field["type"] == "enum" and len(values) > 1:
            event[name] = values
        else:
            event[name] = values[0]
        by, why = text_of(form, f"by.{name}", 200), text_of(form, f"why.{name}", 500)
        if by and why and field["type"] == "number":
            told = event[name] if isinstance(event[name], dict) else {"value": event[name]}
            event[name] = {**told, "accepted_by": by, "reason": why}
    if kind == "progression" and "types" not in event and text_of(form, "none_found"):
        event["types"] = []
    return event


@screen.post("/case/{case_id}/record/check", may("record.edit"))
def check(visit: Here, case_id: str, form: Own) -> Response:
    """Say at once what is wrong with an event that is being typed; nothing is saved."""
    api.read_case(visit.desk.store, visit.actor, case_id)  # what is none of theirs is not found
    problems = api.check_events(visit.desk.base, [event_of(visit, form)])
    return page(visit, "check_part.html", problems=problems)


@screen.post("/case/{case_id}/record/event", may("record.edit"))
def add_event(visit: Here, case_id: str, form: Own) -> Response:
    """Add one event; one that has the id of an earlier takes its place in the next version."""
    event = event_of(visit, form)
    if problems := api.date_problems([event]):
        raise api.InputError(problems)
    desk = visit.desk
    reason, seen = text_of(form, "reason", 500) or None, number_of(form, "seen")
    api.add_events(desk.store, visit.actor, case_id, [event], desk.base.vocabulary, seen, reason)
    return done(visit, f"/case/{case_id}/record?kind={event['kind']}")


@screen.post("/case/{case_id}/record/withdraw", may("record.edit"))
def withdraw(visit: Here, case_id: str, form: Own) -> Response:
    """Mark an event as wrong: it is not read any more and stays readable."""
    desk = visit.desk
    name, seen = text_of(form, "event", 80), number_of(form, "seen")
    kept = api.read_kept(desk.store, visit.actor, case_id, desk.base.vocabulary)
    reason = text_of(form, "reason", 500)
    if not reason:
        raise api.refuse("reason", "", "why the event is wrong")
    events = [one for one in api.record_to_data(kept.record)["events"] if one["id"] == name]
    if not events:
        raise api.refuse("event", repr(name), "an event of the record")
    told = [{**events[0], "withdrawn": True}]
    api.add_events(desk.store, visit.actor, case_id, told, desk.base.vocabulary, seen, reason)
    return done(visit, f"/case/{case_id}/record")


@screen.post("/case/{case_id}/record/complete", may("record.edit"))
def complete(visit: Here, case_id: str, form: Own) -> Response:
    """Declare domains complete: only there nothing recorded means no."""
    desk = visit.desk
    seen, day = number_of(form, "seen"), text_of(form, "complete_day", 10)
    named = [one for one in texts_of(form, "complete") if one in DOMAINS]
    told: dict[str, str | None] = {name: day or None for name in named}
    api.add_events(desk.store, visit.actor, case_id, [], desk.base.vocabulary, seen, None, told)
    return done(visit, f"/case/{case_id}/record")


@screen.post("/case/{case_id}/record/paste", may("record.edit"))
def paste(visit: Here, case_id: str, form: Own) -> Response:
    """Read a pasted table; show what was read and what was not, and save it when told to."""
    desk = visit.desk
    api.read_case(desk.store, visit.actor, case_id)  # what is none of theirs is not found
    text, day = text_of(form, "table", 200_000), text_of(form, "table_day", 10)
    found = api.paste_laboratory(desk.base, text, day)
    seen = number_of(form, "seen")
    if text_of(form, "save") and found["events"]:
        api.add_events(
            desk.store, visit.actor, case_id, found["events"], desk.base.vocabulary, seen
        )
        if not found["unread"]:
            return done(visit, f"/case/{case_id}/record")
        return page(visit, "pasted_part.html", found=found, saved=True, seen=seen + 1)
    return page(visit, "pasted_part.html", found=found, saved=False, seen=seen)


@screen.post("/case/{case_id}/record/file", may("record.edit"))
def upload(visit: Here, case_id: str, form: Own) -> Response:
    """Take a patient file as the next version; what it could not place is listed."""
    desk = visit.desk
    sent = form.get("file")
    if not isinstance(sent, UploadFile) or not sent.filename:
        raise api.refuse("file", "", "a patient file, or one of published cases")
    name = sent.filename.replace("\\", "/").rpartition("/")[2][:80]
    api.read_case(desk.store, visit.actor, case_id)  # before the work of reading
    records = api.read_upload(desk.base, name, sent.file.read())
    wanted = text_of(form, "patient", 80)
    chosen = next((one for one in records if one.patient == wanted), records[0])
    seen = number_of(form, "seen")
    reason = text_of(form, "reason", 500) or f"file {name}"
    api.save_record(desk.store, visit.actor, case_id, chosen, desk.base.vocabulary, seen, reason)
    if chosen.losses or len(records) > 1:
        told = api.told_of(chosen)
        others = [one.patient for one in records if one.patient != chosen.patient]
        return page(visit, "uploaded_part.html", told=told, others=others, case_id=case_id)
    return done(visit, f"/case/{case_id}/record")


@screen.get("/case/{case_id}/record/file.yaml", may("case.export"))
def download(visit: Here, case_id: str) -> Response:
    """The patient file, to take away."""
    looked = look_at(visit, case_id)
    text = "" if looked.kept is None else looked.kept.file
    headers = {"content-disposition": 'attachment; filename="patient.yaml"'}
    return Response(text, media_type="application/yaml", headers=headers)
