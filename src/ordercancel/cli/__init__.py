"""The command line, ``ordercancel``."""
