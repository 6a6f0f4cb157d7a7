"""The page of what the solver found, from its recorded findings; a hook of MkDocs.

The findings are recorded in ``scripts/solver_findings.json``, as proving everything anew takes
longer than building the pages. A test holds the file to what the solver says. After a change of the
knowledge: ``python scripts/solver_pages.py``.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

# The documentation is about this checkout, installed or not.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from gepnet import api
from gepnet.guidelines.verify.judgements import JUDGED, judgements
from gepnet.vocabulary import Question

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

FILE = Path(__file__).resolve().parent / "solver_findings.json"
PAGE = "reference/solver-findings.md"
KINDS = (*sorted(JUDGED), "eligibility", "undivided", "left_out", "spread", "off_label")
DAY = "2026-01-15"
HEAD = f"""\
# What the solver found

Every finding of these kinds over the packaged knowledge, with documents and labels in force on
{DAY}: none is written by hand. Where documents or parts of one differ, our judgement after reading
the entries stands beside it: *real*, a matter of *wording*, or an *encoding question*, where our
reading of the text may be what differs. A judgement is ours and no document's. How they are found:
[Proofs about the knowledge](../explanation/proofs.md). In a terminal, with a patient for each:
`gepnet knowledge verify`. Nothing here is advice for a patient.

"""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the page."""
    from mkdocs.structure.files import File

    files.append(File.generated(config, PAGE, content=page()))
    return files


def page() -> str:
    """Return the page: a table for each kind."""
    view = json.loads(FILE.read_text(encoding="utf-8"))
    judged = judgements(api.base().knowledge.measures)
    text = HEAD
    for kind, said in view["kinds"].items():
        listed = [finding for finding in view["findings"] if finding["kind"] == kind]
        if not listed:
            continue
        text += f"\n## {kind.replace('_', ' ').capitalize()}\n\n{said.capitalize()}.\n\n"
        columns = ["Documents", "Options", "For whom", "What decides"]
        columns += ["Judgement"] if kind in JUDGED else []
        text += _row(*columns) + "|" + "---|" * len(columns) + "\n"
        for finding in listed:
            cells = [
                ", ".join(f"`{name}`" for name in finding["documents"]),
                ", ".join(f"`{name}`" for name in finding["options"]),
                "; ".join(finding["words"]) or finding["detail"],
                _decides(finding),
            ]
            if kind in JUDGED:
                one = judged.get(finding["id"])
                told = "**not judged**"
                if one is not None:
                    row = f" ({one.row})" if one.row else ""
                    told = f"**{one.judgement.replace('_', ' ')}**{row}: {one.why}"
                cells.append(told)
            text += _row(*cells)
    return text


def recorded(view: dict[str, Any]) -> dict[str, Any]:
    """Return what is kept of findings: what hangs on no choice of a patient, and what decides."""
    keys = ("id", "kind", "documents", "options", "detail", "deciding", "decided")
    findings = [
        {
            **{key: finding[key] for key in keys},
            "words": finding["region"],
            "recommendations": finding["regions"][0]["recommendations"]
            if finding["regions"]
            else [],
        }
        for finding in view["findings"]
        if finding["kind"] in KINDS
    ]
    kinds = {kind: view["kinds"][kind] for kind in KINDS}
    return {"day": DAY, "kinds": kinds, "findings": findings}


def _decides(finding: dict[str, Any]) -> str:
    if finding["decided"] == "judgement":
        return "judgement"
    return ", ".join(f"`{name}`" for name in finding["deciding"])


def _row(*cells: str) -> str:
    cleaned = (cell.replace("|", "\\|").replace("\n", " ").strip() for cell in cells)
    return f"| {' | '.join(cleaned)} |\n"


if __name__ == "__main__":
    import datetime

    found = api.prove_knowledge(
        api.base(),
        kinds=KINDS,
        question=Question(knowledge_date=datetime.date.fromisoformat(DAY)),
    )
    text = json.dumps(recorded(found), indent=1, ensure_ascii=False)
    FILE.write_text(text + "\n", encoding="utf-8")
