"""What one column most likely is: the fact, its unit, its words, and how sure that is."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any

from gepnet.io.mapping.headers import header_of
from gepnet.io.mapping.seen import Seen, flags, is_date, number_in
from gepnet.io.mapping.words import code_list, missing, words
from gepnet.vocabulary import Fact, ValueProblem, Vocabulary
from gepnet.vocabulary.units import UnitProblem
from gepnet.vocabulary.words import Meanings, fold

_TOPOGRAPHY = re.compile(r"C\d\d\.?\d?(?:\W|$)")
_MORPHOLOGY = re.compile(r"[89]\d{3}(?:/\d)?(?:\W|$)")
_READ_WELL, _READ_SO_SO = 0.9, 0.5
_ENOUGH = 0.8


@dataclass
class Guess:
    """What a column may be.

    Attributes:
        fact: that it is.
        sure: how sure the header makes it, from 0 to 1.
        unit: of its numbers.
        values: words that the vocabulary does not read by itself, and what they mean.
        saw: what it rests on, in words.
        read: the share of its cells that can be read so.
    """

    fact: Fact
    sure: float
    unit: str | None = None
    values: dict[str, Any] = field(default_factory=dict)
    saw: list[str] = field(default_factory=list)
    read: float = 0.0

    @property
    def confidence(self) -> str:
        """high, medium or low."""
        if self.sure >= 0.85 and self.read >= _READ_WELL:
            return "high"
        return "medium" if self.sure >= 0.6 and self.read >= _READ_SO_SO else "low"


def guess(column: Seen, vocabulary: Vocabulary) -> Guess | None:
    """Return the fact that a column most likely is; None if it is likely none."""
    best: Guess | None = None
    names = [column.name, column.label] if column.label else [column.name]
    for text in names:
        for called, sure in header_of(text).called():
            fact = _fact(called, vocabulary)
            if fact is None or (best is not None and sure <= best.sure):
                continue
            found = Guess(fact, sure)
            _judge(found, column, vocabulary)
            score = found.read if column.counts else 1.0
            if score >= _READ_SO_SO and (best is None or found.sure > best.sure):
                best = found
        if best is not None and best.sure > 0.9:
            return best
    if best is None or best.sure < 0.6:
        near = _near(column, vocabulary)
        best = near if near is not None and (best is None or near.sure > best.sure) else best
    return best


def _fact(called: str, vocabulary: Vocabulary) -> Fact | None:
    recorded = [fact.id for fact in vocabulary.values() if fact.entry.event]
    own = (name for name, said in words().headers.items() if fold(called) in map(fold, said))
    name = next(own, None)
    if name is None:
        name = called if called in recorded else vocabulary.words.fact(called, recorded)
    if name is None:
        for fact in vocabulary.values():
            if fact.entry.event and fact.entry.label.casefold() == called.casefold():
                return fact
    return None if name is None else vocabulary[name]


def _near(column: Seen, vocabulary: Vocabulary) -> Guess | None:
    """Return the fact whose name is spelled alike, or whose words the cells are."""
    name = vocabulary.words.likely_fact(header_of(column.name).bare)
    if name is not None and vocabulary[name].entry.event:
        found = Guess(vocabulary[name], 0.65, saw=[f"the header is spelled like {name}"])
        _judge(found, column, vocabulary)
        if found.read >= _ENOUGH:
            return found
    if not 2 <= len(column.counts) <= 40 or column.numeric > 0.2:
        return None
    scored = []
    for fact in vocabulary.values():
        if fact.type != "enum" or not fact.entry.event or fact.id == "region":
            continue
        share = column.share(partial(_is_word, vocabulary.words.of(fact.id)))
        if share >= _ENOUGH:
            scored.append((share, fact))
    if len(scored) == 1:
        fact = scored[0][1]
        found = Guess(fact, 0.3, saw=[f"its words are those of {fact.id}; the header is not known"])
        _judge(found, column, vocabulary)
        return found
    return None


def _is_word(meanings: Meanings, text: str) -> bool:
    return len(text) > 1 and meanings.read(text) is not None


def _judge(found: Guess, column: Seen, vocabulary: Vocabulary) -> None:
    """Say how well the cells of a column can be read as a fact, and how."""
    kind = found.fact.type
    if not column.counts:
        found.read = 1.0
        found.saw.append("no cell says anything")
        return
    if kind == "number":
        _judge_number(found, column, vocabulary)
    elif kind == "boolean":
        _judge_flag(found, column, vocabulary)
    elif kind == "enum":
        _judge_words(found, column, vocabulary)
    else:
        found.read = column.share(lambda text: is_date(text, "dmy") or is_date(text, "mdy"))
        found.saw.append(f"{column.filled} dates")


def _judge_number(found: Guess, column: Seen, vocabulary: Vocabulary) -> None:
    fact = found.fact
    found.read = column.share(lambda text: number_in(text.split(" ")[0]) is not None)
    odd = [text for text in column.counts if number_in(text.split(" ")[0]) is None]
    low, high = (min(column.numbers), max(column.numbers)) if column.numbers else (0.0, 0.0)
    found.saw.append(f"{column.filled} values from {low:g} to {high:g}")
    if odd:
        shown = ", ".join(f"'{text}'" for text in odd[:4])
        found.saw.append(f"no numbers: {shown}")
    own = fact.entry.unit
    if own is None or own.startswith("{") or own in ("a", "/d", "1", "wk"):
        return
    head = header_of(column.name)
    written = [*head.brackets, *([head.unit] if head.unit else [])]
    written += [b for b in header_of(column.label).brackets] if column.label else []
    for text in written:
        unit = text.replace("_", "/") if "/" not in text else text
        for spelled in (text, unit):
            try:
                fact.units.read(spelled, fact.id, own)
            except UnitProblem:
                continue
            found.unit = spelled
            found.saw.append(f"unit '{spelled}' from the header")
            _check_range(found, column, vocabulary)
            return
    if fact.id == column.name:
        found.unit = own
        return
    _unit_by_size(found, column, vocabulary)


def _check_range(found: Guess, column: Seen, vocabulary: Vocabulary) -> None:
    share = _believed(found.fact, column.numbers, found.unit, vocabulary, whole=True)
    if share is not None and share < _ENOUGH:
        found.saw.append(f"only {share:.0%} of the values are plausible in this unit: check")
        found.sure = min(found.sure, 0.7)


def _unit_by_size(found: Guess, column: Seen, vocabulary: Vocabulary) -> None:
    """Choose the unit in which the values are of the size that they have in patients."""
    fact, own = found.fact, str(found.fact.entry.unit)
    units = list(dict.fromkeys([own, *fact.units.known(fact.id, own), *_slips(fact, vocabulary)]))
    shares = {unit: _believed(fact, column.numbers, unit, vocabulary) for unit in units}
    known = {unit: share for unit, share in shares.items() if share is not None}
    if not known:
        found.unit = own
        found.saw.append(f"no unit in the header: taken as {own}, check")
        found.sure = min(found.sure, 0.5)
        return
    ordered = sorted(known.items(), key=lambda item: -item[1])
    best, share = ordered[0]
    rest = [unit for unit, other in ordered[1:] if other > share - 0.3]
    found.unit = best
    if share >= _READ_SO_SO and not rest:
        found.saw.append(f"no unit in the header: the values fit {best} and no other unit")
        found.sure = min(found.sure, 0.8)
    else:
        alike = f"; {', '.join(rest)} would fit as well" if rest else ""
        found.saw.append(f"no unit in the header: taken as {best}{alike}: check")
        found.sure = min(found.sure, 0.5)


def _slips(fact: Fact, vocabulary: Vocabulary) -> tuple[str, ...]:
    quantity = vocabulary.plausible.get(fact.family or fact.id)
    return () if quantity is None else tuple(quantity.slips)


def _believed(
    fact: Fact,
    numbers: list[float],
    unit: str | None,
    vocabulary: Vocabulary,
    whole: bool = False,
) -> float | None:
    """Return the share of numbers that are typical in a unit; None if that is not known."""
    quantity = vocabulary.plausible.get(fact.family or fact.id)
    if quantity is None or not numbers or unit is None:
        return None
    try:
        factor = fact.units.read(unit, fact.id, fact.entry.unit).factor
    except UnitProblem:
        return None
    low, high = quantity.bounds(own=False) if whole else quantity.typical
    inside = [low <= Decimal(str(number)) * factor <= high for number in numbers]
    return sum(inside) / len(inside)


def _judge_flag(found: Guess, column: Seen, vocabulary: Vocabulary) -> None:
    meant = flags(column, vocabulary)
    if meant is None:
        share = column.share(lambda text: vocabulary.words.flag(text) is not None)
        found.read = share
        if share >= _READ_SO_SO:
            odd = [t for t in column.counts if vocabulary.words.flag(t) is None]
            found.saw.append(f"not understood: {', '.join(map(repr, odd[:5]))} (add to values)")
        return
    found.read = 1.0
    found.values = {
        text: flag for text, flag in meant.items() if vocabulary.words.flag(text) is None
    }
    found.saw.append(f"yes and no as {column.told()}")
    if found.values:
        found.sure = min(found.sure, 0.84 if set(meant) & {"0", "1"} else 0.9)


def _judge_words(found: Guess, column: Seen, vocabulary: Vocabulary) -> None:
    meanings = vocabulary.words.of(found.fact.id)

    def reads(text: str) -> bool:
        if meanings.read(text) is not None:
            return True
        try:
            found.fact.parse(text)
        except ValueProblem:
            return False
        return True

    found.read = column.share(reads)
    odd = [text for text in column.counts if not reads(text)]
    found.saw.append(f"words such as {column.told()}")
    if odd:
        told = []
        for text in odd[:6]:
            near = meanings.suggest(text)
            told.append(f"'{text}'" + (f" ({near}?)" if near else ""))
        found.saw.append(f"not understood, to be added to values: {', '.join(told)}")


def icd_o_3(column: Seen) -> str | None:
    """Return the list by which a column of ICD-O-3 codes is read; None if it is none."""
    topography = column.share(lambda text: bool(_TOPOGRAPHY.match(text)))
    if column.counts and topography >= _ENOUGH:
        return "icd_o_3_topography"
    named = "histolog" in column.name.casefold() or "morpholog" in column.name.casefold()
    morphology = column.share(lambda text: bool(_MORPHOLOGY.match(text)))
    return "icd_o_3_morphology" if column.counts and named and morphology >= _ENOUGH else None


def organ_of(column: Seen, vocabulary: Vocabulary) -> tuple[str, dict[str, bool]] | None:
    """Return the metastasis that a column of yes and no is about, by the organ in its header."""
    text = column.name.casefold()
    meant = flags(column, vocabulary)
    if meant is None or not ("mets" in text or "metast" in text):
        return None
    codes = code_list("metastatic_sites")
    found = {
        to
        for part in re.split(r"[^\w]+", column.name)
        if len(part) > 2 and (code := codes.find(part)) is not None
        for to in code.means
        if to.startswith("stage.metastasis_")
    }
    own = {text: flag for text, flag in meant.items() if vocabulary.words.flag(text) is None}
    return (found.pop(), own) if len(found) == 1 else None


def lists_sites(column: Seen) -> bool:
    """Whether the cells of a column list organs of metastases."""
    codes = code_list("metastatic_sites")

    def reads(text: str) -> bool:
        parts = [part for part in re.split(r"\s*[;,|/+&]\s*", text) if part]
        return bool(parts) and all(
            codes.find(part) is not None or part.casefold() in missing() for part in parts
        )

    return bool(column.counts) and column.share(reads) >= _ENOUGH and column.numeric < 0.2
