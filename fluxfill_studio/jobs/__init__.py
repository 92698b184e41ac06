"""Running jobs from intent to result."""
