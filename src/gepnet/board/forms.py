"""What people send: fields of a form, and files."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile

#: Of one form.
MOST_FIELDS, MOST_FILES, MOST_BYTES = 400, 8, 1_000_000


async def _sent(request: Request) -> FormData:
    return await request.form(
        max_fields=MOST_FIELDS, max_files=MOST_FILES, max_part_size=MOST_BYTES
    )


#: The form of a request, for a function that is not asynchronous itself.
Sent = Annotated[FormData, Depends(_sent)]


def text_of(form: FormData, name: str, longest: int = 4000) -> str:
    """Return a field as text without spaces around it; empty where it was not sent."""
    value = form.get(name)
    return "" if value is None or isinstance(value, UploadFile) else value.strip()[:longest]
