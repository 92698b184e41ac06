"""The state of the program as QObjects that announce their changes; QtCore only."""
