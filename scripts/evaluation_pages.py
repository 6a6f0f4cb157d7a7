"""Documentation pages of the published cases: what decision classes mean, and every verdict.

A hook of MkDocs: the pages are written when the documentation is built, from the table that the
evaluation reads and from the evaluation itself.
"""

from __future__ import annotations

import datetime
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

# The documentation is about this checkout, installed or not.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from gepnet import api
from gepnet.criteria import prose
from gepnet.io.case_file import table

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

CLASSES_PAGE = "reference/decision-classes.md"
VERDICTS_PAGE = "reference/case-verdicts.md"
CLASSES = """\
# Decision classes

How `gepnet cases evaluate` reads what was decided in a published case. The page is printed from
`src/gepnet/knowledge/cases/classes.yaml`, which the evaluation reads;
[Published cases](../explanation/published-cases.md) says what the verdicts mean.

A decision is compared as the option of its class, or as the agents of it that its text names. A
position on a class holds for its members; a document that lists a member of a class is for a
decision that names only the class.

"""
VERDICTS = """\
# Published cases: every verdict

Printed when the documentation is built, with the documents in force on {day}. That is hindsight:
most documents are younger than the decisions. Nothing is imputed. What the verdicts mean, how the
intervals are made, and why each decision that is opposed, contested or not covered is so:
[Published cases](../explanation/published-cases.md). In a terminal: `gepnet cases evaluate`.

{points} decision points of {cases} cases, {scope} of them in scope.

"""


def pages(day: datetime.date | None = None) -> dict[str, str]:
    """Return the text of both pages by its path under ``docs``."""
    return {CLASSES_PAGE: _classes(), VERDICTS_PAGE: _verdicts(day or datetime.date.today())}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages to the documentation."""
    from mkdocs.structure.files import File

    for path, text in pages().items():
        files.append(File.generated(config, path, content=text))
    return files


# Classes ---------------------------------------------------------------------------------------


def _classes() -> str:
    data, base = table("classes"), api.base()
    rules = data["evaluation"]
    text = CLASSES + _head("Decision class", "Compared as", "For", "In a history it is")
    for name in sorted([*data["classes"], *data["not_an_option"]], key=str.lower):
        option = data["classes"].get(name)
        history = data["history"].get(name)
        label = "" if option is None else _option(option)
        text += _row(f"`{name}`", label, _purpose(name, data), _option(history) if history else "")
    localised = prose(base.criteria(rules["localised"]), base.vocabulary)
    text += "\n## What is out of scope\n\nLocalised disease, that is a decision point with "
    text += (
        f"*{_plain(localised)}*, and the classes marked so above. A decision of several classes "
    )
    text += "is compared on the others.\n"
    text += "\n## Purposes\n\n"
    text += (
        "Documents are asked about tumour control. They are also asked about symptom control:\n\n"
    )
    text += _head("Where", "For", "Because")
    for rule in rules["symptom_control"]:
        names = ", ".join(f"`{name}`" for name in rule.get("classes", ())) or "any class"
        where = prose(base.criteria(rule["when"]), base.vocabulary)
        text += _row(_plain(where), names, rule["because"])
    text += "\nA document is for a decision if it is for it under one of its purposes.\n"
    text += "\n## Going on with a treatment\n\n"
    for name, rule in rules["continuation"].items():
        where = _plain(prose(base.criteria(rule["when"]), base.vocabulary))
        text += f"`{name}`, where *{where}*: also compared as {_option(rule['option'])}. "
    text += "A position that names what it is given beside counts only if that is decided too.\n"
    names = ", ".join(f"`{name}`" for name in rules["trial"]["classes"])
    text += f"\n## In a trial\n\n{names}: *only in a trial* then counts for the decision. "
    text += f"`{rules['trial']['setting']}` beside another treatment says where that is given and "
    text += "is not compared by itself.\n"
    return text


def _purpose(name: str, data: dict[str, Any]) -> str:
    rules = data["evaluation"]
    reason = data["not_an_option"].get(name) or rules["not_antitumour"].get(name)
    if reason is not None:
        return f"out of scope: {_plain(reason)}"
    intents = [intent.replace("_", " ") for intent in rules["intents"].get(name, ())]
    return ", ".join(intents) or "tumour control"


def _option(name: str) -> str:
    return f"{_plain(api.base().options[name].label)} (`{name}`)"


# Verdicts --------------------------------------------------------------------------------------


@cache
def evaluation(day: datetime.date) -> dict[str, Any]:
    """Return the evaluation of the packaged cases with the documents in force on ``day``."""
    return api.evaluate_cases(None, api.base(), api.Question(knowledge_date=day))


def _verdicts(day: datetime.date) -> str:
    view = evaluation(day)
    verdicts = [verdict.replace("_", " ") for verdict in view["totals"]]
    scope = view["decision_points"] - view["totals"]["out_of_scope"]
    text = VERDICTS.format(
        day=day, points=view["decision_points"], cases=view["cases"], scope=scope
    )
    text += _head("Verdict", "Decision points", "Share", "95 % interval", "Design effect")
    for verdict, count in view["totals"].items():
        share = view["intervals"].get(verdict)
        cells = ["", "", ""]
        if share is not None:
            cells = [f"{share['share']:.1%}", f"{share['low']:.1%} to {share['high']:.1%}",
                     f"{share['design_effect']:.2f}"]  # fmt: skip
        text += _row(verdict.replace("_", " "), str(count), *cells)
    text += "\n## By era of the decision\n\n" + _head("Era", *verdicts)
    for era, counts in view["by_era"].items():
        text += _row(era.replace("_", " "), *map(str, counts.values()))
    text += "\n## By document\n\nAs if it were the only one.\n\n" + _head("Document", *verdicts)
    for name, counts in view["by_document"].items():
        text += _row(f"[{name}](documents.md#{name})", *(str(n or "") for n in counts.values()))
    text += "\n## By decision class\n\n" + _head("Class", *verdicts)
    for name, counts in view["by_class"].items():
        text += _row(f"`{name}`", *(str(n or "") for n in counts.values()))
    text += "\n## Every decision point\n\n"
    text += "A decision of several classes has one line for each. *By class*: the document speaks "
    text += "of the class that the option belongs to.\n\n"
    text += _head(
        "Decision point", "Decided", "Verdict", "Class", "Documents that speak", "Missing"
    )
    for row in view["rows"]:
        for number, part in enumerate(row["parts"]):
            first = number == 0
            reason = part["out_of_scope"]
            missing = ", ".join(f"`{name}`" for name in part["missing"][:4])
            more = ", …" if len(part["missing"]) > 4 else ""
            text += _row(
                row["dp_id"] if first else "",
                _plain(row["decided"] or "") if first else "",
                f"**{_word(row['verdict'])}**" if first else "",
                f"`{part['class']}`: {_word(part['verdict'])}" + (f" ({reason})" if reason else ""),
                "; ".join(map(_position, part["positions"])),
                missing + more,
            )
    return text


def _position(item: dict[str, Any]) -> str:
    by_class = ", by class" if item["by_class"] else ""
    return f"{item['document']}: {_word(item['status'])}{by_class}"


# Tables ----------------------------------------------------------------------------------------


def _word(name: str) -> str:
    return name.replace("_", " ")


def _head(*columns: str) -> str:
    return _row(*columns) + "|" + "---|" * len(columns) + "\n"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"


_SPECIAL = str.maketrans({c: f"\\{c}" for c in "*_[]`"} | {"<": "&lt;", ">": "&gt;", "\n": " "})


def _plain(text: str) -> str:
    """Return text in which Markdown sees nothing but text."""
    return text.translate(_SPECIAL)
