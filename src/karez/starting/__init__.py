"""New project folders: a copied example, or any country of the world from open data."""
