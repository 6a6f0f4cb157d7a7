"""The few words and signs that every picture of an assessment uses."""

from __future__ import annotations

from gepnet.guidelines import SPOKEN, Status
from gepnet.knowledge.phrases import Phrases
from gepnet.tables import view_class


@view_class
class Sign:
    """How a status is shown: symbol, short word and one sentence."""

    symbol: str
    word: str
    meaning: str


SIGNS: dict[str, Sign] = {
    Status.RECOMMENDED: Sign("●", "recommended", "The document recommends it for this patient."),
    Status.OPTION: Sign("○", "option", "The document names it as an option."),
    Status.TRIAL_ONLY: Sign("◇", "trial only", "The document wants it within a trial."),
    Status.AGAINST: Sign("✕", "against", "The document advises against it."),
    Status.CONFLICTING: Sign(
        "⇄", "conflict within", "Parts of the document are for it and parts against."
    ),
    Status.IN_FAVOUR: Sign(
        "◉", "for, strength open", "Recommended or an option: it is for it in either case."
    ),
    Status.TEXT_OPEN: Sign("◐", "text open", "The text leaves it open; no fact would settle it."),
    Status.FACT_MISSING: Sign("?", "fact missing", "It depends on a fact that is not known."),
    Status.LESSER: Sign(
        "<", "lesser of two", "It prefers another option to this one and says no more of it."
    ),
    Status.SILENT: Sign("\N{EN DASH}", "silent", "Read completely on this; it takes no position."),
    Status.NO_POSITION: Sign(
        "…", "no position", "Read in part; what was read of it takes no position for this patient."
    ),
    Status.NOT_READ: Sign("·", "not read", "This part of the document was not available to us."),
    Status.QUIET_EITHER_WAY: Sign(
        "∅",
        "nothing either way",
        "Perhaps not about this patient, and without a position if it is.",
    ),
    Status.OUT_OF_SCOPE: Sign("", "out of scope", "The document is not about this patient."),
}
#: Statuses of a document that takes a position.
SETTLED = frozenset(status.value for status in SPOKEN)
#: Statuses whose cells are counted for each patient of a list.
COUNTED = (
    "recommended",
    "option",
    "in_favour",
    "against",
    "conflicting",
    "text_open",
    "fact_missing",
)
INTENTS = {
    "tumour_control": "",
    "symptom_control": "for hormone symptoms",
    "downsizing": "to shrink before surgery",
    "staging": "for staging",
    "monitoring": "for follow-up",
}
BADGES = {
    "primary": ("P", "read in the document itself"),
    "secondary": ("S", "read in another source that quotes it"),
    "unverified": ("U", "not verified: from general knowledge, does not count"),
}


def status_word(status: Status | str, said: Phrases) -> str:
    """Return the short word for a status in the language of some phrases."""
    return said.statuses.get(str(status)) or SIGNS[status].word


def intent_words(intent: str, said: Phrases) -> str:
    """Return what an option is for; nothing where it is for control of the tumour."""
    return said.intents.get(intent) or INTENTS[intent]


def badge_word(badge: str, said: Phrases) -> str:
    """Return how well something was read, in words."""
    return said.badges.get(badge) or BADGES[badge][1]
