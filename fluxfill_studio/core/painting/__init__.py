"""Painting the mask: strokes, shapes and selections, and how they are undone."""
