"""A position before and after something about the patient is different."""

from __future__ import annotations

from dataclasses import dataclass

from gepnet.guidelines.status import Status


@dataclass(frozen=True)
class StatusChange:
    """One document's status of an option, before and after.

    ``options`` are the options that share the position, the widest first.
    """

    document: str
    options: tuple[str, ...]
    intent: str
    before: Status
    after: Status

    @property
    def option(self) -> str:
        """The widest option concerned."""
        return self.options[0]
