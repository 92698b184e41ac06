"""Fluxfill Studio: paint a mask, write a prompt, get the whole picture back."""

__version__ = "0.1.0"
