"""Where the people of boards differ, over cases and centres, and what explains it.

Two people who name different options may do so because documents do (each follows one), because a
fact is missing that would settle it, because a text is open, because the documents allow both, or
against all documents. All of these that hold are said. Agreement is Fleiss' kappa with its interval
over cases; persons are never counted, ranked or compared with a right answer: there is none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations
from typing import Any

from gepnet.guidelines import Assessment, KnowledgeBase, Status
from gepnet.numbers import Kappa, fleiss_kappa, pair_agreement
from gepnet.report.agreement import comparison_view
from gepnet.report.changes import missing_view
from gepnet.report.words import SIGNS
from gepnet.store.rated import Opinion, RatedItem
from gepnet.store.rounds import OTHER
from gepnet.tables import taken, view_class

View = dict[str, Any]
_FOR = frozenset({Status.RECOMMENDED, Status.OPTION, Status.IN_FAVOUR})
# Of what a document says of an option for several purposes, the first of these counts.
_STRENGTH = (
    Status.RECOMMENDED, Status.OPTION, Status.IN_FAVOUR, Status.TRIAL_ONLY, Status.CONFLICTING,
    Status.AGAINST, Status.TEXT_OPEN, Status.FACT_MISSING, Status.LESSER,
)  # fmt: skip
_WAITING = frozenset({Status.FACT_MISSING, Status.TEXT_OPEN})


@view_class
class _Stand:
    """What the documents say of one option for one patient: short names by status."""

    documents: dict[Status, tuple[str, ...]]

    def of(self, statuses: Iterable[Status]) -> frozenset[str]:
        """Return the documents with one of some statuses."""
        return frozenset(name for one in statuses for name in self.documents.get(one, ()))


def board_agreement_view(
    items: Sequence[RatedItem],
    base: KnowledgeBase,
    assessed: Callable[[RatedItem], Assessment],
    explained: bool = True,
) -> View:
    """Return who differs, over cases, disciplines and centres, and what explains it.

    Args:
        items: what was thought, one round an item.
        base: the knowledge.
        assessed: the assessment of the record that an item was asked on.
        explained: with what explains each difference, which takes a second or so for each.

    Returns:
        ``overall`` kappa; ``by_centre`` over its cases, ``by_discipline`` and ``between_centres``
        among those people, each in order of name; ``cases`` with their groups of opinions, the
        share of pairs of people who agree, and ``differences`` with what explains them;
        ``explained_by`` counts the kinds of explanation over differences.
    """
    cases = [_case(item, base, assessed, explained) for item in items]
    differences = (difference for case in cases for difference in case["differences"])
    kinds = Counter(one["kind"] for told in differences for one in told["explained_by"])
    centres = sorted({item.centre for item in items})
    disciplines = sorted({one.discipline for item in items for one in item.opinions})
    homes = sorted({one.centre for item in items for one in item.opinions})
    return {
        "items": len(items),
        "people": len({one.person for item in items for one in item.opinions}),
        "overall": _kappa(item.opinions for item in items),
        "by_centre": [
            {"centre": name, **_kappa(item.opinions for item in items if item.centre == name)}
            for name in centres
        ],
        "by_discipline": [
            {"discipline": name, **_kappa(_of(items, lambda one: one.discipline, {name}))}
            for name in disciplines
        ],
        "between_centres": [
            {"centres": list(pair), **_kappa(_of(items, lambda one: one.centre, set(pair)))}
            for pair in combinations(homes, 2)
        ],
        "explained_by": dict(sorted(kinds.items())),
        "cases": cases,
    }


def _of(
    items: Sequence[RatedItem], named: Callable[[Opinion], str], names: set[str]
) -> Iterator[Sequence[Opinion]]:
    """Yield of each item the opinions of some people."""
    for item in items:
        yield [one for one in item.opinions if named(one) in names]


def _kappa(opinions: Iterable[Sequence[Opinion]]) -> View:
    found: Kappa | None = fleiss_kappa([_counts(of_one) for of_one in opinions])
    if found is None:
        return {"kappa": None, "low": None, "high": None, "observed": None, "cases": 0, "cards": 0}
    rounded = {
        name: None if value is None else round(value, 3)
        for name, value in (("kappa", found.kappa), ("low", found.low), ("high", found.high))
    }
    return {
        **rounded,
        "observed": round(found.observed, 3),
        "cases": found.subjects,
        "cards": found.ratings,
    }


def _counts(opinions: Iterable[Opinion]) -> dict[str, int]:
    return Counter(one.option for one in opinions)


def _case(
    item: RatedItem,
    base: KnowledgeBase,
    assessed: Callable[[RatedItem], Assessment],
    explained: bool,
) -> View:
    counts = _counts(item.opinions)
    order = {name: place for place, name in enumerate(base.options)}
    options = sorted(counts, key=lambda name: (order.get(name, len(order)), name))
    differences: list[View] = []
    if explained and len(options) > 1:
        differences = _differences(options, assessed(item), base)
    share = pair_agreement(counts)
    return {
        "case": item.pseudonym,
        "centre": item.centre,
        "question": item.question,
        "round": item.round,
        "rounds": item.rounds,
        "observed": None if share is None else round(share, 3),
        "groups": [
            {
                "option": name,
                "label": _label(name, base),
                "opinions": taken(
                    [one for one in item.opinions if one.option == name],
                    "discipline person centre condition reason",
                ),
            }
            for name in options
        ],
        "outcome": None if item.outcome is None else [_label(one, base) for one in item.outcome],
        "outcome_kind": item.outcome_kind,
        "differences": differences,
    }


def _differences(options: list[str], assessment: Assessment, base: KnowledgeBase) -> list[View]:
    named = [option for option in options if option != OTHER and option in base.options]
    stands = {option: _stand(option, assessment, base) for option in named}
    compared = {option: comparison_view(assessment, base, option) for option in named}
    lacking = missing_view(assessment, base)["missing"]
    return [
        {
            "options": list(pair),
            "labels": [_label(one, base) for one in pair],
            "explained_by": _reasons(pair, stands, compared, lacking, base),
        }
        for pair in combinations(options, 2)
    ]


def _stand(option: str, assessment: Assessment, base: KnowledgeBase) -> _Stand:
    """Return what documents say of an option for any purpose, the strongest of each counting."""
    found: dict[Status, list[str]] = {}
    strength = [*_STRENGTH, *(one for one in Status if one not in _STRENGTH)]
    for document in assessment.documents.values():
        said = [
            document.cells[option, intent].status
            for row, intent in assessment.rows()
            if row == option
        ]
        if said:
            short = document.document.file.document.short
            found.setdefault(min(said, key=strength.index), []).append(short)
    return _Stand({status: tuple(names) for status, names in found.items()})


def _reasons(
    pair: tuple[str, str],
    stands: dict[str, _Stand],
    compared: dict[str, View],
    lacking: list[View],
    base: KnowledgeBase,
) -> list[View]:
    """Return everything that explains why two people name two options."""
    if any(option not in stands for option in pair):
        told = "one of the two is none of the options that documents speak of"
        return [_reason("other", told)]
    covers = base.options.covers
    if covers(*pair) or covers(pair[1], pair[0]):
        told = "one of the two is a class of which the other is a member"
        return [_reason("class_and_member", told)]
    first, second = (stands[option] for option in pair)
    ahead = [first.of(_FOR) - second.of(_FOR), second.of(_FOR) - first.of(_FOR)]
    labels = [_label(option, base) for option in pair]
    found: list[View] = []
    if all(ahead):
        told = "; ".join(
            f"{', '.join(sorted(names))} for {label} only"
            for names, label in zip(ahead, labels, strict=True)
        )
        told = f"documents differ as the people do: {told}"
        found.append(_reason("documents", told, ahead[0] | ahead[1], _deciding(pair, compared)))
    both = first.of(_FOR) & second.of(_FOR)
    if both:
        told = f"{', '.join(sorted(both))} allow both"
        found.append(_reason("both_allowed", told, both))
    facts = _missing(pair, lacking)
    if facts:
        told = f"a fact is missing on which it depends: {'; '.join(facts[:5])}"
        found.append(_reason("fact_missing", told, facts=facts))
    texts = sorted(first.of([Status.TEXT_OPEN]) | second.of([Status.TEXT_OPEN]))
    if texts:
        told = f"the text leaves it open: {', '.join(texts)}"
        found.append(_reason("text_open", told, texts))
    for stand, label in zip((first, second), labels, strict=True):
        if not stand.of(_FOR) and not stand.of(_WAITING):
            against = sorted(stand.of([Status.AGAINST, Status.CONFLICTING]))
            word = (
                f"{', '.join(against)} {SIGNS[Status.AGAINST].word}" if against else "none speaks"
            )
            told = f"no document is for {label} in this patient ({word})"
            found.append(_reason("beside_documents", told, against))
    if found:
        return found
    one = ahead[0] or ahead[1]
    told = f"only {', '.join(sorted(one))} speak for one of the two" if one else "judgement"
    return [_reason("judgement", told, one)]


def _reason(kind: str, text: str, documents: Iterable[str] = (), facts: Sequence[str] = ()) -> View:
    return {"kind": kind, "text": text, "documents": sorted(documents), "facts": list(facts)}


def _deciding(pair: tuple[str, str], compared: dict[str, View]) -> list[str]:
    """Return the facts that would bring together documents that differ on one of the options."""
    sets = [
        found
        for option in pair
        for row in compared[option]["options"]
        for line in row["lines"]
        for found in line["sets"]
        if found["changeable"]
    ]
    sets.sort(key=lambda found: len(found["changes"]))
    return list(dict.fromkeys(found["what"] for found in sets))[:5]


def _missing(pair: tuple[str, str], lacking: list[View]) -> list[str]:
    """Return the missing facts of which a result would change what is said of the options."""
    return list(
        dict.fromkeys(
            fact["request"]
            for fact in lacking
            for result in fact["results"]
            for change in result["changes"]
            if set(pair) & set(change["options"])
        )
    )


def _label(option: str, base: KnowledgeBase) -> str:
    return base.options[option].label if option in base.options else option
