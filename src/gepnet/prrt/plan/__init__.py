"""The plan of a course: cycles, somatostatin analogues, laboratory, imaging, calendar, sheet."""

from gepnet.prrt.plan.build import plan_course
from gepnet.prrt.plan.days import WEEKDAYS, WorkingDays
from gepnet.prrt.plan.model import CoursePlan, PlannedStep
from gepnet.prrt.plan.question import Request
from gepnet.prrt.plan.settings import Settings

__all__ = [
    "WEEKDAYS",
    "CoursePlan",
    "PlannedStep",
    "Request",
    "Settings",
    "WorkingDays",
    "plan_course",
]
