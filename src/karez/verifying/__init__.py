"""A finished run is proven again from its tables, by independent, slow, simple code."""
