"""Picture files of every kind to pictures in memory."""
