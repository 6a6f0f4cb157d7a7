"""The few words and signs that every picture of an assessment uses."""

from __future__ import annotations

from dataclasses import dataclass

from gepnet.guidelines import Status


@dataclass(frozen=True)
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
    Status.UNDETERMINED: Sign("?", "open", "It depends on a missing fact or on an ambiguous text."),
    Status.SILENT: Sign("\N{EN DASH}", "silent", "Read completely on this; it takes no position."),
    Status.NOT_READ: Sign("·", "not read", "This part of the document was not available to us."),
    Status.OUT_OF_SCOPE: Sign("", "out of scope", "The document is not about this patient."),
}
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
