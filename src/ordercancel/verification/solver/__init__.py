"""Asks a solver about combinations of facts, however many there are: needs the extra ``prove``."""
