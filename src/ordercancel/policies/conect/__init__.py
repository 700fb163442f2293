"""The policy of CO-NECT: its document, its rules and its texts."""
