"""People who work on one case at the same time over HTTP, and what they were told was saved."""

from __future__ import annotations

import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.client import HTTPException
from statistics import quantiles

from gepnet import api
from tests.board.served import Answer, Person, Served, seen_in

#: Seconds between two requests of one person: of a page that looks by itself whether something
#: changed, and what people do meanwhile.
POLL, VOTE, EDIT, LOOK = 2.0, 20.0, 15.0, 20.0
#: Each fourth enters what comes in, the others give cards.
EDITS = 4
LAB = {"kind": "laboratory", "event.date": "2026-01-10", "fact.haemoglobin_g_l": "120"}


@dataclass
class Case:
    """One case with a question, and a round of cards that stays closed."""

    id: str
    item: str


@dataclass
class Work:
    """What came of it.

    Attributes:
        times: seconds of each request, by its kind.
        cards: reasons of cards that were acknowledged, in their order, by person.
        notes: notes that were acknowledged.
        again: edits that somebody else had come before, and that were sent anew.
        cut: requests that got no answer.
        errors: answers that are none of those.
    """

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    cards: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    notes: list[str] = field(default_factory=list)
    again: int = 0
    cut: int = 0
    errors: list[str] = field(default_factory=list)

    @property
    def requests(self) -> int:
        """How many requests were answered."""
        return sum(len(one) for one in self.times.values())

    @property
    def given(self) -> int:
        """How many cards were acknowledged."""
        return sum(len(one) for one in self.cards.values())

    @property
    def acknowledged(self) -> int:
        """How many writes were acknowledged."""
        return len(self.notes) + self.given

    def p95_ms(self, kind: str | None = None) -> float:
        """Return the 95th percentile of the time of an answer, of one kind or of all."""
        chosen = [t for name, ts in self.times.items() for t in ts if kind in (None, name)]
        return 1000 * (quantiles(chosen, n=20)[-1] if len(chosen) > 1 else sum(chosen))


def case_for(store: api.Store, team: Sequence[Person], centre: str) -> Case:
    """Make a case whose round stays closed, because of one no card ever comes."""
    base = api.base()
    looks = api.Actor(team[0].id, "Dr 0", frozenset({"clinician", "chair"}), None, {centre})  # type: ignore[arg-type]
    case = api.add_case(store, looks, centre)
    api.save_file(store, looks, case.id, api.example_patient(), base.vocabulary, 0)
    item = api.add_item(store, looks, case.id, "Progressed on lanreotide: what next?")
    api.begin_round(store, looks, item.id, [one.id for one in team])
    return Case(case.id, item.id)


class Crowd:
    """People at work until they are told to stop."""

    def __init__(
        self, team: Sequence[Person], case: Case, pace: float = 1.0, work: Work | None = None
    ) -> None:
        """Let each begin at a moment of their own.

        Args:
            team: the first of them leads, and gives no card.
            case: what they work on.
            pace: 1 for that of a meeting; at 0.1 they do all ten times as often; at 0 they only
                write, one time after the other.
            work: what came of it before; goes on from there.
        """
        self.work, self._case, self._pace = work or Work(), case, pace
        self._run = self.work.acknowledged
        self._stop, self._lock = threading.Event(), threading.Lock()
        self._threads = [
            threading.Thread(target=self._live, args=(one, number))
            for number, one in enumerate(team)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> Work:
        """Let all finish what they do and leave; return what came of it."""
        self._stop.set()
        for thread in self._threads:
            thread.join()
        return self.work

    def _live(self, person: Person, number: int) -> None:
        try:
            self._go_on(person, number)
        finally:
            person.move(person.port)  # nobody leaves a connection open, whoever ended it

    def _go_on(self, person: Person, number: int) -> None:
        chance = random.Random(number)
        doing: list[tuple[float, Callable[[Person, int], None]]] = []
        if number and number % EDITS == 0:
            doing.append((EDIT, self._edit))
        elif number:
            doing.append((VOTE, self._vote))
        if self._pace or not number:
            doing += [(POLL, self._poll), (LOOK, self._look)]
        begun = time.monotonic()
        due = [begun + chance.uniform(0, every) * self._pace for every, _ in doing]
        counts = [0] * len(doing)
        while not self._stop.is_set():
            place = min(range(len(due)), key=due.__getitem__)
            if self._stop.wait(max(0.0, due[place] - time.monotonic())):
                break
            every, do = doing[place]
            counts[place] += 1
            try:
                do(person, counts[place])
            except (OSError, HTTPException):
                with self._lock:
                    self.work.cut += 1
                if self._stop.wait(0.05):
                    break
            due[place] = max(due[place] + every * self._pace, time.monotonic())

    def _timed(self, kind: str, send: Callable[[], Answer], *right: int) -> Answer:
        begun = time.perf_counter()
        found = send()
        taken = time.perf_counter() - begun
        with self._lock:
            self.work.times[kind].append(taken)
        if found.status not in right:
            self._wrong(f"{kind}: {found.status} {found.text[:200]}")
        return found

    def _wrong(self, told: str) -> None:
        with self._lock:
            self.work.errors.append(told)

    def _poll(self, person: Person, _: int) -> None:
        path = f"/item/{self._case.item}/state"
        told = {"if_none_match": person.tag, "hx_request": "true"}
        found = self._timed("poll", lambda: person.get(path, **told), 200, 304)
        person.tag = found.headers.get("etag", "")

    def _look(self, person: Person, count: int) -> None:
        paths = (f"/case/{self._case.id}/board", f"/item/{self._case.item}/cards")
        self._timed("look", lambda: person.get(paths[count % 2]), 200)

    def _vote(self, person: Person, count: int) -> None:
        reason = f"{person.name} thought {self._run}.{count}"
        fields = {"option": "everolimus", "reason": reason}
        path = f"/item/{self._case.item}/card"
        if self._timed("card", lambda: person.post(path, fields), 303).status == 303:
            with self._lock:
                self.work.cards[person.id].append(reason)

    def _edit(self, person: Person, count: int) -> None:
        text = f"{person.name} noted {self._run}.{count}"
        place = f"/case/{self._case.id}/record"
        while True:
            page = self._timed("form", lambda: person.get(f"{place}?kind=laboratory"), 200)
            fields = {**LAB, "event.note": text, "seen": seen_in(page.text)}
            sent = self._timed("edit", lambda f=fields: person.post(f"{place}/event", f), 303, 409)  # type: ignore[misc]
            if sent.status != 409:
                break
            with self._lock:
                self.work.again += 1
            if self._stop.is_set():
                return
        if sent.status == 303:
            with self._lock:
                self.work.notes.append(text)


def kill_and_look(
    address: str, store: api.Store, case: Case, team: Sequence[Person], times: int, seed: int = 7
) -> tuple[Work, list[str], int]:
    """Kill the server some times while all write, at moments of chance; look at what is there.

    Returns:
        What was acknowledged, all faults that were found after a kill, and how much was lost.
    """
    chance, work, faults, lost = random.Random(seed), Work(), list[str](), 0
    for _ in range(times):
        server = Served(address)
        for one in team:
            one.move(server.port)
        before = len(work.notes), work.given
        team[0].get(f"/item/{case.item}/cards")  # the knowledge is read with the first page
        crowd = Crowd(team, case, 0, work)
        until = time.monotonic() + 60
        while not _both_grew(before, work) and time.monotonic() < until:
            time.sleep(0.01)
        time.sleep(chance.uniform(0, 0.4))
        server.kill()
        crowd.stop()
        if not _both_grew(before, work):
            faults.append("nothing was written before the kill")
        held = hold(store, case, work)
        faults += held.faults
        lost += held.lost
    return work, faults, lost


def _both_grew(before: tuple[int, int], work: Work) -> bool:
    return len(work.notes) > before[0] and work.given > before[1]


@dataclass(frozen=True)
class Held:
    """What the store holds, beside what was acknowledged."""

    lost: int
    faults: tuple[str, ...]
    notes: int
    cards: int


def hold(store: api.Store, case: Case, work: Work | None = None) -> Held:
    """Hold a store against what was acknowledged; find what is lost or half there."""
    from sqlalchemy import select

    from gepnet.store.tables import CardRow

    root, words = api.operator("root"), api.base().vocabulary
    faults = list(api.verify_store(store, root).faults)
    kept = api.read_kept(store, root, case.id, words)
    versions = [one.number for one in api.record_versions(store, root, case.id)]
    if versions != list(range(len(versions), 0, -1)):
        faults.append(f"versions {versions}")
    first = len(api.read_kept(store, root, case.id, words, 1).record.events)
    if len(kept.record.events) != first + len(versions) - 1:
        faults.append(f"{len(kept.record.events)} events in version {len(versions)}")
    notes = {str(one.note) for one in kept.record.events if one.note}
    with store.read(root, "card.read", case.id, quiet=True) as session:
        cards = session.execute(select(CardRow.user_id, CardRow.number, CardRow.reason)).all()
    numbers: dict[str, list[int]] = defaultdict(list)
    for user, number, _ in cards:
        numbers[user].append(number)
    faults += [f"cards {n}" for n in numbers.values() if sorted(n) != list(range(1, len(n) + 1))]
    given = {(user, reason) for user, _, reason in cards}
    lost = 0
    if work is not None:
        lost += sum(text not in notes for text in work.notes)
        lost += sum((u, r) not in given for u, reasons in work.cards.items() for r in reasons)
    return Held(lost, tuple(faults), len(versions) - 1, len(cards))
