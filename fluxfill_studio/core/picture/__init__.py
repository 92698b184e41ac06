"""A picture in memory: its samples, its colours, and copies of other sizes."""
