"""Names of patients that only the holder of a key can make: a keyed hash, the key kept apart."""

from __future__ import annotations

import hmac
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from gepnet.knowledge import refuse
from gepnet.record import Record

_BYTES = 32
_SHOWN = 20  # hexadecimal figures: no two patients of a country share them by chance


@dataclass(frozen=True)
class Pseudonyms:
    """Makes pseudonyms with one key: the same patient always has the same."""

    key: bytes

    @classmethod
    def read(cls, path: Path) -> Pseudonyms:
        """Read the key of a file, as ``gepnet registry key`` writes it.

        Raises:
            InputError: if it is not there or holds no key.
        """
        try:
            key = bytes.fromhex(path.read_text(encoding="ascii").strip())
        except (OSError, ValueError) as error:
            told = "a file with a key, as 'gepnet registry key' writes"
            raise refuse("pseudonyms", str(path), told) from error
        if len(key) < _BYTES:
            told = f"a key of {_BYTES} bytes or more"
            raise refuse("pseudonyms", str(path), told)
        return cls(key)

    def name(self, patient: str) -> str:
        """Return the pseudonym of a patient."""
        return hmac.new(self.key, patient.encode(), "sha256").hexdigest()[:_SHOWN]

    def of(self, record: Record) -> Record:
        """Return a record under the pseudonym of its patient, without its title."""
        return record.model_copy(update={"patient": self.name(record.patient), "title": None})


def write_key(path: Path) -> None:
    """Write a new key, readable by its owner alone.

    Raises:
        InputError: if the file is there already.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        told = "a file that is not there: with another key no patient is found again"
        raise refuse("output", str(path), told) from error
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(_BYTES) + "\n")
