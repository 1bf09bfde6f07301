"""Runs the migrations on the connection that the store hands over, in its transaction."""

from alembic import context

from karez.tracking.schema import METADATA


def run() -> None:
    """Run what is missing."""
    connection = context.config.attributes["connection"]
    context.configure(connection=connection, target_metadata=METADATA, transactional_ddl=False)
    context.run_migrations()


if hasattr(context, "config"):  # only where alembic runs this file
    run()
