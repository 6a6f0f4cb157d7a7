"""The reference mix of patients, on the questions that may be asked.

Made-up patients of whom every fact is known (``measures/sample.yaml``), each as the place of its
value of every variable. They only say which answers are likely, and so which question is worth
asking first: what is settled is never read off them. Patients whom some rule between facts rules
out are left out.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gepnet.criteria import facts_of
from gepnet.guidelines.ask.known import Narrower
from gepnet.guidelines.ask.rows import Questionnaire
from gepnet.guidelines.pathway.diagrams import Diagram, Diagrams
from gepnet.guidelines.pathway.kept import kept

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Mix:
    """Possible patients.

    Attributes:
        places: (patients, variables) the value of each variable; 0 where it is never asked.
    """

    places: NDArray[np.int16]


class Walks:
    """Diagrams as arrays, along which all patients are led at once."""

    def __init__(self, at: Diagrams, roots: list[Diagram]) -> None:
        """Take some diagrams; ``ends`` are the terminals that they can come to."""
        import numpy as np

        nodes = list(dict.fromkeys(node for root in roots for node in at.nodes(root)))
        row = {node: place for place, node in enumerate(nodes)}
        self.ends = [node for node in nodes if at.is_end(node)]
        self.end_of = np.full(len(nodes), -1, dtype=np.int32)
        self.end_of[[row[end] for end in self.ends]] = range(len(self.ends))
        self._level = np.zeros(len(nodes), dtype=np.int32)
        self._kids = np.zeros((len(nodes), max(at.sizes)), dtype=np.int32)
        for node, place in row.items():
            self._kids[place, :] = place
            if not at.is_end(node):
                self._level[place] = at.level(node)
                kids = [row[kid] for kid in at.kids(node)]
                self._kids[place, : len(kids)] = kids
        self._roots = np.array([row[root] for root in roots], dtype=np.int32)

    def of(
        self, places: NDArray[np.int16], wanted: Sequence[int] | None = None
    ) -> NDArray[np.int32]:
        """Return (patients, diagrams) the place in ``ends`` to which each diagram leads.

        ``wanted`` are the places of some of the diagrams.
        """
        import numpy as np

        roots = self._roots if wanted is None else self._roots[list(wanted)]
        now = np.tile(roots, (len(places), 1))
        patients = np.arange(len(places))[:, None]
        while (self.end_of[now] < 0).any():
            now = self._kids[now, places[patients, self._level[now]]]
        return self.end_of[now]


def reference_mix(narrower: Narrower, rows: int, seed: int, day: datetime.date) -> Mix:
    """Return patients of the reference mix who are possible for the question; kept on disk."""
    import numpy as np

    asking = narrower.asking
    columns = [(one.name, one.values) for one in asking.space.variables.values()]
    about = asking.question, sorted(narrower.nodes), columns, rows, seed, day
    found = kept(asking.base, "mix", about, lambda: _drawn(narrower, rows, seed, day).tolist())
    return Mix(np.array(found, dtype=np.int16).reshape(-1, len(columns)))


def _drawn(narrower: Narrower, rows: int, seed: int, day: datetime.date) -> NDArray[np.int16]:
    """Draw patients of the reference mix and keep those who are possible for the question."""
    import numpy as np
    import polars as pl

    from gepnet.facts.frame import PolarsAlgebra
    from gepnet.facts.given import Source
    from gepnet.facts.sample import Sampler
    from gepnet.facts.table import Reader
    from gepnet.facts.wide import WidePlan

    asking = narrower.asking
    base, at = asking.base, asking.diagrams
    nodes = {
        f"{level}/{place}": node
        for level, own in narrower.nodes.items()
        for place, node in enumerate(own)
    }
    measures = base.knowledge.measures
    named = dict.fromkeys(name for node in nodes.values() for name in facts_of(node))
    wanted = tuple(sorted(named, key=base.vocabulary.order))
    table = Sampler(base.criteria, measures, wanted, day, seed, complete=True).table(rows).collect()
    needed = Source(base.criteria, measures, frozenset(), day).needed(named)
    reader = Reader([base.vocabulary[name] for name in needed], dict(table.schema), [])
    source = Source(base.criteria, measures, reader.given, day)
    plan = WidePlan(source, PolarsAlgebra(base.vocabulary), list(nodes.values()))
    computed = reader.read(table)[0].lazy()
    for stage in plan.stages:
        computed = computed.with_columns(**stage)
    truths = computed.select(
        plan.truth(node).fill_null(value=False).alias(name) for name, node in nodes.items()
    ).collect()
    places = np.zeros((rows, len(at.sizes)), dtype=np.int16)
    drawn = np.zeros(places.shape, dtype=bool)
    for level, own in narrower.nodes.items():
        columns = pl.DataFrame([truths[f"{level}/{place}"] for place in range(len(own))])
        hits = columns.to_numpy().copy()
        values = asking.space.variables[asking.space.names[level]].values
        if None in values:  # the mix says nothing of it
            hits[:, values.index(None)] = False
        places[:, level] = hits.argmax(axis=1)
        drawn[:, level] = hits.any(axis=1)
    return _completed(narrower, places, drawn, seed)


def _completed(
    narrower: Narrower, places: NDArray[np.int16], drawn: NDArray[np.bool_], seed: int
) -> NDArray[np.int16]:
    """Return the patients that are possible, what the mix says nothing of drawn for them.

    What breaks a rule between facts is drawn again, first what the mix says nothing of; patients
    who still break one are left out.
    """
    import numpy as np

    asking, at = narrower.asking, narrower.asking.diagrams
    random = np.random.default_rng(seed)
    likely = {level: _likely(asking, level) for level in narrower.nodes}
    listed = _listed(asking)
    soft = ~drawn | ~np.isin(np.arange(places.shape[1]), listed)

    def redraw(patients: NDArray[np.bool_], level: int) -> None:
        again = np.flatnonzero(patients)
        shares = likely[level]
        places[again, level] = random.choice(len(shares), size=len(again), p=shares)

    for level in narrower.nodes:
        redraw(~drawn[:, level], level)
    walks = Walks(at, list(asking.possible))
    met = np.array([end == at.true for end in walks.ends])
    for turn in range(_TURNS):
        broken = ~met[walks.of(places)]
        if not broken.any():
            break
        for place, condition in enumerate(asking.possible):
            for level in at.support(condition):
                # Later even what the mix says, one fact at a time.
                coin = random.random(len(places)) < _SHARE
                mine = broken[:, place] & coin & (soft[:, level] | (turn > _TURNS // 2))
                if level in likely and mine.any():
                    redraw(mine, level)
    return places[met[walks.of(places)].all(axis=1)]


_TURNS, _SHARE = 30, 0.5
# Of a yes-or-no fact that the mix says nothing of, as of other such facts in ``sample.yaml``.
_YES = 0.12


def _likely(asking: Questionnaire, level: int) -> NDArray[np.float64]:
    """Return how likely each value is of a fact that the mix says nothing of."""
    import numpy as np

    variable = asking.space.variables[asking.space.names[level]]
    shares = [
        _YES if value is True else 1 - _YES if value is False else 0.05 if value is None else 0.5
        for value in variable.values
    ]
    return np.array(shares) / sum(shares)


def _listed(asking: Questionnaire) -> list[int]:
    """Return the variables of which the mix says something, or that follow from what it says."""
    spec = asking.base.knowledge.measures["sample"]
    facts = {item["fact"] for item in spec["facts"]}
    families = {item["pattern"] for item in spec["families"]}
    return [
        one.level
        for one in asking.space.variables.values()
        if one.fact is not None
        and (one.name in facts or one.fact.family in families or one.fact.entry.derived)
    ]
