"""Values: orders, actors, requests, cases, commands, events, errors. They do nothing else."""
