"""What a run brought back becomes part of the picture."""
