"""Assessments as data, tables and pages."""

from gepnet.report.view import assessment_view

__all__ = ["assessment_view"]
