"""Certified optimisation on index arrays; every answer comes with its bound."""
