"""Label and payer of each medicine in a region: two cells, which never stand for each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Self

from gepnet.guidelines import (
    Assessment,
    FundingAssessment,
    KnowledgeBase,
    LabelAssessment,
    region_lineage,
)
from gepnet.knowledge.models import FundingPosition, LabelEntry
from gepnet.knowledge.phrases import Phrases
from gepnet.report.explanations import Asks, Branch, Leaf, Reader, SourceView, source_of
from gepnet.tables import Shown, view_class

#: The first that some entry has is that of the cell.
_LABEL = ("on_label", "undetermined", "off_label")
_PAYER = ("funded", "undetermined", "not_funded", "outside")
NOT_READ = "not_read"


@view_class
class AccessCell:
    """What the labels, or the payers, of a region say of a medicine for this patient.

    ``words`` is what a reader sees, ``entries`` what it rests on.
    """

    status: str
    words: str
    region: str
    entries: list[str]


@view_class
class AccessView:
    """A medicine in a region, with the cell of its label and that of its payer."""

    option: str
    option_label: str
    region: str
    label: AccessCell
    payer: AccessCell


@view_class
class Decided:
    """A label or a payer's decision, whether it is about the patient, and why."""

    entry: Any
    option_label: str
    found: Annotated[
        LabelAssessment | FundingAssessment,
        Shown(take="status ambiguous:text_ambiguous", flat=True),
    ]
    missing: Asks
    against: list[str]
    source: Annotated[SourceView, Shown(flat=True)]
    explanation: Leaf | Branch

    @classmethod
    def of(
        cls,
        entry: LabelEntry | FundingPosition,
        found: LabelAssessment | FundingAssessment,
        reader: Reader,
    ) -> Self:
        """Return an entry for a patient."""
        return cls(
            entry,
            reader.base.options[entry.option].label,
            found,
            reader.asks(found.missing),
            reader.unmet(found.explanation),
            source_of(entry, reader.base),
            reader.tree(found.explanation),
        )


@view_class
class FundingView(Decided):
    """A payer's decision, and whether it is about the patient."""

    entry: Annotated[
        FundingPosition,
        Shown(take="id option product region payer short decision draft says", flat=True),
    ]


@view_class
class LabelView(Decided):
    """Whether a medicine is used within its indication in a region."""

    entry: Annotated[
        LabelEntry, Shown(take="id option product region authority indication", flat=True)
    ]


def access_views(assessment: Assessment, base: KnowledgeBase) -> list[AccessView]:
    """Return label and payer of each medicine that has either, in the order of the options.

    For the region of the patient; where that is not known, for each region with labels or payers.
    """
    regions = [assessment.region] if assessment.region else _regions(assessment)
    found = [view for region in regions for view in _in_region(region, assessment, base)]
    order = {name: index for index, name in enumerate(base.options)}
    return sorted(found, key=lambda view: order[view.option])


def _regions(assessment: Assessment) -> list[str]:
    named = [x.label.entry.region for x in assessment.labels]
    return list(dict.fromkeys([*named, *(x.entry.region for x in assessment.funding)]))


def _in_region(region: str, assessment: Assessment, base: KnowledgeBase) -> Iterator[AccessView]:
    """Yield the medicines of a region; labels of a parent hold there, payers' decisions do not."""
    lineage = region_lineage(base, region)
    labels = [x for x in assessment.labels if x.label.entry.region in lineage]
    payers = [x for x in assessment.funding if x.entry.region == region]
    options = [x.label.entry.option for x in labels] + [x.entry.option for x in payers]
    for option in dict.fromkeys(options):
        own = [x for x in labels if base.options.covers(x.label.entry.option, option)]
        paid = [x for x in payers if base.options.covers(x.entry.option, option)]
        said = base.vocabulary.phrases
        label, payer = _label_cell(own, lineage, said), _payer_cell(paid, region, said)
        yield AccessView(option, base.options[option].label, region, label, payer)


def _label_cell(
    labels: Sequence[LabelAssessment], lineage: Sequence[str], said: Phrases
) -> AccessCell:
    held = {x.label.entry.region for x in labels}
    place = next((name for name in lineage if name in held), lineage[0])
    here = [x for x in labels if x.label.entry.region == place]
    if not here:
        return AccessCell(NOT_READ, said.no_label_read, place, [])
    status = next(word for word in _LABEL if any(x.status == word for x in here))
    words: str = getattr(said, status) + ("" if place == lineage[0] else f" ({place})")
    return AccessCell(status, words, place, [x.label.entry.id for x in here])


def _payer_cell(payers: Sequence[FundingAssessment], region: str, said: Phrases) -> AccessCell:
    if not payers:
        return AccessCell(NOT_READ, said.no_payer_read, region, [])
    status = next(word for word in _PAYER if any(x.status == word for x in payers))
    deciding = [x for x in payers if x.status == status]
    draft = f", {said.draft}" if all(x.entry.draft for x in deciding) else ""
    names = ", ".join(dict.fromkeys(x.entry.short for x in deciding))
    words = f"{getattr(said, status)}{draft} ({names})"
    return AccessCell(status, words, region, [x.entry.id for x in payers])
