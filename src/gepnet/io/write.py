"""Write records as patient files, all of them or none."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from gepnet.knowledge import Content, Problem, refuse_all, unusable, write_files
from gepnet.record import Record, record_to_yaml

LOSSES = "losses.txt"


def write_records(records: Iterable[Record], folder: Path, force: bool = False) -> list[Path]:
    """Write one patient file for each record, and beside them what the import lost.

    A failure leaves no half-written patient, and no patient without the others.

    Args:
        records: the patients.
        folder: where the files go; made if it is not there.
        force: overwrite files of the same names.

    Returns:
        The paths of the patient files, in the order of the records.

    Raises:
        InputError: if two patients would share a file, if a file is there and ``force`` is not
            set, or if the folder cannot be written.
    """
    patients = list(records)
    files: dict[Path, Content] = {}
    owners: dict[Path, str] = {}
    problems = []
    for record in patients:
        path = folder / f"{file_name(record.patient)}.yaml"
        if path in owners:
            expected = f"a patient name of its own (also used by {owners[path]})"
            problems.append(Problem(str(path), None, record.patient, "", "", expected))
        owners.setdefault(path, record.patient)
        files[path] = record_to_yaml(record)
    refuse_all(problems)
    files[folder / LOSSES] = losses_report(patients)
    taken = [path for path in files if path.exists()]
    if taken and not force:
        names = ", ".join(path.name for path in taken[:3]) + (", …" if len(taken) > 3 else "")
        found = f"{len(taken)} of these files ({names})"
        expected = "a folder without files of the same names, or the wish to replace them (--force)"
        raise unusable(folder, expected, value=found)
    write_files(files)
    return [path for path in files if path.name != LOSSES]


def file_name(patient: str) -> str:
    """Return a file name for a patient: letters, digits, dot, dash and underscore."""
    safe = "".join(c if c.isalnum() or c in "._-" else "_" for c in patient).lstrip(".")
    return safe or "patient"


def losses_report(records: Iterable[Record]) -> str:
    """Return the losses of an import in words, patient by patient."""
    lines = ["What could not be carried into facts. Nothing was guessed in its place.", ""]
    for record in records:
        lines.append(f"{record.patient}: {len(record.losses)}")
        lines.extend(f"- {loss}" for loss in record.losses)
        lines.append("")
    return "\n".join(lines)
