"""The ledger of what was promised, contracted, built and paid, and what it tells."""
