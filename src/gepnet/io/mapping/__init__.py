"""Anybody's tables as events: mapping files, the mappings that ship, and what could not be used."""

from gepnet.io.mapping.found import Counted, Unused
from gepnet.io.mapping.model import Mapping, read_mapping
from gepnet.io.mapping.records import records
from gepnet.io.mapping.run import Imported, drop_events, open_tables, run_mapping
from gepnet.io.mapping.validate import check_mapping
from gepnet.io.mapping.write import write_import

__all__ = [
    "Counted",
    "Imported",
    "Mapping",
    "Unused",
    "check_mapping",
    "drop_events",
    "open_tables",
    "read_mapping",
    "records",
    "run_mapping",
    "write_import",
]
