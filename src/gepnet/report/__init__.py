"""Assessments as data, tables and pages."""

from gepnet.report.case import CasePage, case_page
from gepnet.report.matrix import Matrix, quiet_documents, split_matrix
from gepnet.report.view import assessment_view

__all__ = [
    "CasePage",
    "Matrix",
    "assessment_view",
    "case_page",
    "quiet_documents",
    "split_matrix",
]
