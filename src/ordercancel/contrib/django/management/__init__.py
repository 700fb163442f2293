"""What Django looks for in an app that has commands."""
