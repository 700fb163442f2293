"""Values: orders, actors, requests, cases, commands, events, texts, errors."""
