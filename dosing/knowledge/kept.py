"""What was worked out once and is kept for the next process, in the user's cache folder.

Only data are kept (JSON), never code. What is read decides doses, so a file counts only when it is
this user's alone: a regular file of theirs, in a folder of theirs, neither writable by anybody
else, holding what its own digest says. Anything else is as if nothing were kept. Failing to write
is no error.
"""

import hashlib
import json
import os
import stat
import tempfile
from pathlib import Path
from typing import Any

MOST_KEPT = 4  # files of one kind; the oldest go first


def folder() -> Path:
    """Where this user's programs keep what they can work out again."""
    import platformdirs

    return platformdirs.user_cache_path("dosing", appauthor=False)


def read(kind: str, key: str) -> Any:
    """What was kept under a key; None where there is nothing that can be trusted."""
    try:
        content = _content(folder(), f"{kind}-{key}.json")
        digest, _, body = content.partition(b"\n")
        if hashlib.sha256(body).hexdigest().encode() != digest:
            return None
        found = json.loads(body)
        return found["value"] if (found["kind"], found["key"]) == (kind, key) else None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _content(place: Path, name: str) -> bytes:
    """The bytes of a file that is this user's alone, never by way of a link."""
    if os.name != "posix":  # the folder of the user's profile is closed to others by the system
        return (place / name).read_bytes()
    inside = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        _refuse_others(os.fstat(inside))
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        with open(os.open(name, flags, dir_fd=inside), "rb") as file:
            found = os.fstat(file.fileno())
            _refuse_others(found)
            if not stat.S_ISREG(found.st_mode):
                raise PermissionError("not a file")
            return file.read()
    finally:
        os.close(inside)


def _refuse_others(found: os.stat_result) -> None:
    """A file or folder of somebody else, or one that others may write, is not trusted."""
    if found.st_uid != os.geteuid() or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise PermissionError("not this user's alone")


def write(kind: str, key: str, value: Any) -> None:
    """Keep a value: whole or not at all, and never where it could not be trusted again."""
    try:
        place = folder()
        if not place.is_absolute():  # a user without a home
            return
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.name == "posix":
            _refuse_others(place.lstat())
        text = json.dumps({"kind": kind, "key": key, "value": value}, allow_nan=False)
        body = text.encode("ascii")
        with tempfile.NamedTemporaryFile(dir=place, prefix=f"{kind}-", delete=False) as file:
            file.write(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)
        try:
            os.replace(file.name, place / f"{kind}-{key}.json")
        except OSError:
            os.unlink(file.name)
        _forget(place, kind)
    except (OSError, ValueError, TypeError, RecursionError):
        return


def _forget(place: Path, kind: str) -> None:
    """Only the newest files of a kind are kept."""
    found = sorted(place.glob(f"{kind}-*"), key=lambda p: p.stat().st_mtime, reverse=True)
    for path in found[MOST_KEPT:]:
        path.unlink(missing_ok=True)
