"""Whether the trials along an indirect path enrolled patients who can be compared.

An indirect comparison borrows the control of one trial for another. It holds only if the trials
could have enrolled each other's patients. Nothing here decides that: what the trials state of their
patients is laid side by side along each path, and what differs is marked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from pathlib import Path

from gepnet.evidence.synthesis.contrast_table import ContrastRow
from gepnet.knowledge import InputError, Problem, refuse_all
from gepnet.tables import read_grid

_LONGEST = 4  # edges of a path; beyond, nobody would call a comparison indirect evidence
_MOST = 4  # paths of two treatments that are told


@dataclass(frozen=True)
class Populations:
    """What each study states of its patients: characteristic and value, by name of the study."""

    of: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def characteristics(self) -> list[str]:
        """Every characteristic that some study states, in the order in which they come."""
        return list(dict.fromkeys(name for stated in self.of.values() for name in stated))


@dataclass(frozen=True)
class Difference:
    """A characteristic: each value with the studies that state it, and those that do not."""

    characteristic: str
    values: dict[str, list[str]]
    unknown: list[str]


@dataclass(frozen=True)
class IndirectPath:
    """A chain of comparisons between two treatments, with what differs along it."""

    treat1: str
    treat2: str
    steps: list[str]
    studies: list[list[str]]
    differences: list[Difference]
    also_direct: list[str]


@dataclass(frozen=True)
class Transitivity:
    """The indirect paths of a network and how their populations differ.

    Attributes:
        populations: each characteristic with its values and the studies that state them; studies
            that say nothing of it are in ``unknown``.
        paths: shortest first for every two treatments; at most a few of each.
        not_stated: studies of the network of which nothing is known here.
        flagged: how many of the paths hold a difference.
    """

    populations: list[Difference]
    paths: list[IndirectPath]
    not_stated: list[str]
    flagged: int


def read_populations(source: Path) -> Populations:
    """Read a table of what studies state: ``study``, and a column for each characteristic.

    Raises:
        InputError: without a column ``study``, or if a study comes twice.
    """
    grid = read_grid(source)
    problems = list(grid.problems)
    names = [name for name, _ in grid.titles]
    if "study" not in names:
        problems.append(Problem(grid.file, 1, "", "study", "", "this column"))
        raise InputError(problems)
    at, found = names.index("study"), dict[str, dict[str, str]]()
    for line, cells in zip(grid.lines, grid.rows, strict=True):
        study = cells[at] if at < len(cells) else ""
        if not study or study in found:
            problems.append(Problem(grid.file, line, "", "study", study, "each study once"))
            continue
        stated = zip(names, cells, strict=False)
        found[study] = {name: value for name, value in stated if name != "study" and value}
    refuse_all(problems)
    return Populations(found)


def transitivity(rows: Sequence[ContrastRow], populations: Populations) -> Transitivity:
    """Compare the populations along each indirect path of a network."""
    edges: dict[frozenset[str], list[str]] = {}
    for row in rows:
        edges.setdefault(frozenset((row.treat1, row.treat2)), []).append(row.study)
    near: dict[str, list[str]] = {}
    for pair in edges:
        one, other = sorted(pair)
        near.setdefault(one, []).append(other)
        near.setdefault(other, []).append(one)
    paths = []
    for one, other in combinations(sorted(near), 2):
        direct = edges.get(frozenset((one, other)), [])
        for steps in _paths(near, one, other)[:_MOST]:
            studies = [sorted(edges[frozenset(pair)]) for pair in pairwise(steps)]
            if set(direct) and all(set(direct) & set(step) for step in studies):
                continue  # the other arms of the same trial are no indirect evidence
            named = sorted({study for step in studies for study in step} | set(direct))
            differences = list(_differences(named, populations))
            paths.append(IndirectPath(one, other, steps, studies, differences, sorted(direct)))
    stated = populations.of
    return Transitivity(
        populations=list(_stated(sorted({row.study for row in rows}), populations)),
        paths=paths,
        not_stated=sorted({row.study for row in rows if not stated.get(row.study)}),
        flagged=sum(bool(path.differences) for path in paths),
    )


def _paths(near: Mapping[str, Sequence[str]], start: str, end: str) -> list[list[str]]:
    """Return the paths of two edges or more from one treatment to another, shortest first."""
    found: list[list[str]] = []
    reached = [[start]]
    while reached:
        grown = []
        for path in reached:
            for name in sorted(near[path[-1]]):
                if name == end:
                    if len(path) > 1:
                        found.append([*path, end])
                elif name not in path and len(path) < _LONGEST:
                    grown.append([*path, name])
        reached = grown
        if found:  # the shortest are enough: longer ones borrow more
            break
    return found


def _differences(studies: Iterable[str], populations: Populations) -> Iterable[Difference]:
    return (one for one in _stated(studies, populations) if len(one.values) > 1)


def _stated(studies: Iterable[str], populations: Populations) -> Iterable[Difference]:
    stated = {study: populations.of.get(study, {}) for study in studies}
    for name in populations.characteristics:
        values: dict[str, list[str]] = {}
        for study, of_it in stated.items():
            if name in of_it:
                values.setdefault(of_it[name], []).append(study)
        yield Difference(name, values, [study for study in stated if name not in stated[study]])
