"""The command line: parse, call one function of ``flow``, show."""
