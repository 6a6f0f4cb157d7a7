"""The vocabulary, and a reader of one published case that a test changes where it needs to."""

import copy
from typing import Any

import pytest
import yaml

from gepnet.io import CaseRecord, parse_case_file, records_of
from gepnet.vocabulary import Vocabulary, load_vocabulary
from tests.io.case_data import CASE, POINT, Read


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    return load_vocabulary()


@pytest.fixture
def read_case(vocabulary: Vocabulary) -> Read:
    """Return a reader of one case: its parts by name, each decision point as a mapping."""

    def read(
        *points: dict[str, Any], source: dict[str, Any] | None = None, **parts: Any
    ) -> list[CaseRecord]:
        case = copy.deepcopy(CASE)
        case["source"].update(source or {})
        for name, changes in parts.items():
            case[name] = {**case.get(name, {}), **changes}
        for number, point in enumerate(points or ({},), 1):
            case["decision_points"].append({**POINT, "dp_id": f"XX01-dp{number}", **point})
        return records_of(
            parse_case_file(yaml.safe_dump({"cases": [case]}), "cases.yaml"), vocabulary
        )

    return read
