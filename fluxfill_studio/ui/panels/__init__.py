"""The panels around the canvas: what a run is told, built from the parameter schema."""
