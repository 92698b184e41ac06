"""The second bar of the window: the options of the tool in hand and of the present mode."""
