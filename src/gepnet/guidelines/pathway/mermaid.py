"""A pathway as a Mermaid flowchart, which many note-taking programs and repositories draw."""

from __future__ import annotations

from gepnet.guidelines.pathway.view import Pathway, Said, Step

_BREAK = "<br/>"


def mermaid(pathway: Pathway) -> str:
    """Return the text of a flowchart; boxes are numbered in reading order."""
    lines = [f"%% {pathway.short}: {pathway.title}", "flowchart LR"]
    if pathway.only_if or pathway.throughout:
        told = ["Only if: " + "; ".join(pathway.only_if)] if pathway.only_if else []
        told += [f"Throughout: {said_text(one)}" for one in pathway.throughout]
        lines.append(f'  head["{_BREAK.join(map(_quoted, told))}"]')
    _add(pathway.start, lines, [0])
    return "\n".join(lines)


def _add(step: Step, lines: list[str], count: list[int]) -> str:
    name = f"n{count[0]}"
    count[0] += 1
    if not step.question:
        told = [said_text(one) for one in step.said] or ["no position"]
        lines.append(f'  {name}["{_BREAK.join(map(_quoted, told))}"]')
        return name
    lines.append(f'  {name}{{"{_quoted(step.question)}"}}')
    for branch in step.branches:
        child = _add(branch.then, lines, count)
        lines.append(f'  {name} -->|"{_quoted(branch.answer)}"| {child}')
    return name


def said_text(said: Said) -> str:
    """Return one line of a leaf as text."""
    strength = f" [{said.strength}]" if said.strength else ""
    return f"{said.word}{strength}: {', '.join(said.options)} {said.condition}".rstrip()


def _quoted(text: str) -> str:
    return text.replace('"', "'").replace("<", "&lt;").replace(">", "&gt;")
