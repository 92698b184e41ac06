"""The sandbox: the Apiframe v2 contract served on this machine, with a classical fill behind it.

It is a draft to try the program with: the prompt is checked like the service checks it, and
otherwise ignored.
"""
