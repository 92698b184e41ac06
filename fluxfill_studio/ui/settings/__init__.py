"""The settings: a dialog with one page for each subject, made of cards."""
