"""Plan the networks that bring people online, with a proven bound on every answer."""

__version__ = "0.1.0"
