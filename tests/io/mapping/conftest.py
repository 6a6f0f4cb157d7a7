"""A clinic's table and a mapping of it, and what comes of both."""

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gepnet.io.mapping import Imported, Mapping, run_mapping
from gepnet.tables import read_sheet
from gepnet.vocabulary import Vocabulary, load_vocabulary

TODAY = datetime.date(2024, 6, 1)
Bring = Callable[..., Imported]


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    return load_vocabulary()


@pytest.fixture
def bring(tmp_path: Path, vocabulary: Vocabulary) -> Bring:
    """Return what brings in a text by the entry of a mapping."""

    def run(text: str | bytes, name: str = "clinic.csv", **entry: Any) -> Imported:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        entry = {"patient": "id", "rows": "patient", **entry}
        mapping = Mapping.model_validate({"tables": [entry]})
        table = mapping.tables[0]
        sheet = read_sheet(path, table.sheet, table.separator, table.encoding, table.comment)
        return run_mapping([(table, sheet)], vocabulary, TODAY)

    return run


def cells(result: Imported, kind: str, name: str) -> dict[str, str | None]:
    """Return a field of the events of a kind, by patient."""
    made = result.events[kind]
    return dict(zip(made["patient"], made[name], strict=True))
