"""The algorithm of a document on a question, drawn from left to right on one page."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Patch, Rectangle

from gepnet.charts.base import Cell, Chart, TableTwin
from gepnet.guidelines.pathway import Pathway, Said, Step

#: How each kind is drawn: sign, ink of its words, fill and edge of its mark.
_KINDS = {
    "recommended": ("●", "#0b5a3a", "#0b5a3a"),
    "option": ("○", "#0b5a3a", "#ffffff"),
    "open": ("◐", "#6f4e00", "#fbf2d9"),
    "trial_only": ("◇", "#573790", "#efeaf8"),
    "against": ("✕", "#2f363d", "#e7e9eb"),
}
_INK, _SOFT, _LINE, _WAY = "#16202a", "#47535f", "#76828d", "#0a4b8a"
# In points: 72 an inch. A line of text, and how many letters of it fit a column.
_LINE_HEIGHT, _SIZE = 10.5, 8.0
_QUESTION, _ANSWER, _LEAF = 118.0, 92.0, 400.0
_IN_QUESTION, _IN_ANSWER, _IN_LEAF = 25, 19, 92
_GAP, _PAD, _MARGIN = 9.0, 5.0, 14.0


@dataclass
class _Box:
    """A placed question or end; heights, in points, are counted downwards."""

    left: float
    top: float
    height: float
    lines: list[tuple[str, str, bool]]
    width: float
    is_question: bool
    children: list[tuple[list[str], str, _Box]] = field(default_factory=list)

    @property
    def middle(self) -> float:
        return self.top + self.height / 2


def pathway_chart(pathway: Pathway) -> Chart:
    """Return the picture of a pathway, with every path as a row of its table."""
    part = f", {pathway.part}" if pathway.part else ""
    title = f"{pathway.short}: {pathway.title}{part}"
    head = _head(pathway)
    top = _MARGIN + 18 + len(head) * _LINE_HEIGHT + _GAP
    of_patient = bool(pathway.enters)
    root, bottom = _placed(pathway.start, _MARGIN, top, of_patient)
    right = max(box.left + box.width for box in _all(root))
    size = ((right + _MARGIN) / 72, (max(bottom, root.top + root.height) + _MARGIN) / 72)
    rows: list[tuple[Cell, ...]] = [
        (path, said.word, ", ".join(said.options), said.condition, said.strength, said.locator)
        for path, said in _rows(pathway)
    ]
    columns = ("path", "position", "options", "condition", "strength", "place")
    sentence, table = _sentence(pathway, len(rows)), TableTwin(columns, tuple(rows))
    draw = partial(_draw, title=title, head=head, root=root)
    return Chart("pathway", title, sentence, table, *size, draw)


def _sentence(pathway: Pathway, positions: int) -> str:
    depth = f"{pathway.depth} questions deep" if pathway.depth else "without a question"
    told = f"What {pathway.short} says on {pathway.title.lower()}, {depth}: {positions} positions"
    only = f", only if {'; '.join(pathway.only_if)}" if pathway.only_if else ""
    return f"{told} at its ends, each with what has still to be so{only}."


def _rows(pathway: Pathway) -> Iterator[tuple[str, Said]]:
    yield from (("throughout", said) for said in pathway.throughout)
    yield from _ends(pathway.start, ())


def _ends(step: Step, before: tuple[str, ...]) -> Iterator[tuple[str, Said]]:
    yield from (("; ".join(before) or "everybody", said) for said in step.said)
    for branch in step.branches:
        yield from _ends(branch.then, (*before, f"{step.question} {branch.answer}"))


def _head(pathway: Pathway) -> list[tuple[str, str]]:
    found = [(f"About: {pathway.about}.", _SOFT)]
    if pathway.only_if:
        found.append((f"Only if: {'; '.join(pathway.only_if)}. Else no position.", _INK))
    found += [(f"Throughout: {_text(one)}", _KINDS[one.kind][1]) for one in pathway.throughout]
    return [(line, ink) for text, ink in found for line in textwrap.wrap(text, 150)]


def _text(said: Said) -> str:
    missing = " (fact missing)" if said.state == "fact missing" else ""
    sign, strength = _KINDS[said.kind][0], f" [{said.strength}]" if said.strength else ""
    return (
        f"{sign} {said.word}{strength}: {', '.join(said.options)} {said.condition}".rstrip()
        + missing
    )


def _placed(step: Step, left: float, top: float, of_patient: bool) -> tuple[_Box, float]:
    """Return a step with all that follows in its place, and where the next may begin.

    Of a patient, what is on no way of theirs is folded to one line.
    """
    if not step.question:
        lines = [
            (line if first else f"     {line}", _shade(said), first)
            for said in step.said
            for first, line in _marked(textwrap.wrap(_text(said), _IN_LEAF))
        ] or [(step.known or "no position", "quiet", False)]
        height = len(lines) * _LINE_HEIGHT + 2 * _PAD
        width = _LEAF if step.said else _QUESTION
        return _Box(left, top, height, lines, width, False), top + height + _GAP
    asked = [(line, "", True) for line in textwrap.wrap(step.question, _IN_QUESTION)]
    known = [(line, "known", False) for line in textwrap.wrap(step.known, _IN_QUESTION)]
    box = _Box(left, top, 0, [*asked, *known], _QUESTION, True)
    box.height = len(box.lines) * _LINE_HEIGHT + 2 * _PAD
    at = top
    for branch in step.branches:
        then = branch.then
        if of_patient and branch.state == "folded":
            ends = sum(1 for _ in _leaves(then))
            then = Step(known=f"folded: {ends} end{'s' if ends > 1 else ''}")
        child, at = _placed(then, left + _QUESTION + _ANSWER, at, of_patient)
        box.children.append((textwrap.wrap(branch.answer, _IN_ANSWER), branch.state, child))
    first, last = box.children[0][2], box.children[-1][2]
    box.top = max(top, (first.middle + last.middle) / 2 - box.height / 2)
    return box, max(at, box.top + box.height + _GAP)


def _shade(said: Said) -> str:
    """Return how a line is drawn: what does not hold for a patient is drawn faintly."""
    return "quiet" if said.state == "does not hold" else said.kind


def _leaves(step: Step) -> Iterator[Step]:
    if not step.question:
        yield step
    for branch in step.branches:
        yield from _leaves(branch.then)


def _marked(lines: list[str]) -> Iterator[tuple[bool, str]]:
    return ((place == 0, line) for place, line in enumerate(lines))


def _all(box: _Box) -> Iterator[_Box]:
    yield box
    for _, _, child in box.children:
        yield from _all(child)


def _draw(figure: Figure, title: str, head: list[tuple[str, str]], root: _Box) -> None:
    figure.set_layout_engine("none")  # everything is placed already
    axes = figure.add_axes((0, 0, 1, 1))
    width, height = (72 * inches for inches in figure.get_size_inches())
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.set_axis_off()
    axes.text(_MARGIN, _MARGIN + 8, title, size=12, weight="bold", color=_INK, va="center")
    for place, (line, ink) in enumerate(head):
        y = _MARGIN + 24 + place * _LINE_HEIGHT
        axes.text(_MARGIN, y, line, size=_SIZE, color=ink, va="center")
    for box in _all(root):
        _draw_box(axes, box)


def _draw_box(axes: Axes, box: _Box) -> None:
    for answer, state, child in box.children:
        ink, thick = (_WAY, 2.2) if state == "taken" else (_LINE, 0.8)
        joint = box.left + box.width + 8
        xs = [box.left + box.width, joint, joint, child.left]
        ys = [box.middle, box.middle, child.middle, child.middle]
        axes.plot(xs, ys, color=ink, linewidth=thick, solid_joinstyle="miter", zorder=1)
        for place, line in enumerate(reversed(answer)):
            y = child.middle - 4 - place * (_LINE_HEIGHT - 1)
            weight = "bold" if state == "taken" else "normal"
            axes.text(joint + 4, y, line, size=_SIZE - 0.5, color=ink if ink == _WAY else _INK,
                      weight=weight, va="center")  # fmt: skip
    corner = (box.left, box.top)
    if box.is_question:
        shape: Patch = FancyBboxPatch(
            (box.left + 3, box.top + 3), box.width - 6, box.height - 6,
            boxstyle="round,pad=3", facecolor="#eef3fa", edgecolor="#4a6a94", linewidth=0.9,
        )  # fmt: skip
    else:
        shape = Rectangle(
            corner, box.width, box.height, facecolor="white", edgecolor=_LINE, linewidth=0.7
        )
    axes.add_patch(shape)
    for place, (line, kind, first) in enumerate(box.lines):
        y = box.top + _PAD + (place + 0.5) * _LINE_HEIGHT
        ink = _KINDS[kind][1] if kind in _KINDS else {"known": _WAY, "quiet": _LINE}.get(kind, _INK)
        if kind in _KINDS and first:
            strip = Rectangle(
                (box.left, y - _LINE_HEIGHT / 2), 3.5, _LINE_HEIGHT - 1,
                facecolor=_KINDS[kind][2], edgecolor=_KINDS[kind][1], linewidth=0.6,
            )  # fmt: skip
            axes.add_patch(strip)
        axes.text(box.left + 7, y, line, size=_SIZE, color=ink, va="center",
                  weight="bold" if box.is_question and first else "normal")  # fmt: skip
