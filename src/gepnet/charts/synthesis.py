"""Pictures of a synthesis: the forest of a comparison, that of a network, and the network."""

from __future__ import annotations

from gepnet.charts.base import Chart, counted
from gepnet.charts.forest import ForestData, ForestRow, Look, forest
from gepnet.charts.network import (
    NetworkData,
    arms_together,
    edges_of,
    named,
    network,
    ordered,
)
from gepnet.evidence.synthesis import ContrastRow, NetworkResult, PairwiseResult


def pairwise_forest(result: PairwiseResult) -> Chart:
    """Return the studies of a comparison above what they say together."""
    rows = [_of_study(row, result.study_weights.get(row.study)) for row in result.rows]
    for name, pooled in (("Common effect", result.common), ("Random effects", result.random)):
        effect, fit = pooled.effect, pooled.fit
        note = f"tau\N{SUPERSCRIPT TWO} {fit.tau2:.3f}, I\N{SUPERSCRIPT TWO} {fit.i2 * 100:.0f} %"
        told = note if name == "Random effects" else ""
        rows.append(ForestRow(name, effect.value, effect.low, effect.high, told, "pooled"))
    if result.random.predicted is not None:
        expected = result.random.predicted
        rows.append(
            ForestRow(
                "A further study",
                expected.value,
                expected.low,
                expected.high,
                "prediction interval",
                "predicted",
            )
        )
    one, other = named(result.treat1), named(result.treat2)
    title = f"{one} against {other}" if one else "Pooled studies"
    ratio = result.measure != "mean difference"
    return forest(
        ForestData(
            f"{title}: {result.measure}",
            tuple(rows),
            measure=result.measure.capitalize(),
            level=result.random.fit.level,
            about=counted(result.common.fit.studies, "study", "studies") + " pooled",
            logarithmic=ratio,
            favours=_favours(one, other),
        )
    )


def network_forest(result: NetworkResult) -> Chart:
    """Return every treatment of a network against its reference."""
    rows = tuple(
        ForestRow(
            named(one.treat1),
            one.value,
            one.low,
            one.high,
            f"{one.direct_share * 100:.0f} % direct" if one.studies else "no trial of the two",
            "study" if one.studies else "indirect",
        )
        for one in result.against
    )
    found = result.heterogeneity
    about = f"{found.model} effects; tau\N{SUPERSCRIPT TWO} {found.tau2:.3f}; best first by P-score"
    return forest(
        ForestData(
            f"Network of {len(result.treatments)} treatments against {named(result.reference)}",
            rows,
            measure=result.measure.capitalize(),
            about=about,
            logarithmic=result.measure != "mean difference",
        )
    )


def network_plot(result: NetworkResult) -> Chart:
    """Return who was compared with whom, and in which trials."""
    rows = [(r.study, r.treat1, r.treat2, bool(r.left_out)) for r in result.rows]
    arms: dict[str, set[str]] = {}
    for study, one, other, left in rows:
        if not left:
            arms.setdefault(study, set()).update((one, other))
    names = tuple({name for _, one, other, _ in rows for name in (one, other)})
    return network(
        NetworkData(
            f"Network of {len(result.treatments)} treatments: {result.measure}",
            ordered(names, rows),
            edges_of(rows),
            result.reference,
            arms_together(arms),
            "; ".join(result.assumed),
        )
    )


def _of_study(row: ContrastRow, weight: float | None) -> ForestRow:
    look: Look = "left out" if row.left_out else "study"
    read = ": ".join(one for one in (row.verification, row.source) if one)
    return ForestRow(row.study, row.value, *row.interval, row.left_out or read, look, weight)


def _favours(one: str, other: str) -> tuple[str, str] | None:
    return (f"less with {one}", f"less with {other}") if one else None
