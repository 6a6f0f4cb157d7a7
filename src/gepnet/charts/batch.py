"""Many pictures of one kind at once: drawn by a few processes, in the order asked for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from gepnet.charts.positions import PositionMap, position_map

#: Fewer pictures than this are drawn here: a new process costs as much as several of them.
WORTH_A_PROCESS = 16


def _svg(data: PositionMap) -> str:
    return position_map(data).svg()


def position_map_svgs(
    maps: Iterable[PositionMap], progress: Callable[[], None] | None = None
) -> list[str]:
    """Return each map as SVG; ``progress`` is called after each."""
    wanted = list(maps)
    workers = min(2, os.cpu_count() or 1)
    if workers == 1 or len(wanted) < WORTH_A_PROCESS:
        return [_told(_svg(data), progress) for data in wanted]
    # Spawned, not forked: the caller may run threads (Polars does), which a fork would tear apart.
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        return [_told(svg, progress) for svg in pool.map(_svg, wanted, chunksize=4)]


def _told(svg: str, progress: Callable[[], None] | None) -> str:
    if progress is not None:
        progress()
    return svg
