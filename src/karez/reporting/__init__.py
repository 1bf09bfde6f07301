"""A finished plan becomes GeoPackage, workbook, report and summary."""

from karez.reporting.run_folder import refuse_existing, rewrite_run, write_run

__all__ = ["refuse_existing", "rewrite_run", "write_run"]
