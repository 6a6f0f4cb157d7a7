"""The domains of which a patient file says that its record is complete, each with its day."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gepnet.knowledge import nearest
from gepnet.record.expected import A_DATE
from gepnet.vocabulary import PartialDate, Vocabulary, parse_date


def read_domains(
    data: Any,
    vocabulary: Vocabulary,
    fault: Callable[..., None],
    check_future: Callable[..., None],
) -> dict[str, PartialDate | None]:
    """Return the domains that are complete.

    Args:
        data: what the file says: domains, or each with its date.
        vocabulary: its facts name the domains.
        fault: tells of a problem.
        check_future: tells of a day that has not come.
    """
    domains = {fact.entry.complete for fact in vocabulary.values() if fact.entry.complete}
    found: dict[str, PartialDate | None] = {}
    if isinstance(data, list) and all(isinstance(domain, str) for domain in data):
        data = dict.fromkeys(data)
    if data is not None and not isinstance(data, dict):
        fault(("complete",), data, "domains, each with its date")
        return found
    for domain, day in (data or {}).items():
        path = ("complete", domain)
        if domain not in domains:
            told, near = f"one of {', '.join(sorted(domains))}", nearest(str(domain), domains)
            fault(path, domain, told, near, ("", "complete"))
            continue
        try:
            found[domain] = None if day is None or day is True else parse_date(str(day))
        except ValueError:
            fault(path, day, A_DATE, named=path)
        else:
            check_future(found[domain], path, path)
    return found
