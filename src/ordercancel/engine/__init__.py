"""The pure core: charts, evaluation of rules, decide and evolve."""
