"""Adapters for frameworks of the host, each an extra."""
