"""Numbers as other countries and programs write them: what they may mean is said, never guessed."""

from __future__ import annotations

import re

_DECIMAL_COMMA = re.compile(r"(?:[0-9]{1,3}(?:\.[0-9]{3})+|[0-9]+),[0-9]+")
_THOUSANDS = re.compile(
    r"[0-9]{1,3}(?:([,' \u00a0\u202f\u2019])[0-9]{3})(?:\1[0-9]{3})*(?:\.[0-9]+)?"
)
_POINTS = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3}){2,}")
_SIGNS = "<>=~+-\u2264\u2265 "


def other_readings(text: str) -> str:
    """Return what a number without a plain decimal point may mean, in words; "" if nothing.

    ``74,999`` is 74.999 with a decimal comma, and 74999 with a mark between thousands: it is told
    as ambiguous. ``7,5`` and ``1.234.567`` can mean one number only.
    """
    bare = text.strip().strip(_SIGNS)
    found = []
    if _DECIMAL_COMMA.fullmatch(bare):
        found.append((bare.replace(".", "").replace(",", "."), "a decimal comma"))
    if _THOUSANDS.fullmatch(bare) or _POINTS.fullmatch(bare):
        marks = "." if _POINTS.fullmatch(bare) else "[^0-9.]"
        found.append((re.sub(marks if len(marks) > 1 else r"\.", "", bare), "marks of thousands"))
    if len(found) == 2:
        either = " or ".join(f"{number} with {why}" for number, why in found)
        return f" (ambiguous: {either}; write it with a decimal point and no other mark)"
    return "".join(f" (with a decimal point and no other mark: {number})" for number, _ in found)
