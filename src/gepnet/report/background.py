"""What documents say of an option beside their positions."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Annotated

from gepnet.guidelines import Assessment, DocumentAssessment, KnowledgeBase
from gepnet.knowledge.models import Statement
from gepnet.report.explanations import SourceView, source_of
from gepnet.tables import Shown, view_class


@view_class
class StatementView:
    """One statement of a document, and the options that it is about."""

    id: str
    document: str
    short: str
    statement: Annotated[Statement, Shown(take="text topic options", flat=True)]
    labels: list[str]
    source: Annotated[SourceView, Shown(flat=True)]


def statements_shown(
    options: Collection[str], assessment: Assessment, base: KnowledgeBase
) -> list[StatementView]:
    """Return the statements that concern one of some options or its class.

    Documents that are not about the patient are left out.
    """
    found = []
    for document in _about(assessment):
        head = document.document.file.document
        for statement in document.document.file.statements:
            if any(_concerns(statement, option, base) for option in options):
                labels = [base.options[name].label for name in statement.options]
                source = source_of(statement, base, head.source)
                name = f"{head.id}/{statement.id}"
                found.append(StatementView(name, head.id, head.short, statement, labels, source))
    return found


def statements_of(
    option: str, shown: Collection[str], assessment: Assessment, base: KnowledgeBase
) -> dict[str, list[str]]:
    """Return the statements on an option by document; those on its class stand there, if shown."""
    lineage = [name for name in base.options.lineage(option) if name == option or name not in shown]
    return {
        document.document.id: [
            f"{document.document.id}/{statement.id}"
            for statement in document.document.file.statements
            if not set(lineage).isdisjoint(statement.options)
        ]
        for document in _about(assessment)
    }


def _about(assessment: Assessment) -> Iterator[DocumentAssessment]:
    return (d for d in assessment.documents.values() if d.scope.truth is not False)


def _concerns(statement: Statement, option: str, base: KnowledgeBase) -> bool:
    return any(base.options.covers(name, option) for name in statement.options)
