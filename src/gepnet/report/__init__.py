"""Assessments as data, tables and pages."""

from gepnet.report.assessment import assessment_view
from gepnet.report.case import CasePage, case_page
from gepnet.report.matrix import Matrix, matrix_parts, quiet_documents

__all__ = [
    "CasePage",
    "Matrix",
    "assessment_view",
    "case_page",
    "matrix_parts",
    "quiet_documents",
]
