"""What gepnet offers to programs: the command line and every other front end call only this."""

from gepnet.api.assessing import assess_record, facts_of, read_patient
from gepnet.api.knowing import base, check_knowledge

__all__ = ["assess_record", "base", "check_knowledge", "facts_of", "read_patient"]
