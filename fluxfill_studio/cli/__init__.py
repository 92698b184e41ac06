"""The command line: its arguments, and fills without a window.

`arguments` is light, for the window starts through it too; `commands` does the work.
"""
