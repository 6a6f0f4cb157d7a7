"""The page of what was never read, with what reading it would settle; a hook of MkDocs."""

from __future__ import annotations

import datetime
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

# The documentation is about this checkout, installed or not.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))

from gepnet import api
from gepnet.guidelines import Assessment, KnowledgeBase
from gepnet.guidelines.cohort import CohortPlan
from gepnet.guidelines.cohort_run import open_table
from gepnet.guidelines.cohort_views import facts_of_rows
from gepnet.guidelines.gaps import Gap, gaps
from gepnet.io import published_records
from gepnet.vocabulary import Question

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

PAGE = "reference/gaps.md"
DAY = datetime.date(2026, 11, 28)
MADE_UP = 100
HEAD = """\
# What was never read

Most documents could only be read in part. Here is each topic that was not read completely, the one
whose reading would settle most first: a reading list. It is made from the coverage that each
document states, over the decision points of the packaged published cases and {made_up} made-up
patients, with the documents of {day}.

*Not read* counts cells in which the document says "not read" while another document is for the
option; *wording* those that nothing but its own wording leaves open. A count says what one reading
could settle for these patients. It is no measure of a document, and made-up patients tell nothing
of real ones. Whatever stays at zero concerned none of them.

"""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the page."""
    from mkdocs.structure.files import File

    files.append(File.generated(config, PAGE, content=page()))
    return files


def page(made_up: int = MADE_UP) -> str:
    """Return the page: one row for each topic of a document that was not read completely."""
    base = api.base()
    found = gaps(base, _patients(base, made_up))
    text = HEAD.format(made_up=made_up, day=DAY)
    text += "| Document | Topic | Read | What was read | Patients | Not read | Wording |\n"
    text += "|---|---|---|---|---|---|---|\n"
    return text + "".join(_row(gap, base) for gap in found)


def _row(gap: Gap, base: KnowledgeBase) -> str:
    short = next(d.file.document.short for d in base.documents if d.id == gap.document)
    cells = (
        f"[{short}](documents.md#{gap.document})",
        gap.topic or "whatever its coverage does not name",
        gap.level,
        gap.note or "",
        gap.patients,
        gap.not_read,
        gap.ambiguous,
    )
    return f"| {' | '.join(str(cell).replace('|', '/') for cell in cells)} |\n"


def _patients(base: KnowledgeBase, made_up: int) -> Iterator[Assessment]:
    question = Question(knowledge_date=DAY)
    for case in published_records(base.vocabulary):
        yield api.assess_record(case.record, base, question)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "facts.parquet"
        api.sample_facts(base, made_up, file, at=DAY)
        table, schema = open_table(file)
        plan = CohortPlan(base, schema, DAY, DAY)
        for _, facts in facts_of_rows(plan, table, range(made_up)):
            yield api.assess_facts(facts, base, question)
