"""Questions about single courses and rows of a registry: in the middle, from start to end, odd."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gepnet.api.registry_questions import asked_of, check_plot, smallness, view_of
from gepnet.charts import registry as pictures
from gepnet.guidelines import KnowledgeBase
from gepnet.knowledge import need, write_atomically
from gepnet.tables import as_file, check_ending, plain

View = dict[str, Any]


def registry_mid_treatment(
    base: KnowledgeBase,
    assessed: str,
    registry: str,
    least_cycles: int | None = None,
    output: Path | None = None,
    seed: int = 1,
    show_small: bool = False,
    plot: Path | None = None,
) -> View:
    """Return how courses of radioligand therapy responded after cycle 2, and at their end.

    Args:
        base: the knowledge, with what one series found.
        assessed: an assessment with the points ``treatments``.
        registry: folder or URL of the registry.
        least_cycles: count only courses of so many cycles.
        output: table of the courses for :func:`fit_cohort`; a row a course.
        seed: of the resamples of the model.
        show_small: show counts below five as well.
        plot: file for the bars.

    Raises:
        InputError: for another kind of assessment or registry, or where no course counts.
    """
    need("polars", "numpy", "scipy")
    from gepnet.registry.midtreatment import mid_treatments
    from gepnet.registry.store import Registry

    place, small = asked_of(assessed, show_small, plot)
    check_ending(output, ".csv", ".parquet")
    found, cohort = mid_treatments(base, place, Registry.open(registry), least_cycles, seed, small)
    if output is not None:
        write_atomically(output, as_file(cohort))
    return {
        **view_of(found, plot, lambda: pictures.mid_treatment_chart(found)),
        "file": plain(output),
    }


def registry_swimmer(
    base: KnowledgeBase,
    assessed: str,
    registry: str,
    option: Sequence[str] = (),
    line: int | None = None,
    where: str | None = None,
    patients: int = 25,
    seed: int = 1,
    names: bool = False,
    plot: Path | None = None,
) -> View:
    """Return some courses from their start on: cycles, responses, progression, death.

    Args:
        base: the knowledge.
        assessed: an assessment with the points ``treatments``.
        registry: folder or URL of the registry.
        option: the treatments; all without.
        line: their number; all without.
        where: a criterion on the day before the treatment.
        patients: how many courses are drawn at random, one a patient.
        seed: of the random numbers; the same courses for the same seed.
        names: tell the names that patients have in the registry, not numbers.
        plot: file for the swimmer plot.

    Raises:
        InputError: for another kind of assessment or registry, names that there are not, or where
            fewer than five patients are left to choose from.
    """
    need("polars", "numpy")
    from gepnet.registry.store import Registry
    from gepnet.registry.swimmer import sampled_courses

    place, _ = asked_of(assessed, False, plot)
    found = sampled_courses(
        base, place, Registry.open(registry), tuple(option), line, where, patients,
        seed, names,
    )  # fmt: skip
    return view_of(found, plot, lambda: pictures.courses_chart(found))


def registry_quality(
    base: KnowledgeBase,
    registry: str,
    check: Sequence[str] = (),
    output: Path | None = None,
    show_small: bool = False,
    plot: Path | None = None,
) -> View:
    """Return what is odd in the rows of a registry, counted, and what is missing where.

    Args:
        base: the knowledge; what is looked for is in ``measures/data_quality.yaml``.
        registry: folder or URL of the registry.
        check: these alone.
        output: table of the findings, a row each with patient, file and row: for who has the files.
        show_small: show counts below five as well.
        plot: file for the map of findings by centre.

    Raises:
        InputError: if there is no registry, or for a check that there is not.
    """
    need("polars", "numpy")
    import polars as pl

    from gepnet.registry.quality import quality
    from gepnet.registry.quality_rows import Finding
    from gepnet.registry.store import Registry

    check_plot(plot)
    check_ending(output, ".csv", ".parquet")
    found, findings = quality(base, Registry.open(registry), check, smallness(show_small))
    if output is not None:
        names = Finding.__dataclass_fields__
        kinds = {name: pl.Int64() if name == "row" else pl.String() for name in names}
        rows = [[getattr(one, name) for name in names] for one in findings]
        write_atomically(output, as_file(pl.DataFrame(rows, schema=kinds, orient="row")))
    return {**view_of(found, plot, lambda: pictures.quality_map(found)), "file": plain(output)}
