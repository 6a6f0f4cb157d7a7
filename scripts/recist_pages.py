"""Documentation pages of RECIST 1.1, made from the data that the code runs on.

A hook of MkDocs: the limits, the table of overall responses and the named choices are printed from
``knowledge/measures/recist-1.1.yaml``, the comparison with pyrecist from the cases that the tests
run on both.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

# The documentation is about this checkout, installed or not.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from gepnet import api
from gepnet.knowledge import read_yaml
from gepnet.response.recist import Rules, overall_rows

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

    from gepnet.response.recist import Rules

ROOT = Path(__file__).resolve().parent.parent
CASES = ROOT / "tests" / "response" / "recist" / "pyrecist_cases.yaml"
RULES = "reference/recist.md"
BESIDE = "reference/recist-and-pyrecist.md"
INTRODUCTION = """\
# RECIST 1.1 as gepnet runs it

Printed from `knowledge/measures/recist-1.1.yaml`, which is what the code runs on. *Verified* says
how far a statement was checked: primary (read in the source named), secondary (partly read there),
unverified (recalled, or a choice of this project). The definitions of the paper (Eisenhauer 2009)
were read in summaries, which are then the source named.
[Choices](../explanation/recist-choices.md) explains what the paper leaves open.
"""
LIMITS = """
## Limits

| What | Value | Rule | Verified | Source |
|---|---:|---|---|---|
"""
OVERALL = """
## Overall response of a time point

Every combination of targets, non-targets and new lesions. *None*: the patient has no lesions of
this kind. *Equivocal*: a finding that may be a new lesion.

| Target | Non-target | New lesion | Overall | Verified |
|---|---|---|---|---|
"""
PAIRS = """
## Two assessments with confirmation

The table of the paper for a first and a second assessment (recalled, not read). *Early*: the
minimum duration of stable disease was not reached. gepnet runs a rule for sequences of any length,
and a test names the three cells in which it says less: early CR then PR, CR then SD and PR then SD
are NE by default, because neither assessment is late enough for SD.

| First | Second | Best | Early |
|---|---|---|---|
"""
COMPARED = """\
# gepnet beside pyrecist

pyrecist 0.1.0 (MIT) is the other Python package that derives RECIST responses from measured
lesions. Its own description says that it leaves out new lesions and non-targets. The same lesions
were given to both, as far as its file can hold them (its patients have to be named by numbers); the
tests run both and compare with this page.
"""


def pages() -> dict[str, str]:
    """Return the text of every page by its path under ``docs``."""
    rules = Rules.read(api.base().knowledge.measures)
    return {RULES: _rules(rules), BESIDE: _beside()}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages to the documentation."""
    from mkdocs.structure.files import File

    for path, text in pages().items():
        files.append(File.generated(config, path, content=text))
    return files


def _rules(rules: Rules) -> str:
    text = (
        INTRODUCTION
        + "\n## Limits\n\n| What | Value | Rule | Verified | Source |\n|---|---:|---|---|---|\n"
    )
    for part in (rules.limits, rules.response):
        for name, limit in part:
            source = f"{limit.source}, {limit.locator}" if limit.locator else limit.source
            text += _row(_plain(name), str(limit.value), limit.rule, limit.verification, source)
    text += "\n## Value of a lesion\n\n| Rule | Counts | Verified | Source |\n|---|---|---|---|\n"
    for rule in rules.values:
        text += _row(_plain(rule.id), rule.says, rule.verification, rule.source)
    text += OVERALL
    for names, row in overall_rows(rules):
        text += _row(*names, f"**{row.overall}**", row.verification)
    text += f"\n{rules.overall.note}\n"
    text += f"\n## Best overall response\n\nFrom best to worst: {', '.join(rules.best.order)}.\n"
    text += PAIRS
    for pair in rules.confirmed_pairs.rows:
        text += _row(pair.first, pair.second, ", ".join(pair.best), ", ".join(pair.early))
    text += "\n## Named choices\n\n| Option | Default | Values | What it means | Verified |\n"
    text += "|---|---|---|---|---|\n"
    for choice in rules.options:
        values = ", ".join(f"`{value}`" for value in choice.values) or "a whole number"
        default = f"`{choice.default}`"
        text += _row(f"`{choice.id}`", default, values, choice.says, choice.verification)
    text += "\n## End of progression-free survival\n\nThe first rule that fits:\n\n"
    text += "".join(f"{n}. `{r.id}`: {r.says}\n" for n, r in enumerate(rules.pfs.rules, 1))
    text += "\n## Never progression by itself\n\n"
    text += "".join(f"- {item.says} ({item.source})\n" for item in rules.never_progression)
    text += "\n## Notes\n\n"
    return text + "".join(f"- {note.says} ({note.verification})\n" for note in rules.notes)


def _beside() -> str:
    found: list[dict[str, Any]] = read_yaml(CASES.read_text("utf-8"), CASES.name).data["cases"]
    head = "\n| Case | gepnet | pyrecist | Why |\n|---|---|---|---|\n"
    same = [case for case in found if case["gepnet"] == case["pyrecist"]]
    other = [case for case in found if case not in same]
    text = COMPARED + "\n## Where they differ\n" + head + "".join(map(_case, other))
    text += "\npyrecist gives no best overall response, no progression date and no reasons.\n"
    return text + "\n## Where they agree\n" + head + "".join(map(_case, same))


def _case(case: dict[str, Any]) -> str:
    def said(responses: list[str | None]) -> str:
        return ", ".join(response or "nothing" for response in responses)

    return _row(case["title"], said(case["gepnet"]), said(case["pyrecist"]), case["why"])


def _plain(name: str) -> str:
    return name.replace("_", " ").removesuffix(" mm").removesuffix(" percent")


def _row(*cells: str) -> str:
    return f"| {' | '.join(' '.join(cell.split()) for cell in cells)} |\n"
