"""New project folders: a copied example, or any country of the world from open data."""

from karez.starting.country import start_country
from karez.starting.example import copy_example, example_names

__all__ = ["copy_example", "example_names", "start_country"]
