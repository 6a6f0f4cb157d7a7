"""Made-up people who work with a board."""

from __future__ import annotations

from dataclasses import dataclass

from gepnet import store
from gepnet.store.policy import Actor

PASSWORD = "seven oaks in the rain"
CENTRE = "North"
MEMBERS = {
    "ada": ("Dr Ada North", ["clinician", "chair"], "oncology"),
    "ben": ("Dr Ben South", ["clinician"], "surgery"),
    "cleo": ("Dr Cleo West", ["nuclear_medicine"], "nuclear medicine"),
    "dora": ("Dora East", ["coordinator"], None),
    "eli": ("Eli Count", ["analyst"], None),
    "flo": ("Flo Watch", ["auditor"], None),
    "gus": ("Gus Keys", ["admin"], None),
}


@dataclass(frozen=True)
class Team:
    """Who is who; ``far`` is a clinician of another centre."""

    ada: Actor
    ben: Actor
    cleo: Actor
    dora: Actor
    eli: Actor
    flo: Actor
    gus: Actor
    far: Actor
    root: Actor


def add_team(kept: store.Store) -> None:
    root = store.operator("root")
    for name, (printed, roles, discipline) in MEMBERS.items():
        # Without a password, whose hash would take a tenth of a second each.
        store.add_user(kept, root, name, printed, roles, [CENTRE], None, discipline, f"test {name}")
    store.add_user(
        kept, root, "far", "Dr Far Away", ["clinician"], ["South"], None, "surgery", "test far"
    )


def team_of(kept: store.Store) -> Team:
    root = store.operator("root")
    actors = {
        user.name: Actor(
            user.id, user.printed_name, frozenset(user.roles), user.discipline,
            frozenset(user.centres),
        )
        for user in store.list_users(kept, root)
    }  # fmt: skip
    return Team(**actors, root=root)
