"""The verbs of the public API, each a short wiring diagram through the workrooms."""
