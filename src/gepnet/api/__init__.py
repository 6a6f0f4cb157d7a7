"""What gepnet offers to programs: the command line and every other front end call only this.

Names are loaded when first used (PEP 562), so that one command does not pay for another's modules.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gepnet.api.assessing import (
        assess_facts,
        assess_record,
        example_patient,
        facts_of,
        read_patient,
    )
    from gepnet.api.atlas import (
        write_atlas,
    )
    from gepnet.api.charting import (
        CHART_KINDS,
        ChartRequest,
        chart_view,
        check_output,
        draw_chart,
        write_chart,
    )
    from gepnet.api.cohorts import (
        assess_cohort,
        count_rows,
        sample_facts,
        status_sql,
    )
    from gepnet.api.comparing import (
        comparison_view,
        missing_view,
        whatif_view,
    )
    from gepnet.api.course import (
        course_view,
        eligibility_view,
        review_view,
    )
    from gepnet.api.course_plan import (
        PlanQuestion,
        plan_prrt,
        write_plan,
    )
    from gepnet.api.course_plan_view import (
        plan_view,
    )
    from gepnet.api.cumulative import (
        cumulative_view,
    )
    from gepnet.api.dosimetry import (
        dosimetry_view,
        write_time_activity_example,
    )
    from gepnet.api.evaluating import (
        evaluate_cases,
    )
    from gepnet.api.importing import (
        import_cases,
        import_tables,
    )
    from gepnet.api.knowing import (
        base,
        check_knowledge,
        fact_coverage,
    )
    from gepnet.api.laboratory import (
        grade_laboratory,
    )
    from gepnet.api.modelling import (
        calibration,
        fit_cohort,
        forest,
        midtreatment_view,
        scores_view,
        stored_model,
        toxicity_view,
        write_made_up_cohort,
    )
    from gepnet.api.monitoring import (
        monitoring_view,
    )
    from gepnet.api.proving import (
        describe_finding,
        disagreements,
        knowledge_diff,
        named_patients,
        proofs_page,
        prove_knowledge,
        status_grid,
    )
    from gepnet.api.reporting import (
        patient_pages,
        published_case_pages,
        write_report,
    )
    from gepnet.api.responding import (
        assess_response,
        choi_view,
        findings_of,
        growth_view,
        marker_view,
        response_options,
        response_view,
        write_responses,
    )
    from gepnet.api.retreatment import (
        retreatment_view,
    )
    from gepnet.api.showing import (
        assessment_view,
        explain_recommendation,
        facts_view,
        list_documents,
        list_facts,
        matrix_parts,
        quiet_documents,
        show_entry,
        show_fact,
    )
    from gepnet.prrt.dosimetry.question import DosimetryQuestion

#: Module that defines the public names after it.
_EXPORTS = {
    "assessing": (
        "assess_facts",
        "assess_record",
        "example_patient",
        "facts_of",
        "read_patient",
    ),
    "atlas": ("write_atlas",),
    "charting": (
        "CHART_KINDS",
        "ChartRequest",
        "chart_view",
        "check_output",
        "draw_chart",
        "write_chart",
    ),
    "cohorts": (
        "assess_cohort",
        "count_rows",
        "sample_facts",
        "status_sql",
    ),
    "comparing": (
        "comparison_view",
        "missing_view",
        "whatif_view",
    ),
    "course": (
        "course_view",
        "eligibility_view",
        "review_view",
    ),
    "course_plan": (
        "PlanQuestion",
        "plan_prrt",
        "write_plan",
    ),
    "course_plan_view": ("plan_view",),
    "cumulative": ("cumulative_view",),
    "dosimetry": (
        "DosimetryQuestion",
        "dosimetry_view",
        "write_time_activity_example",
    ),
    "evaluating": ("evaluate_cases",),
    "importing": (
        "import_cases",
        "import_tables",
    ),
    "knowing": (
        "base",
        "check_knowledge",
        "fact_coverage",
    ),
    "laboratory": ("grade_laboratory",),
    "modelling": (
        "calibration",
        "fit_cohort",
        "forest",
        "midtreatment_view",
        "scores_view",
        "stored_model",
        "toxicity_view",
        "write_made_up_cohort",
    ),
    "monitoring": ("monitoring_view",),
    "proving": (
        "describe_finding",
        "disagreements",
        "knowledge_diff",
        "named_patients",
        "proofs_page",
        "prove_knowledge",
        "status_grid",
    ),
    "reporting": (
        "patient_pages",
        "published_case_pages",
        "write_report",
    ),
    "responding": (
        "assess_response",
        "choi_view",
        "findings_of",
        "growth_view",
        "marker_view",
        "response_options",
        "response_view",
        "write_responses",
    ),
    "retreatment": ("retreatment_view",),
    "showing": (
        "assessment_view",
        "explain_recommendation",
        "facts_view",
        "list_documents",
        "list_facts",
        "matrix_parts",
        "quiet_documents",
        "show_entry",
        "show_fact",
    ),
}
_MODULES = {name: module for module, names in _EXPORTS.items() for name in names}

__all__ = [
    "CHART_KINDS",
    "ChartRequest",
    "DosimetryQuestion",
    "PlanQuestion",
    "assess_cohort",
    "assess_facts",
    "assess_record",
    "assess_response",
    "assessment_view",
    "base",
    "calibration",
    "chart_view",
    "check_knowledge",
    "check_output",
    "choi_view",
    "comparison_view",
    "count_rows",
    "course_view",
    "cumulative_view",
    "describe_finding",
    "disagreements",
    "dosimetry_view",
    "draw_chart",
    "eligibility_view",
    "evaluate_cases",
    "example_patient",
    "explain_recommendation",
    "fact_coverage",
    "facts_of",
    "facts_view",
    "findings_of",
    "fit_cohort",
    "forest",
    "grade_laboratory",
    "growth_view",
    "import_cases",
    "import_tables",
    "knowledge_diff",
    "list_documents",
    "list_facts",
    "marker_view",
    "matrix_parts",
    "midtreatment_view",
    "missing_view",
    "monitoring_view",
    "named_patients",
    "patient_pages",
    "plan_prrt",
    "plan_view",
    "proofs_page",
    "prove_knowledge",
    "published_case_pages",
    "quiet_documents",
    "read_patient",
    "response_options",
    "response_view",
    "retreatment_view",
    "review_view",
    "sample_facts",
    "scores_view",
    "show_entry",
    "show_fact",
    "status_grid",
    "status_sql",
    "stored_model",
    "toxicity_view",
    "whatif_view",
    "write_atlas",
    "write_chart",
    "write_made_up_cohort",
    "write_plan",
    "write_report",
    "write_responses",
    "write_time_activity_example",
]


def __getattr__(name: str) -> Any:
    """Import a public name on first use."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"gepnet.api.{_MODULES[name]}"), name)
    globals()[name] = value
    return value
