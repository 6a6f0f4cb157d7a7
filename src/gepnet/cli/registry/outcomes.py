"""``gepnet registry survival``: how long treatments held, and patients lived."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from gepnet import api
from gepnet.cli.command import Base, Result, command
from gepnet.cli.output import listing, say
from gepnet.cli.registry.questions import Assessed, Plot, ShowSmall, told

View = dict[str, Any]


#: What is shown of a term of a Cox model.
TERM = ("term: name", "hazard ratio: {ratio:.2f}", "95 %: {low:.2f}-{high:.2f}")


OfEndpoint = Annotated[
    Literal["pfs", "os", "progression"], "Progression or death, death, progression."
]
Before = Annotated[str | None, "A fact known before the treatment, or option, line, region."]
Options = Annotated[list[str] | None, "The treatment. Repeatable."]
Line = Annotated[int | None, "Its number."]
Where = Annotated[str | None, "A criterion on the day before the treatment."]
Covariates = Annotated[list[str] | None, "Of a Cox model: a fact, log2:FACT or option=NAME."]
Landmark = Annotated[float, "Months: count who was free of the event then."]


@command
def survival(
    assessed: Assessed,
    base: Base,
    endpoint: OfEndpoint = "pfs",
    by: Before = None,
    option: Options = None,
    line: Line = None,
    where: Where = None,
    covariate: Covariates = None,
    landmark: Landmark = 0.0,
    by_centre: Annotated[bool, "A baseline hazard for each centre."] = False,
    show_small: ShowSmall = False,
    plot: Plot = None,
) -> Result:
    """Show how long treatments held: curves with numbers at risk, medians, a Cox model.

    The assessment is one with --points treatments. Groups are as known on the day before each
    treatment, so that nobody is in a group for having lived long enough to be in it.
    """
    view = api.registry_survival(
        base,
        assessed,
        endpoint,
        by,
        option or (),
        line,
        where,
        covariate or (),
        landmark,
        by_centre,
        show_small,
        plot,
    )
    return Result(view, _print)


def _print(view: View) -> None:
    told(view)
    months = enumerate(view["grid_months"])
    at_risk = (f"{month:g} mo: {{at_risk[{place}]}} | <5" for place, month in months)
    title = f"{view['treatments']} treatments, {view['endpoint']}; at risk by month"
    first = (f"{view['by'] or ''}: group", "events: events | <5", ("median", _median))
    listing(title, view["curves"], *first, *at_risk)
    if view["terms"]:
        by = f", stratified by {view['stratified_by']}" if view["stratified_by"] else ""
        listing(f"Cox model{by}", view["terms"], *TERM)
    say(view["note"])


def _median(curve: View) -> str:
    value, low, high = (curve[f"median_{name}"] for name in ("months", "low", "high"))
    if value is None:
        return "not reached"
    upper = "" if high is None else f"{high:.1f}"
    return f"{value:.1f} ({'' if low is None else f'{low:.1f}'}-{upper})"
