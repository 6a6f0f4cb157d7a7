"""The first tables of the store."""

from typing import Any

import sqlalchemy as sa
from alembic import op

STAYS = "the audit trail is only ever added to"
VERSIONS = "what was saved is never changed: a change is a further row"
#: Tables of which a row is never changed; erasing a patient takes rows away.
UNCHANGED = (
    "records", "weights", "releases", "cards", "outcomes", "signatures", "follow_ups",
    "waivers", "audit_reasons",
)  # fmt: skip

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _id() -> sa.Column[str]:
    return sa.Column("id", sa.String(length=40), primary_key=True)


def _refers_to(name: str, key: str, nullable: bool = False, **more: Any) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=40), sa.ForeignKey(key), nullable=nullable, **more)


def _each(kind: Any, *names: str, nullable: bool = False) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind, nullable=nullable) for name in names]


def upgrade() -> None:
    """Make the change; keys, indexes and constraints are named by the rule of the tables."""
    op.create_table(
        "attempts",
        _id(),
        sa.Column("key", sa.String(length=64), nullable=False, index=True),
        sa.Column("at", sa.String(length=27), nullable=False),
    )
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("ts", sa.String(length=27), nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False, index=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("object", sa.String(length=80), nullable=False, index=True),
        sa.Column("case_id", sa.String(length=40), nullable=True, index=True),
        *_each(sa.String(length=64), "before_hash", "after_hash", "reason_hash", nullable=True),
        *_each(sa.String(length=64), "prev_hash", "hash"),
    )
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
    )
    op.create_table(
        "audit_reasons",
        sa.Column("seq", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("case_id", sa.String(length=40), nullable=True, index=True),
        *_each(sa.Text(), "salt", "text"),
    )
    op.create_table(
        "cases",
        _id(),
        sa.Column("pseudonym", sa.String(length=60), nullable=False, unique=True),
        sa.Column("centre", sa.String(length=60), nullable=False, index=True),
        sa.Column("record_number", sa.Integer(), nullable=False),
        *_each(sa.Boolean(), "urgent", "closed", "demo"),
        sa.Column("created", sa.String(length=27), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_table(
        "meetings",
        _id(),
        sa.Column("centre", sa.String(length=60), nullable=False, index=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("starts", sa.String(length=27), nullable=False),
        *_each(sa.Boolean(), "started", "ended"),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_table(
        "users",
        _id(),
        sa.Column("name", sa.String(length=100), nullable=False, unique=True),
        sa.Column("printed_name", sa.Text(), nullable=False),
        sa.Column("discipline", sa.Text(), nullable=True),
        *_each(sa.Text(), "roles", "centres"),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("subject", sa.String(length=500), nullable=True, unique=True),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("created", sa.String(length=27), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_table(
        "grants",
        _id(),
        _refers_to("user_id", "users.id", index=True),
        _refers_to("case_id", "cases.id", index=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("until", sa.String(length=27), nullable=False),
    )
    op.create_table(
        "identities",
        _refers_to("case_id", "cases.id", primary_key=True),
        sa.Column("salt", sa.String(length=32), nullable=False),
        *_each(sa.Text(), "family_name", "given_name"),
        sa.Column("birth_date", sa.String(length=10), nullable=True),
        sa.Column("hospital_number", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_table(
        "items",
        _id(),
        _refers_to("case_id", "cases.id", index=True),
        _refers_to("meeting_id", "meetings.id", nullable=True, index=True),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        *_each(sa.Integer(), "place", "minutes"),
        sa.Column("needed", sa.Text(), nullable=False),
        sa.Column("matrix_hidden", sa.Boolean(), nullable=False),
        sa.Column("record_number", sa.Integer(), nullable=True),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("created", sa.String(length=27), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
    op.create_table(
        "preparations",
        _refers_to("case_id", "cases.id", primary_key=True),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
    )
    op.create_table(
        "records",
        _id(),
        _refers_to("case_id", "cases.id", index=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        _refers_to("author_id", "users.id", nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.UniqueConstraint("case_id", "number"),
    )
    op.create_table(
        "releases",
        _id(),
        _refers_to("case_id", "cases.id", index=True),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("course", sa.Text(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        *_each(sa.Integer(), "record_before", "record_after"),
        _refers_to("user_id", "users.id", index=True),
        sa.Column("printed_name", sa.Text(), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
    )
    op.create_table(
        "sessions",
        _id(),
        sa.Column("secret_hash", sa.String(length=64), nullable=False, unique=True),
        sa.Column("form_secret", sa.Text(), nullable=False),
        _refers_to("user_id", "users.id", index=True),
        *_each(sa.String(length=27), "created", "last_seen", "proved"),
        sa.Column("ended", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "waivers",
        _id(),
        _refers_to("case_id", "cases.id", index=True),
        sa.Column("domain", sa.String(length=60), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("waived", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        _refers_to("user_id", "users.id", index=True),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.UniqueConstraint("case_id", "domain", "number"),
    )
    op.create_table(
        "weights",
        _id(),
        _refers_to("case_id", "cases.id", index=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        *_each(sa.Text(), "method", "answers", nullable=True),
        sa.Column("place", sa.Text(), nullable=False),
        _refers_to("user_id", "users.id", index=True),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.UniqueConstraint("case_id", "number"),
    )
    op.create_table(
        "outcomes",
        _id(),
        _refers_to("case_id", "cases.id", index=True),
        _refers_to("item_id", "items.id", index=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("options", sa.Text(), nullable=False),
        *_each(sa.Text(), "condition", "next_step", "owner", nullable=True),
        sa.Column("due", sa.String(length=10), nullable=True),
        sa.Column("patient_wish", sa.Text(), nullable=True),
        sa.Column("dissent", sa.Text(), nullable=False),
        sa.Column("record_number", sa.Integer(), nullable=False),
        sa.Column("record_digest", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        _refers_to("user_id", "users.id", index=True),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.UniqueConstraint("item_id", "number"),
    )
    op.create_table(
        "rounds",
        _id(),
        _refers_to("case_id", "cases.id", index=True),
        _refers_to("item_id", "items.id", index=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Text(), nullable=False),
        sa.Column("begun", sa.String(length=27), nullable=False),
        sa.Column("opened", sa.String(length=27), nullable=True),
        sa.Column("opened_how", sa.Text(), nullable=True),
        _refers_to("opened_by", "users.id", nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.UniqueConstraint("item_id", "number"),
    )
    op.create_table(
        "cards",
        _id(),
        _refers_to("case_id", "cases.id", index=True),
        _refers_to("round_id", "rounds.id", index=True),
        _refers_to("user_id", "users.id", index=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        *_each(sa.Text(), "discipline", "option", "reason"),
        sa.Column("condition", sa.Text(), nullable=True),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.UniqueConstraint("round_id", "user_id", "number"),
    )
    op.create_table(
        "follow_ups",
        _id(),
        _refers_to("case_id", "cases.id", index=True),
        _refers_to("item_id", "items.id", index=True),
        _refers_to("outcome_id", "outcomes.id"),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("carried_out", sa.String(length=20), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        _refers_to("user_id", "users.id", index=True),
        sa.Column("at", sa.String(length=27), nullable=False),
    )
    op.create_table(
        "signatures",
        _id(),
        _refers_to("case_id", "cases.id", index=True),
        _refers_to("outcome_id", "outcomes.id", index=True),
        _refers_to("user_id", "users.id", index=True),
        *_each(sa.Text(), "printed_name", "meaning"),
        sa.Column("outcome_digest", sa.String(length=64), nullable=False),
        sa.Column("record_number", sa.Integer(), nullable=False),
        sa.Column("record_digest", sa.String(length=64), nullable=False),
        sa.Column("at", sa.String(length=27), nullable=False),
        sa.UniqueConstraint("outcome_id", "user_id"),
    )
    op.execute(
        sa.text("INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, :start)").bindparams(
            start="0" * 64
        )
    )
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgresql()


def _guard_sqlite() -> None:
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_no_{change.lower()} BEFORE {change} ON audit "
            f"BEGIN SELECT RAISE(ABORT, '{STAYS}'); END"
        )
    for table in UNCHANGED:
        op.execute(
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{VERSIONS}'); END"
        )


def _guard_postgresql() -> None:
    for name, told in (("audit_stays", STAYS), ("versions_stay", VERSIONS)):
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{told}'; END $$"
        )
    op.execute(
        "CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_stays()"
    )
    for table in UNCHANGED:
        op.execute(
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION versions_stay()"
        )
