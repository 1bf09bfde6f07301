"""Lines become a measured candidate graph; sites are joined to it."""
