"""What people send: fields of a form, files, and whether the form was made for their session."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile
from starlette.responses import RedirectResponse, Response

from gepnet import api
from gepnet.board.faults import StaleForm
from gepnet.board.security import same_token
from gepnet.board.visit import Visit

#: Of one form.
MOST_FIELDS, MOST_FILES, MOST_BYTES = 400, 8, 1_000_000


async def _sent(request: Request) -> AsyncIterator[FormData]:
    limits = {"max_fields": MOST_FIELDS, "max_files": MOST_FILES, "max_part_size": MOST_BYTES}
    async with request.form(**limits) as form:  # files are closed with it
        for name, value in form.multi_items():
            text = value.filename or "" if isinstance(value, UploadFile) else value
            if "\0" in name or "\0" in text:  # no database takes it, and nobody types it
                shown = name.replace("\0", "")[:60]
                raise api.refuse(shown, "a zero character", "a text without zero characters")
        yield form


async def _own(request: Request, form: Annotated[FormData, Depends(_sent)]) -> FormData:
    visit = request.state.visit
    if visit.signed is not None:
        tokens = [value for value in form.getlist("csrf") if isinstance(value, str)]
        if not any(same_token(value, visit.csrf) for value in tokens):
            raise StaleForm(form)
    return form


#: The form of a request that changes nothing.
Sent = Annotated[FormData, Depends(_sent)]
#: The form of a request that changes something: it was made for this session.
Own = Annotated[FormData, Depends(_own)]


def text_of(form: FormData, name: str, longest: int = 4000) -> str:
    """Return a field as text without spaces around it; empty where it was not sent."""
    value = form.get(name)
    return "" if value is None or isinstance(value, UploadFile) else value.strip()[:longest]


def texts_of(form: FormData, name: str) -> list[str]:
    """Return every value of a field that is not empty."""
    return [v.strip() for v in form.getlist(name) if isinstance(v, str) and v.strip()]


def number_of(form: FormData, name: str) -> int:
    """Return a field that holds a whole number, such as the version that was seen.

    Raises:
        InputError: if it holds none.
    """
    text = text_of(form, name, 20)
    if not text.isdecimal():
        raise api.refuse(name, repr(text), "a whole number")
    return int(text)


def done(visit: Visit, address: str) -> Response:
    """Return the answer to a form that was saved: go to a page.

    ``saved`` lets the script of the page put the focus where one goes on, and is taken off again.
    """
    if visit.is_part:
        marked = f"{address}{'&' if '?' in address else '?'}saved=1"
        return Response(status_code=200, headers={"hx-redirect": marked})
    return RedirectResponse(address, 303)
