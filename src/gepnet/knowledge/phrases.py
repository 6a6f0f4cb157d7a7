"""The phrases of the programme about patients and knowledge: what joins facts into sentences.

They stand here in English; another language gives its own in ``measures/words_LANGUAGE_*.yaml``
(see ``knowledge/languages.py``), which puts them where this file is read from.
"""

from __future__ import annotations

from pydantic import Field

from gepnet.knowledge.measure_files import MeasureFile


class Phrases(MeasureFile):
    """Phrases by name; ``{}`` and places in braces stand for what is told.

    ``units`` are by their UCUM code, ``groups`` of facts by their English heading, ``statuses``,
    ``intents``, ``badges``, ``syndromes`` and ``fields`` of events by id: where a language has
    none, the English word of the programme stands.
    """

    files = ("phrases",)
    optional = True

    # Answers and joins.
    yes: str = "yes"
    no: str = "no"
    unknown: str = "unknown"
    not_applicable: str = "not applicable"
    and_word: str = "and"
    or_word: str = "or"
    not_word: str = "not {}"
    does_not_hold: str = "not {}"
    against: str = "{} v {}"
    # Numbers.
    decimal_point: str = "."
    below: str = "below {}"
    at_most: str = "at most {}"
    above: str = "above {}"
    at_least: str = "at least {}"
    equal_to: str = "equal to {}"
    not_equal_to: str = "not equal to {}"
    low_to_high: str = "{low} to {high}"
    low_to_below: str = "{low} to below {high}"
    above_to_high: str = "above {low} to {high}"
    above_to_below: str = "above {low} to below {high}"
    or_more: str = "{} or more"
    exactly: str = "exactly {}"
    any_number: str = "any"
    plus: str = "plus"
    minus: str = "minus"
    # Conditions.
    always: str = "always"
    never: str = "never"
    known: str = "{} known"
    not_known: str = "{} not known"
    certainly: str = "certainly {}"
    provided_that: str = "provided that {}"
    any_other: str = "any other"
    not_stated: str = "not stated"
    condition_not: str = "not: {}"
    # The patient in one line.
    site_not_stated: str = "primary site not stated"
    grade_unknown: str = "grade unknown"
    liver_metastases: str = "liver metastases"
    metastatic: str = "metastatic"
    sstr_uptake: str = "SSTR uptake"
    no_sstr_uptake: str = "no SSTR uptake"
    functioning: str = "functioning"
    non_functioning: str = "non-functioning"
    # What was had of an option.
    being_given: str = "being given"
    progressed_on_it: str = "progressed on it"
    not_tolerated: str = "not tolerated"
    received: str = "received"
    ongoing: str = "ongoing"
    until: str = "to {}"
    # Label and payer.
    on_label: str = "on label"
    off_label: str = "off label"
    funded: str = "funded"
    not_funded: str = "not funded"
    outside: str = "outside the decision"
    undetermined: str = "open"
    draft: str = "draft"
    no_label_read: str = "no label read"
    no_payer_read: str = "no payer read"
    # What a result, or another value, would bring.
    status_for: str = "{document}: {status} for {options}"
    falls_away: str = "{n} open position falls away"
    fall_away: str = "{n} open positions fall away"
    cannot_be_changed: str = "{} (cannot be changed)"
    then: str = "then {}"
    or_else: str = "or {}"
    both_recommended: str = "both recommend it"
    both_option: str = "both name it as an option"
    both_trial_only: str = "both want it within a trial"
    both_against: str = "both advise against it"
    awaits_approval: str = "{document}: waits for approval in {regions}"
    for_regions: str = "for {} v {}"
    of_years: str = "of {} v {}"
    # What a board lacks.
    and_as_well: str = "{value}, and {other} as well"
    days_old: str = "{value} of {day}, {n} days old"
    text_leaves_open: str = "the text leaves it open"
    # Of a course.
    no_progression: str = "no progression"

    units: dict[str, str] = Field(default_factory=dict)
    groups: dict[str, str] = Field(default_factory=dict)
    statuses: dict[str, str] = Field(default_factory=dict)
    intents: dict[str, str] = Field(default_factory=dict)
    badges: dict[str, str] = Field(default_factory=dict)
    syndromes: dict[str, str] = Field(default_factory=dict)
    fields: dict[str, str] = Field(default_factory=dict)

    def number(self, text: str) -> str:
        """Return a number, or a range, with the decimal point of the language."""
        return text if self.decimal_point == "." else text.replace(".", self.decimal_point)

    def truth(self, value: bool) -> str:
        """Return yes or no."""
        return self.yes if value else self.no


#: What is said where no language is chosen.
ENGLISH = Phrases()
