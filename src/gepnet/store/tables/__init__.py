"""The tables of the store, as SQLAlchemy maps them."""

from gepnet.store.tables.base import (
    Base,
    canonical,
    digest,
    new_id,
    now,
    row_digest,
    time_text,
)
from gepnet.store.tables.board import (
    CardRow,
    FollowUpRow,
    ItemRow,
    MeetingRow,
    OutcomeRow,
    RoundRow,
    SignatureRow,
)
from gepnet.store.tables.cases import (
    CaseRow,
    IdentityRow,
    PreparationRow,
    RecordRow,
    ReleaseRow,
    WaiverRow,
    WeightsRow,
)
from gepnet.store.tables.people import AttemptRow, GrantRow, SessionRow, UserRow
from gepnet.store.tables.trail import AuditRow, HeadRow, ReasonRow

__all__ = [
    "AttemptRow",
    "AuditRow",
    "Base",
    "CardRow",
    "CaseRow",
    "FollowUpRow",
    "GrantRow",
    "HeadRow",
    "IdentityRow",
    "ItemRow",
    "MeetingRow",
    "OutcomeRow",
    "PreparationRow",
    "ReasonRow",
    "RecordRow",
    "ReleaseRow",
    "RoundRow",
    "SessionRow",
    "SignatureRow",
    "UserRow",
    "WaiverRow",
    "WeightsRow",
    "canonical",
    "digest",
    "new_id",
    "now",
    "row_digest",
    "time_text",
]
