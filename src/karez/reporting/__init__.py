"""A finished plan becomes GeoPackage, workbook, report and summary."""
