"""Write the published JSON Schemas: of the patient file, from the vocabulary, and of mapping files.

Run ``python scripts/patient_schema.py`` after a change in the vocabulary or in the option tree;
``tests/test_schema.py`` fails until the published file is current.
"""

from __future__ import annotations

import json
from pathlib import Path

from gepnet.io.mapping.schema import mapping_schema
from gepnet.record import patient_schema
from gepnet.vocabulary import load_vocabulary

PUBLISHED = Path(__file__).resolve().parent.parent / "docs" / "reference" / "patient.schema.json"
MAPPING = PUBLISHED.with_name("mapping.schema.json")


def schema_text() -> str:
    """Return the schema as it is published."""
    schema = patient_schema(load_vocabulary())
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def mapping_text() -> str:
    """Return the schema of mapping files as it is published."""
    return json.dumps(mapping_schema(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PUBLISHED.write_text(schema_text(), encoding="utf-8")
    MAPPING.write_text(mapping_text(), encoding="utf-8")
    print(PUBLISHED, MAPPING)
