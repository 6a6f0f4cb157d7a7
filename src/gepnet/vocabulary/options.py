"""The tree of options: class, agent, regimen; treatments, tests, follow-up and support."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from gepnet.knowledge.vocabulary_models import OptionEntry


class OptionTree(Mapping[str, OptionEntry]):
    """All options by id, in the order of the files, with their place in the tree."""

    def __init__(self, entries: Iterable[OptionEntry]) -> None:
        """Build the tree.

        Raises:
            ValueError: if an option is its own ancestor.
        """
        self._entries = {entry.id: entry for entry in entries}
        self._children: dict[str, list[str]] = {}
        for entry in self._entries.values():
            if entry.parent is not None:
                self._children.setdefault(entry.parent, []).append(entry.id)
        self._ancestors = {name: self._climb(name) for name in self._entries}

    def __getitem__(self, name: str) -> OptionEntry:
        """Return the option named ``name``."""
        return self._entries[name]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the ids."""
        return iter(self._entries)

    def __len__(self) -> int:
        """Return the number of options."""
        return len(self._entries)

    def _climb(self, name: str) -> tuple[str, ...]:
        path: list[str] = []
        parent = self._entries[name].parent
        while parent is not None:
            if parent in path or parent == name:
                raise ValueError(f"option '{name}' is its own ancestor")
            path.append(parent)
            parent = self._entries[parent].parent if parent in self._entries else None
        return tuple(path)

    def ancestors(self, name: str) -> tuple[str, ...]:
        """Return the classes above an option, nearest first."""
        return self._ancestors[name]

    def lineage(self, name: str) -> tuple[str, ...]:
        """Return an option and its ancestors."""
        return (name, *self._ancestors[name])

    def children(self, name: str) -> tuple[str, ...]:
        """Return the options directly below ``name``."""
        return tuple(self._children.get(name, ()))

    def members(self, name: str) -> tuple[str, ...]:
        """Return ``name`` and everything below it."""
        below = [name]
        for child in self.children(name):
            below.extend(self.members(child))
        return tuple(below)

    def covers(self, holder: str, option: str) -> bool:
        """Whether a position on ``holder`` holds for ``option``."""
        return holder == option or holder in self._ancestors[option]
