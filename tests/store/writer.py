"""A process that writes to a store until it is killed, and says what was acknowledged.

    python tests/store/writer.py ADDRESS CASE USER

Prints a line with the number of each version that was saved, and of each card.
"""

from __future__ import annotations

import sys

from gepnet import api, store
from gepnet.store.policy import Actor


def main(address: str, case_id: str, user_id: str) -> None:
    """Save versions of a record, and cards, one after the other."""
    kept = store.open_store(address)
    base = api.base()
    actor = Actor(user_id, "Dr Ada North", frozenset({"clinician", "chair"}), "oncology",
                  frozenset({"North"}))  # fmt: skip
    seen = store.read_case(kept, actor, case_id).record_number
    item = store.list_items(kept, actor, case_id=case_id)[0]
    lab = {"kind": "laboratory", "date": "2026-01-10", "haemoglobin_g_l": 120}
    print("ready", flush=True)
    while True:
        store.add_events(kept, actor, case_id, [lab], base.vocabulary, seen, "one more")
        seen += 1
        print(f"record {seen}", flush=True)
        card = store.give_card(kept, actor, item.id, "everolimus", f"thought {seen}", base.options)
        print(f"card {card.cards[-1].number}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
