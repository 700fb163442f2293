"""A migration for each form of the tables; all do the same, whichever runs first."""
