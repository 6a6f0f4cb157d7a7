"""Whether the files that the store reads are as it reads them."""

from __future__ import annotations

from collections.abc import Iterator

from gepnet.knowledge import Problem, check_files
from gepnet.rules import Rulebook
from gepnet.store.matters import PatientWeights

FILES = (PatientWeights,)


def check(book: Rulebook) -> Iterator[Problem]:
    """Yield every fault of these files, and methods that lack what their kind needs."""
    yield from check_files(book.knowledge, book.vocabulary, FILES)
    if "patient_weights" not in book.knowledge.measures:
        return
    for method in PatientWeights.read(book.knowledge.measures).methods:
        field = "shared" if method.kind == "points" else "highest"
        if not getattr(method, field):
            file, told = "measures/patient_weights.yaml", f"'{field}' of a method of {method.kind}"
            yield Problem(file, None, method.id, field, "", told)
