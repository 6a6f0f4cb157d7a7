"""RECIST 1.1: from measured lesions to the response of a time point and the best response.

The rules are data (``knowledge/measures/recist-1.1.yaml``, Eisenhauer 2009,
doi 10.1016/j.ejca.2008.10.026). :func:`assess` explains one patient; ``columns`` does many.
"""

from gepnet.response.recist.assess import assess
from gepnet.response.recist.input import read_patients
from gepnet.response.recist.model import Finding, Patient, PatientRow, Result
from gepnet.response.recist.rules import Options, Rules, overall_rows, read_options
from gepnet.response.recist.stored import AnyResult, read_results

__all__ = [
    "AnyResult",
    "Finding",
    "Options",
    "Patient",
    "PatientRow",
    "Result",
    "Rules",
    "assess",
    "overall_rows",
    "read_options",
    "read_patients",
    "read_results",
]
