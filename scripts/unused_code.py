"""What the package defines and nothing in the package, the scripts or the benchmarks uses.

    python scripts/unused_code.py

vulture finds functions, classes, methods, properties and imports without a use. Fields of data
classes and models are left out: they are read by name, from a file or into JSON. So is what
``gepnet.api`` offers to programs. What only tests use counts as unused.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from vulture import Vulture

ROOT = Path(__file__).resolve().parent.parent
#: What a template of the board names is used there.
TEMPLATES = sorted((ROOT / "src" / "gepnet" / "board" / "templates").glob("**/*.html"))
USED_BY_NAME = [
    "@model_validator",
    "@field_validator",
    "@model_serializer",
    "@also_shown",
    "@command",
    "@screen.get",
    "@screen.post",
    "@app.exception_handler",
    "@event.listens_for",
    "@declared_attr.directive",
]
FIELDS = {"variable", "attribute"}
#: What stays without a use, and why.
KEPT = {
    "process_bind_param": "SQLAlchemy calls it for what is written to a column",
    "process_result_value": "SQLAlchemy calls it for what is read from a column",
    "__getattr__": "Python calls it for names of the package that are loaded when first used",
    "to_sql": "one criterion as SQL, held to the specification beside the other engines",
    "clashes": "the gravest findings at a fraction of the cost of all, for a check of every day",
    "long_form": "a row for each patient, option and document, for notebooks",
    "open_statuses": "what would settle the open statuses of a cohort, for notebooks",
    "marrow_mass_g": "published method, held to its worked example",
    "local_dose": "published method, held to its worked example",
}


def offered() -> set[str]:
    """Return the names that programs get from ``gepnet.api``."""
    stub = (ROOT / "src" / "gepnet" / "api" / "__init__.pyi").read_text(encoding="utf-8")
    return set(re.findall(r"import \w+ as (\w+)", stub))


def unused() -> list[str]:
    """Return a line for each name without a use, and for each that is kept without need."""
    search = Vulture(ignore_decorators=USED_BY_NAME)
    search.scavenge([str(ROOT / "src"), str(ROOT / "scripts"), str(ROOT / "benchmarks")])
    found = [item for item in search.get_unused_code() if item.typ not in FIELDS]
    shown = set(re.findall(r"\w+", "".join(t.read_text("utf-8") for t in TEMPLATES)))
    mine = [item for item in found if item.filename.is_relative_to(ROOT / "src")]
    names = offered() | KEPT.keys() | shown
    lines = [
        f"{item.filename.relative_to(ROOT)}:{item.first_lineno}: {item.message}"
        for item in mine
        if item.name not in names
    ]
    idle = KEPT.keys() - {item.name for item in mine}
    return lines + [
        f"scripts/unused_code.py: '{name}' is kept, and in use" for name in sorted(idle)
    ]


if __name__ == "__main__":
    told = unused()
    sys.exit("\n".join(told) or None)
