"""The policy of Qoo10: its document, its rules and its texts."""
