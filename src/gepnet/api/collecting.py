"""The board's store as a source of a registry."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gepnet.guidelines import KnowledgeBase
from gepnet.knowledge import InputError, need, refuse

if TYPE_CHECKING:
    from gepnet.store import Actor, Store

View = dict[str, Any]


def board_to_registry(
    base: KnowledgeBase,
    store: Store,
    actor: Actor,
    registry: str,
    pseudonyms: Path,
    title: str = "",
    on: datetime.date | None = None,
    demo: bool = False,
) -> View:
    """Add the cases of a board to a registry, or begin one with them.

    Patients come under pseudonyms made with a secret key, without anything written in words. The
    audit trail of the store says of each case who took it out. What is there already is not added
    again, and what the board has no longer is withdrawn.

    Args:
        base: the knowledge.
        store: of the board.
        actor: who takes them out; the policy asks for a coordinator or the operator.
        registry: folder or URL of the registry.
        pseudonyms: a file with the secret key.
        title: of a registry that is begun.
        on: the day of the addition, for the history (default: today).
        demo: the cases of a demonstration, and no others; they never mix.

    Returns:
        What :func:`registry_view` tells, with ``cases``, ``added`` (of them), ``events_left``
        (told in words) and ``problem_list``.

    Raises:
        InputError: if there is no key in the file, or no case that can be used.
        NotAllowed: if the policy does not let them.
    """
    need("polars")
    from gepnet.api.registries import registry_view
    from gepnet.registry.adding import add_records
    from gepnet.registry.from_board import changed, for_registry
    from gepnet.registry.pseudonyms import Pseudonyms
    from gepnet.registry.store import Registry
    from gepnet.store.collect import collected_records

    names = Pseudonyms.read(pseudonyms)
    taken, problems, cases = [], [], 0
    for case, record in collected_records(store, actor, base.vocabulary):
        if case.demo != demo:
            continue
        cases += 1
        if isinstance(record, InputError):
            problems += [f"{names.name(case.id)}: {one}" for one in record.problems]
        else:
            taken.append(for_registry(record, case.id, case.centre, names))
    if not taken:
        told = "a store with at least one case that has a record"
        raise refuse("store", "none", told + ("" if demo else " (--demo for made-up cases)"))
    try:
        there: Registry | None = Registry.open(registry)
    except InputError:
        there = None
    records = changed(there, [one.record for one in taken], base.vocabulary)
    day = (on or datetime.date.today()).isoformat()
    if records:
        title = title or ("cases of a demonstration: made up" if demo else "cases of a board")
        add_records(registry, records, base.vocabulary, "gepnet import board", title, day)
    return {
        **registry_view(registry),
        "cases": cases,
        "added": len(records),
        "events_left": sum(one.left for one in taken),
        "problem_list": problems,
    }
