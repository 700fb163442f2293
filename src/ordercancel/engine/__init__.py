"""The pure core: charts, evaluation of rules, decide, evolve, messages and labels."""
