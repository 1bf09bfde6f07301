"""Alembic migrations of the ledger; run by :func:`karez.tracking.store.create` and when an older ledger is opened."""
