"""A finished plan becomes GeoPackage, workbook, report and summary."""

from karez.reporting.run_folder import write_run

__all__ = ["write_run"]
