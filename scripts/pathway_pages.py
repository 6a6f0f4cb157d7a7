"""Pages of the algorithm of every document on every question; a hook of MkDocs.

Computed from the criteria when the documentation is built, each proved twice before it is printed,
exhaustively and by the solver. What one document comes to is kept on disk by all that it depends
on, so that only what changed is computed again.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

# The documentation is about this checkout, installed or not.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from gepnet import api
from gepnet.guidelines import KnowledgeBase
from gepnet.guidelines.figures import Figure, FigureColumn, Figures
from gepnet.guidelines.pathway import pathways
from gepnet.guidelines.pathway.kept import kept
from gepnet.guidelines.pathway.questions import PathwayQuestion, PathwayQuestions
from gepnet.report.pathway import pathway_list
from gepnet.tables import plain

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

FOLDER = "reference/pathways"
#: What a page looks like depends on these files too.
_DRAWN_BY = ("scripts/pathway_pages.py", "src/gepnet/report/templates/pathway_parts.html")
FIGURES = "reference/figure-pathways.md"
FIGURES_HEAD = """\
# Drawn figures beside the computed algorithm

ESMO 2020 draws its algorithm of growth in figure 4, ENETS 2023 that of colorectal tumours in
figure 2. Here is each column in our words, where ours differs, and the pathway that gepnet computes
for the same patients from **all** entries of the document, text and tables included: so it names
more than a column does, asks for the treatment so far instead of drawing arrows, and shows where
figure and text disagree. Sentences and drawings are not copied.
[Which entry says which cell](figures.md).

"""
HEAD = """\
# The algorithm of every document

Each document as one algorithm for each question, computed from its criteria when these pages were
built, and proved twice to say what the criteria say: exhaustively and by the solver. One that is
not proved would not stand here. It shows what a document says; people decide.
[How to read one](../how-to/pathway.md).

Each number is **boxes/questions one after the other**, a page each: a page holds at most {boxes}
boxes, those within its ends counted, and {depth} questions one after the other. What does not fit
is cut by treatment so far, then by options, then by an answer; nothing is left out. A dash: the
document takes no position on this question.

To print one on A4, or all of a document as a poster, a page each:

```sh
gepnet pathway esmo-2020 --question prrt --format pdf > prrt.pdf
gepnet pathway esmo-2020 --every-question --format pdf > poster.pdf
```

"""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages."""
    from mkdocs.structure.files import File

    made = {**pages(api.base()), FIGURES: figures_page(api.base())}
    for path, content in made.items():
        files.append(File.generated(config, path, content=content))
    return files


def pages(base: KnowledgeBase, documents: tuple[str, ...] = ()) -> dict[str, str]:
    """Return the table of all documents, and a page for each that takes a position."""
    settings = PathwayQuestions.read(base.knowledge.measures)
    text = HEAD.format(boxes=settings.most_boxes, depth=settings.most_depth)
    text += _row("Document", *(question.title for question in settings.questions))
    text += "|" + "---|" * (1 + len(settings.questions)) + "\n"
    made = {}
    for document in base.documents:
        if documents and document.id not in documents:
            continue
        head = document.file.document
        drawn = drawn_of(base, document.id)
        cells = []
        for question in settings.questions:
            sizes = [f"{p['boxes']}/{p['depth']}" for p in drawn if p["question"] == question.id]
            link = f"pathways/{document.id}.md#{question.id}"
            told = sizes if len(sizes) < 4 else [*sizes[:2], f"{len(sizes) - 2} more"]
            cells.append(f"[{', '.join(told)}]({link})" if sizes else "\N{EN DASH}")
        name = f"[{head.short}](pathways/{document.id}.md)" if drawn else head.short
        text += _row(name, *cells)
        if drawn:
            made[f"{FOLDER}/{document.id}.md"] = "".join(_page(head.short, document.id, drawn))
    return {f"{FOLDER}.md": text, **made}


def drawn_of(base: KnowledgeBase, document: str) -> list[dict[str, Any]]:
    """Return every pathway of a document: question, title, part, boxes, depth and its lists."""
    found = kept(base, "pathway-page", (document, _look()), lambda: list(_drawn(base, document)))
    return list(found)


def _drawn(base: KnowledgeBase, document: str) -> Iterator[dict[str, Any]]:
    for question in PathwayQuestions.read(base.knowledge.measures).questions:
        made = api.pathways_of(base, [document], question.id)
        for one in made.pathways:
            yield {
                "question": question.id,
                "title": question.title,
                "intent": one.intent.replace("_", " "),
                "part": one.part,
                "boxes": one.boxes,
                "depth": one.depth,
                "html": pathway_list(plain(one)),
            }


def _page(short: str, document: str, drawn: list[dict[str, Any]]) -> Iterator[str]:
    yield f"---\nsearch:\n  exclude: true\n---\n\n# The algorithm of {short}\n\n"
    yield (
        "Computed from its criteria and proved equal to them "
        "([all documents](../pathways.md), [how to read it](../../how-to/pathway.md)). "
        f"In a terminal: `gepnet pathway {document} --question prrt`. What was read of it: "
        f"[{short}](../documents.md#{document}).\n\n"
    )
    before = ""
    for one in drawn:
        if one["question"] != before:
            yield f"## {one['title']} {{#{one['question']}}}\n\n"
            before = one["question"]
        yield f"### {one['intent'].capitalize()}{': ' if one['part'] else ''}{one['part']}\n\n"
        yield f'<div class="pathway">\n{one["html"]}\n</div>\n\n'


def figures_page(base: KnowledgeBase) -> str:
    """Return the columns of figures, each with the pathway of the same patients below it."""
    shorts = {one.id: one.file.document.short for one in base.documents}
    text = FIGURES_HEAD
    for figure in Figures.read(base.knowledge.measures).figures:
        columns = [column for column in figure.columns if column.given]
        if columns:
            text += f"## {shorts[figure.document]}: {figure.title}\n\n"
        for column in columns:
            about = figure.document, column.who, column.given, _look()
            made = kept(base, "figure-pathway", about, partial(_beside, base, figure, column))
            text += f"### {column.who}\n\n**The figure:**\n\n"
            for cell in column.cells:
                differs = f" **Ours differs:** {cell.difference}." if cell.difference else ""
                text += f"- {cell.says}.{differs}\n"
            text += "\n**Computed from the entries:**\n\n"
            text += "".join(
                f"{one['part'] or 'All lines of treatment'}, {one['size']}\n\n"
                f'<div class="pathway">\n{one["html"]}\n</div>\n\n'
                for one in made
            )
    return text


def _beside(base: KnowledgeBase, figure: Figure, column: FigureColumn) -> list[dict[str, str]]:
    asked = PathwayQuestion(
        id="figure", title=column.who, given=column.given or "", intents=("tumour_control",),
        lines=True,
    )  # fmt: skip
    return [
        {
            "part": one.part,
            "size": f"{one.boxes} boxes, {one.depth} questions deep",
            "html": pathway_list(plain(one)),
        }
        for one in pathways(base, [figure.document], asked).pathways
    ]


def _look() -> str:
    """Return a digest of what a page looks like."""
    root = Path(__file__).resolve().parent.parent
    return hashlib.sha256(b"".join((root / name).read_bytes() for name in _DRAWN_BY)).hexdigest()


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |\n"
