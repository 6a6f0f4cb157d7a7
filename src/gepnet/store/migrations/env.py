"""Runs the migrations on the connection that ``gepnet.store.migrate`` gives."""

from alembic import context

from gepnet.store.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()
