"""What will be sent for a run: its part of the picture, its size, its mask."""
