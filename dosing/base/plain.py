"""Answers as JSON carries them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs


def plain(value: Any) -> Any:
    """A value as objects, lists, texts and numbers.

    Examples
    --------
    >>> plain({"days": (1, 2), "none": frozenset({"b", "a"})})
    {'days': [1, 2], 'none': ['a', 'b']}
    >>> plain(datetime(2026, 11, 21, 8))
    '2026-11-21T08:00:00'
    """
    if hasattr(value, "to_dict"):
        return plain(value.to_dict())
    if attrs.has(type(value)):
        return fields_of(value)
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, tuple | list):
        return [plain(part) for part in value]
    if isinstance(value, frozenset | set):
        return [plain(part) for part in sorted(value)]
    if isinstance(value, datetime):
        return value.isoformat()
    return value


def fields_of(value: Any) -> dict[str, Any]:
    """Each field of an answer, plain.

    Examples
    --------
    >>> from dosing.base.findings import Finding
    >>> fields_of(Finding("note", "Know."))
    {'level': 'note', 'text': 'Know.', 'cite': '', 'id': 'know'}
    """
    return {f.name: plain(getattr(value, f.name)) for f in attrs.fields(type(value))}
