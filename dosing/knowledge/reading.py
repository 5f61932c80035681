"""The files of a folder of seeds, and their TOML, with every fault as a sentence."""

import os
import re
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs

from dosing.knowledge.faults import told

SETTLED_S = 4
LARGEST = 2_000_000  # bytes of one file
SUFFIXES = (".toml", ".csv")
# What tools and people leave beside the seeds, and nobody reads as one.
BESIDE = re.compile(
    r"[._~#].*|.*~|README|LICENSE|CHANGELOG|(?!.*\.toml).*\.(md|rst|txt|pdf|docx|odt|xlsx|png|jpg|py)"
)


@attrs.frozen
class SeedFile:
    """A file of seeds: where it lies, and its name from the top of its folder."""

    path: str
    name: str
    stat: os.stat_result

    @property
    def mark(self) -> str:
        """What changes with the file: place on the disk, size and times."""
        s = self.stat
        return f"{s.st_ino} {s.st_size} {s.st_mtime_ns} {s.st_ctime_ns}"


def settled(files: list[SeedFile]) -> bool:
    """Whether no file was changed just now: a second change could go unseen."""
    newest = max((max(f.stat.st_mtime, f.stat.st_ctime) for f in files), default=0.0)
    return time.time() - newest > SETTLED_S


def walk(root: str) -> tuple[list[SeedFile], list[str]]:
    """The files of a folder, and what is wrong with others that lie in it.

    A file is read only where it is a regular file, so that nothing waits on a pipe; a folder that
    leads back to itself is told once.
    """
    found: list[SeedFile] = []
    faults: list[str] = []
    for path, name, said in _entries(root, "", (os.path.realpath(root),)):
        if isinstance(said, str):
            faults.append(told(name, said))
        else:
            found.append(SeedFile(path, name, said))
    return found, faults


def _entries(
    folder: str, under: str, above: tuple[str, ...]
) -> Iterator[tuple[str, str, os.stat_result | str]]:
    try:
        entries = sorted(os.listdir(folder))
    except OSError as error:
        yield folder, under.rstrip("/") or os.path.basename(folder), _cannot(error, "folder")
        return
    for entry in entries:
        path, name = os.path.join(folder, entry), under + entry
        if BESIDE.fullmatch(entry):
            continue
        try:
            known = os.stat(path)
        except OSError as error:
            yield path, name, _cannot(error, "file")
            continue
        if stat.S_ISDIR(known.st_mode):
            real = os.path.realpath(path)
            if entry.endswith(SUFFIXES):
                yield path, name, "it is a folder; a file is expected"
            elif real in above:
                yield path, name, "it leads back to a folder above it"
            else:
                yield from _entries(path, f"{name}/", (*above, real))
        elif not stat.S_ISREG(known.st_mode):
            yield path, name, "it is not a file that can be read"
        elif entry.endswith(SUFFIXES):
            yield path, name, known
        else:
            yield path, name, "no seed is read from such a file; its name must end in .toml"


def _cannot(error: OSError, what: str) -> str:
    """Why the system does not give a file or folder, in plain words."""
    import errno

    why = {
        errno.ELOOP: "it is a link that leads to itself",
        errno.ENOENT: "it is a link to a file that does not exist",
        errno.EACCES: f"it cannot be read: this user has no permission to read the {what}",
        errno.EPERM: f"it cannot be read: this user has no permission to read the {what}",
        errno.ENAMETOOLONG: "its name is too long",
    }
    return why.get(error.errno or 0, f"the {what} cannot be read")


def read_bytes(path: str) -> bytes | str:
    """What a file holds, or why it cannot be read, without a full stop."""
    try:
        if os.path.getsize(path) > LARGEST:
            return "it is larger than 2 MB; no seed is"
        return Path(path).read_bytes()
    except OSError as error:
        return _cannot(error, "file")


def parse(content: bytes) -> dict[str, Any] | str:
    """The tables of a TOML text, or what is wrong with it, without a full stop.

    Examples
    --------
    >>> parse(b"a = 1")
    {'a': 1}
    >>> parse(b"id = 'x'\\nid = 'y'\\n")
    "line 2, column 9: the key 'id' stands twice"
    """
    import tomllib

    if content.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return "it begins with a byte order mark; save it as plain UTF-8 without one"
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return f"line {line}: this is not UTF-8 text; save the file as UTF-8"
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return _toml_fault(str(error), text)
    except RecursionError:
        return "its lists or tables stand too deep in one another"
    except ValueError:  # a whole number of more digits than Python reads
        return "it holds a number that is too long to read"
    return data or "it is empty"


# What the reader of TOML finds, and how this is said here.
_SAID = {
    r"Cannot overwrite a value": "{key} stands twice",
    r"Duplicate inline table key '(.*)'": "{key} stands twice",
    r"Cannot declare \('(.*)',\) twice": "the table [{0}] stands twice",
    r"Cannot declare \((.*)\) twice": "the table [{0}] stands twice",
    r"Expected '=' after a key in a key/value pair": "'=' is expected after a key",
    r"Cannot (?:mutate|redefine).*": "{key} adds to a table that is closed",
    r"Expected newline or end of document after a statement":
        "more stands on the line than one key and its value",
    r"Expected '\]' at the end of a table declaration": "']' is expected after a table's name",
    r"Expected '\]\]' at the end of an array declaration": "']]' is expected after a table's name",
    r"Invalid statement": "a key, a [table] or a # remark is expected",
    r"Invalid initial character for a key part": "a key is expected",
    r"Invalid value": "a value is expected: text in quotes, a number, true, false, [ ] or {{ }}",
    r"Invalid date or datetime": "no such date exists",
    r"Unclosed array": "a list is not closed with ]",
    r"Unclosed inline table": "a table is not closed with }}",
    r"Unterminated string": "a text is not closed with its quote",
    r"Expected \"'''\"|Expected '\"\"\"'": "a text is not closed with its quotes",
    r"Expected \"'\"": "a text is not closed with its quote",
    r"Illegal character.*": "a character that TOML forbids here, such as a line break in a text",
    r"Found invalid character.*": "a character that TOML forbids here",
    r"(Unescaped '\\'|Invalid hex|Escaped character).*":
        "a backslash that begins no known escape; write two",
}  # fmt: skip


def _toml_fault(message: str, text: str) -> str:
    """A fault of the TOML in the words of this house, with its line and column."""
    at = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", message)
    what = message[: at.start()] if at else message
    lines = text.split("\n")
    if at and at[1]:
        number, place = int(at[1]), f"line {at[1]}, column {at[2]}"
    else:
        number = len(text.rstrip("\n").split("\n"))
        place = f"line {number}, at its end"
    line = lines[min(number, len(lines)) - 1]
    key = line.partition("=")[0].strip() if "=" in line else ""
    if re.search(r"=\s*\[?[\d\s,]*\d,\d", line) and "Expected newline" in what:
        return f"{place}: a number is written with a decimal point, such as 1.5"
    for pattern, words in _SAID.items():
        if hit := re.fullmatch(pattern, what):
            named = hit.group(1) if "Duplicate" in pattern else key
            parts = [(g or "").replace("'", "").replace(", ", ".") for g in hit.groups()]
            said = words.format(*parts, key=f"the key {named!r}" if named else "this")
            return f"{place}: {said}"
    return f"{place}: this cannot be read as TOML"
