"""The parts of a policy: facts, conditions, effects, rules, reasons, deadlines, notifications."""
