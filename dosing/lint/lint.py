"""The earlier names of the proof, until their last user has moved."""

from dosing.lint.proved import proved as checked

__all__ = ["checked"]
