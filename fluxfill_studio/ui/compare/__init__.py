"""Looking at a result beside its source."""
