"""Assessments as data, tables and pages."""

from gepnet.report.case import CasePage, case_page

__all__ = [
    "CasePage",
    "case_page",
]
