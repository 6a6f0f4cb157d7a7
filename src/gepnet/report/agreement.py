"""Documents side by side: who agrees, who differs, and which fact would bring them together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from gepnet.guidelines import (
    QUIET,
    SPOKEN,
    Agreement,
    Assessment,
    KnowledgeBase,
    Pair,
    Status,
    Verdict,
    compare,
    deciding,
)
from gepnet.knowledge import refuse
from gepnet.knowledge.phrases import Phrases
from gepnet.report.assessment import head_view
from gepnet.report.cells import speaking_rows
from gepnet.report.differences import deciding_view
from gepnet.report.words import INTENTS, status_word

View = dict[str, Any]
# Pairs that a reader looks for. Of those of which one document does not speak only the ones are
# told that a single fact would bring together.
_TELLING = {Agreement.SAME, Agreement.COMPATIBLE, Agreement.CONFLICT, Agreement.CONDITIONAL}
_ONE_QUIET = {Agreement.ONE_SILENT}
_DIFFERING = {Agreement.CONFLICT, Agreement.CONDITIONAL, Agreement.NOT_READ, *_ONE_QUIET}


def comparison_view(
    assessment: Assessment,
    base: KnowledgeBase,
    option: str | None = None,
    every_pair: bool = False,
) -> View:
    """Return how the documents stand to each other, option by option.

    Args:
        assessment: of one patient.
        base: the knowledge it was made with.
        option: this option only, with every pair of documents.
        every_pair: also pairs of which one does not speak, options on which no document takes a
            settled position, and options that repeat their class.

    Raises:
        InputError: if there is no such option.
    """
    if option is not None and option not in base.options:
        raise refuse("option", repr(option), "an option", base.options)
    everything = every_pair or option is not None
    rows = set(assessment.rows() if everything else settled_rows(assessment, base))
    wanted = {row for row in rows if option in (None, row[0])}
    pairs = compare(assessment, wanted)
    search = deciding(base, assessment.facts)
    if everything:
        verdicts = search.between(pairs)
    else:
        verdicts = search.between([pair for pair in pairs if pair.agreement in _TELLING])
        quiet = search.between([p for p in pairs if p.agreement in _ONE_QUIET], most=1)
        verdicts.update((pair, verdict) for pair, verdict in quiet.items() if _by_one(verdict))
        pairs = [pair for pair in pairs if pair.agreement in _TELLING or pair in verdicts]
    by_row: dict[tuple[str, str], list[Pair]] = {}
    for pair in pairs:
        by_row.setdefault((pair.option, pair.intent), []).append(pair)
    return {
        **head_view(assessment),
        "options": [
            row_view(row, found, verdicts, assessment, base) for row, found in by_row.items()
        ],
    }


def settled_rows(assessment: Assessment, base: KnowledgeBase) -> list[tuple[str, str]]:
    """Return the rows on which a document takes a position that its class does not take already."""
    found = {
        row
        for document in assessment.documents.values()
        for row, cell in document.cells.spoken.items()
        if cell.status in SPOKEN
    }
    return [row for row in speaking_rows(assessment, base) if row in found]


def _by_one(verdict: Verdict) -> bool:
    """Whether one fact that can change would make the documents agree."""
    return any(len(found.changes) == 1 and found.changes[0].changeable for found in verdict.sets)


def row_view(
    row: tuple[str, str],
    pairs: Sequence[Pair],
    verdicts: dict[Pair, Verdict],
    assessment: Assessment,
    base: KnowledgeBase,
) -> View:
    """Return one option with its pairs, and the lines that sum them up."""
    option, intent = row
    said = base.vocabulary.phrases
    shown = [pair_view(pair, verdicts.get(pair), assessment, base) for pair in pairs]
    return {
        "option": option,
        "label": base.options[option].label,
        "intent": intent,
        "kind": base.options[option].kind,
        "positions": positions_view(row, assessment, base),
        "rankings": rankings_view(row, assessment, base),
        "agreement": dict(Counter(pair.agreement.value for pair in pairs)),
        "lines": sorted(
            [*_deciding_lines(shown, said), *_judgement_lines(shown, said)],
            key=lambda line: not line["conflict"],
        ),
        "pairs": shown,
    }


SPEAKING = frozenset(Status) - QUIET


def positions_view(row: tuple[str, str], assessment: Assessment, base: KnowledgeBase) -> list[View]:
    """Return the documents that speak on a row, by status."""
    found: dict[Status, list[str]] = {}
    for document in assessment.documents.values():
        status = document.cells[row].status
        found.setdefault(status, []).append(document.document.file.document.short)
    return [
        {
            "status": status.value,
            "word": status_word(status, base.vocabulary.phrases),
            "documents": found[status],
        }
        for status in Status
        if status in found and status in SPEAKING
    ]


def rankings_view(row: tuple[str, str], assessment: Assessment, base: KnowledgeBase) -> list[View]:
    """Return which documents put an option before or after others, of the positions that hold."""
    option, intent = row
    found: dict[tuple[str, str, str], None] = {}
    for document in assessment.documents.values():
        short = document.document.file.document.short
        for (other, purpose), cell in document.cells.spoken.items():
            for reason in cell.reasons if purpose == intent and cell.status in SPOKEN else ():
                first, over = reason.position.option, reason.position.preferred_over
                if reason.by_class or not over:
                    continue
                if other == option:
                    found.update(dict.fromkeys((short, "before", one) for one in over))
                elif any(base.options.covers(one, option) for one in over):
                    found[short, "after", first] = None
    return [
        {"document": short, "rank": rank, "option": one, "label": base.options[one].label}
        for short, rank, one in found
    ]


def pair_view(
    pair: Pair, verdict: Verdict | None, assessment: Assessment, base: KnowledgeBase
) -> View:
    """Return how two documents stand to each other, with what decides between them."""
    heads = [assessment.documents[name].document.file.document for name in pair.documents]
    return {
        "documents": list(pair.documents),
        "short": [head.short for head in heads],
        "statuses": [pair.first.status.value, pair.second.status.value],
        "agreement": pair.agreement.value,
        "deciding": None if verdict is None else outcome(pair, verdict),
        "sets": [] if verdict is None else [deciding_view(found, base) for found in verdict.sets],
        "beside": beside(pair, assessment, base),
    }


def outcome(pair: Pair, verdict: Verdict) -> str:
    """Return what decides between two documents; what was not read is no judgement of theirs."""
    unread = pair.agreement is Agreement.NOT_READ and verdict.outcome == "judgement"
    return "not_read" if unread else verdict.outcome


def beside(pair: Pair, assessment: Assessment, base: KnowledgeBase) -> list[str]:
    """Return what else differs between two documents: approval awaited, region, date."""
    heads = [assessment.documents[name].document.file.document for name in pair.documents]
    found, said = [], base.vocabulary.phrases
    for cell, head in zip((pair.first, pair.second), heads, strict=True):
        awaited = {region for reason in cell.reasons for region in reason.awaits_approval}
        if awaited:
            regions = ", ".join(sorted(awaited))
            found.append(said.awaits_approval.format(document=head.short, regions=regions))
    first, second = heads
    if not {*first.region, "any"} & {*second.region, "any"} or first.region != second.region:
        found.append(said.for_regions.format("/".join(first.region), "/".join(second.region)))
    if first.year != second.year:
        found.append(said.of_years.format(first.year, second.year))
    return found


def _deciding_lines(pairs: Iterable[View], said: Phrases) -> list[View]:
    """Return what would bring documents together; pairs with the same answer share a line.

    Left out are pairs that do not conflict and of which both documents would have to move.
    """
    same_answer: dict[str, list[View]] = {}
    for pair in pairs:
        if pair["agreement"] in _DIFFERING and pair["sets"]:
            text = f"; {said.or_word} ".join(found["text"] for found in pair["sets"])
            same_answer.setdefault(text, []).append(pair)
    return [
        {
            "who": said.against.format(", ".join(moving), ", ".join(stays))
            if stays
            else "; ".join(moving),
            "conflict": conflict,
            "sets": found[0]["sets"],
        }
        for found in same_answer.values()
        for moving, stays, conflict in _movers(found, said)
        if conflict or stays
    ]


def _movers(pairs: Sequence[View], said: Phrases) -> list[tuple[list[str], tuple[str, ...], bool]]:
    """Return the documents that would move, those that they would join, and if they conflict."""
    joins: dict[str, list[str]] = {}
    in_conflict: set[str] = set()
    for pair in pairs:
        position = pair["sets"][0]["position"]
        sides = list(zip(pair["short"], pair["statuses"], strict=True))
        moving = f" {said.and_word} ".join(name for name, status in sides if status != position)
        joins.setdefault(moving, []).extend(name for name, status in sides if status == position)
        if pair["agreement"] == Agreement.CONFLICT:
            in_conflict.add(moving)
    together: dict[tuple[str, ...], list[str]] = {}
    for moving, stays in joins.items():
        together.setdefault(tuple(stays), []).append(moving)
    return [
        (moving, stays, not in_conflict.isdisjoint(moving)) for stays, moving in together.items()
    ]


def _judgement_lines(pairs: Iterable[View], said: Phrases) -> list[View]:
    """Return the conflicts that no change of up to three facts would settle, by who is against."""
    joined: dict[str, list[str]] = {}
    for pair in pairs:
        if pair["agreement"] != Agreement.CONFLICT or pair["sets"]:
            continue
        sides = list(zip(pair["short"], pair["statuses"], strict=True))
        if sides[1][1] in (Status.AGAINST, Status.CONFLICTING):
            sides.reverse()
        (name, status), (other, other_status) = sides
        told = "; ".join([status_word(other_status, said), *pair["beside"]])
        joined.setdefault(f"{name} ({status_word(status, said)})", []).append(f"{other} ({told})")
    return [
        {"who": said.against.format(name, ", ".join(others)), "conflict": True, "sets": []}
        for name, others in joined.items()
    ]


# What a page shows of an option: the rest is in `gepnet compare`.
_LINES_ON_A_PAGE = 5
_WAYS_ON_A_PAGE = 2


def page_rows(view: View) -> tuple[list[View], list[str]]:
    """Return what a page tells of a comparison: where documents differ, and where they do not.

    Options with the same positions and the same answers share a row; conflicts come first.
    """
    differing: dict[str, View] = {}
    agreeing: list[str] = []
    for option in view["options"]:
        name = " ".join(part for part in (option["label"], INTENTS[option["intent"]]) if part)
        lines = [line for line in map(_page_line, option["lines"]) if line is not None]
        if lines:
            shown, more = lines[:_LINES_ON_A_PAGE], len(lines[_LINES_ON_A_PAGE:])
            row = {"positions": option["positions"], "lines": shown, "more": more}
            differing.setdefault(str(row), {**row, "options": []})["options"].append(name)
        elif not _DIFFERING & set(option["agreement"]):
            agreeing.append(name)
    rows = sorted(differing.values(), key=lambda row: not any(x["conflict"] for x in row["lines"]))
    return rows, agreeing


def _page_line(line: View) -> View | None:
    """Return a line as a page tells it: every conflict, and of the others what one fact decides."""
    if not line["conflict"] and all(len(found["changes"]) > 1 for found in line["sets"]):
        return None
    ways: dict[str, list[str]] = {}
    for found in line["sets"][:_WAYS_ON_A_PAGE]:
        ways.setdefault(found["then"], []).append(found["what"])
    return {
        "who": line["who"],
        "conflict": line["conflict"],
        "ways": [f"{' or '.join(what)}: {then}" for then, what in ways.items()],
        "more": len(line["sets"][_WAYS_ON_A_PAGE:]),
    }
