"""The window: thin widgets that forward events and paint what the model holds."""
