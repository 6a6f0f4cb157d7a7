"""Assessments as data, tables and pages."""

from gepnet.report.case import CasePage, case_page
from gepnet.report.view import assessment_view

__all__ = ["CasePage", "assessment_view", "case_page"]
