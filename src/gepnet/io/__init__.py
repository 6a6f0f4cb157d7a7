"""Other people's formats: published cases and event tables in, patient files out."""

from gepnet.io.case_file import parse_case_file
from gepnet.io.event_tables import UsableTables, read_event_tables, read_usable_tables
from gepnet.io.published_cases import CaseRecord, published_records, records_of
from gepnet.io.write import losses_report, write_records

__all__ = [
    "CaseRecord",
    "UsableTables",
    "losses_report",
    "parse_case_file",
    "published_records",
    "read_event_tables",
    "read_usable_tables",
    "records_of",
    "write_records",
]
