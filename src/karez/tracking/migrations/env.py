"""Runs the migrations on the connection that the store hands over, in its transaction."""

from alembic import context

from karez.tracking.schema import METADATA

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=METADATA, transactional_ddl=False)
context.run_migrations()
