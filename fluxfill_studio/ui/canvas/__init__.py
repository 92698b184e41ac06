"""The canvas: the picture, its mask and the pointer."""
