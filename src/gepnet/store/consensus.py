"""What cards say together: pure functions, which count and group and never choose.

Cards are grouped by option. Nothing is averaged, no group is called right, and a group of one is a
group: the board reads what each thinks and then talks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from gepnet.numbers import pair_agreement
from gepnet.store.outcomes import Decision, Dissent
from gepnet.store.rounds import Card, CardRound


@dataclass(frozen=True)
class CardGroup:
    """The cards that name one option."""

    option: str
    cards: tuple[Card, ...]

    @property
    def conditions(self) -> tuple[str, ...]:
        """Under which conditions, each once."""
        return tuple(dict.fromkeys(card.condition for card in self.cards if card.condition))

    @property
    def disciplines(self) -> tuple[str, ...]:
        """Which disciplines, each once, by name."""
        return tuple(sorted({card.discipline for card in self.cards}))


@dataclass(frozen=True)
class Moved:
    """A person who gave another option in a later round."""

    user_id: str
    printed_name: str
    discipline: str
    before: str
    after: str


def grouped(cards: Iterable[Card], order: Callable[[str], int]) -> list[CardGroup]:
    """Return the cards by option: most cards first, equal ones in the order of the vocabulary.

    Args:
        cards: of one round that is open.
        order: place of an option in the vocabulary.
    """
    found: dict[str, list[Card]] = {}
    for card in cards:
        found.setdefault(card.option, []).append(card)
    groups = [CardGroup(option, tuple(own)) for option, own in found.items()]
    return sorted(groups, key=lambda group: (-len(group.cards), order(group.option), group.option))


def shared_view(cards: Sequence[Card]) -> float | None:
    """Return the share of pairs of people whose cards name the same option; None below two."""
    counts: dict[str, int] = {}
    for card in cards:
        counts[card.option] = counts.get(card.option, 0) + 1
    return pair_agreement(counts)


def moved(earlier: CardRound, later: CardRound) -> list[Moved]:
    """Return who gave another option in a later round, both rounds being open."""
    before = {card.user_id: card for card in earlier.cards}
    return [
        Moved(
            card.user_id,
            card.printed_name,
            card.discipline,
            before[card.user_id].option,
            card.option,
        )
        for card in later.cards
        if card.user_id in before and before[card.user_id].option != card.option
    ]


def not_in(decision: Decision, cards: Iterable[Card]) -> list[Dissent]:
    """Return the cards that an outcome leaves out, as dissent to be confirmed by who gave them.

    It is a help for the form; nothing is recorded by it.
    """
    left = [card for card in cards if card.option not in decision.options]
    found = (Dissent(card.discipline, card.reason, card.option) for card in left)
    return list(dict.fromkeys(found))
