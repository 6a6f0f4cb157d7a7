"""What is laid out once and done batch by batch is what sets of rows give at once."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from gepnet.criteria import Always, And, Certain, Holds, Node, Not, Or
from gepnet.criteria.algebra import Evaluator, Pair
from gepnet.criteria.ast import Atom
from gepnet.criteria.interpret import interpret
from gepnet.criteria.layout import Layout
from gepnet.vocabulary import Truth

ATOMS = [Holds(name) for name in ("a", "b", "c")]
TRUTHS: list[Truth] = [True, False, None]
Rows = list[dict[str, Truth]]

rows = st.lists(st.fixed_dictionaries({n.fact: st.sampled_from(TRUTHS) for n in ATOMS}))
nodes = st.recursive(
    st.sampled_from([*ATOMS, Always(True), Always(False)]),
    lambda part: st.one_of(
        st.builds(Not, part),
        st.builds(Certain, part),
        st.lists(part, min_size=2, max_size=3).map(lambda parts: And(tuple(parts))),
        st.lists(part, min_size=2, max_size=3).map(lambda parts: Or(tuple(parts))),
    ),
    max_leaves=8,
)


def sets_of(batch: Rows) -> Callable[[Atom], Pair[int]]:
    def given(node: Atom) -> Pair[int]:
        return Pair(
            *(
                sum(1 << place for place, row in enumerate(batch) if interpret(node, row) is truth)
                for truth in (True, False)
            )
        )

    return given


@given(st.lists(nodes, min_size=1, max_size=5), st.lists(rows, min_size=1, max_size=3))
def test_every_batch_gives_the_truths_of_the_interpreter(
    criteria: list[Node], batches: list[Rows]
) -> None:
    layout: Layout[int] = Layout()
    truth = Evaluator(layout)
    for number, node in enumerate(criteria):
        layout.give(number, truth(node))
    for batch in batches:
        found = dict(layout.run(len(batch), sets_of(batch)))
        for number, node in enumerate(criteria):
            true, false = found[number]
            for place, row in enumerate(batch):
                said = True if true >> place & 1 else False if false >> place & 1 else None
                assert said is interpret(node, row)
            assert not (true | false) >> len(batch)


def test_what_several_criteria_need_is_done_once() -> None:
    layout: Layout[str] = Layout()
    one, other = (layout.atom(node) for node in ATOMS[:2])
    both = layout.meet([one.true, other.true])
    assert layout.meet([other.true, layout.everywhere, one.true, other.true]) == both
    assert layout.outside(layout.outside(both)) == both
    assert layout.meet([both, layout.outside(both)]) == layout.nowhere
    assert layout.join([both, layout.outside(both)]) == layout.everywhere
    assert layout.meet([]) == layout.everywhere and layout.join([]) == layout.nowhere
