"""The library in force, proved before its first use.

That a hospital's folder passed is kept for the next process, such as the calculator of a page: the
proof takes seconds. It counts for these seeds and this program only, to the last byte.
"""

import functools
import hashlib
import os
from pathlib import Path

from dosing.knowledge import kept
from dosing.knowledge.faults import SeedError
from dosing.knowledge.library import Library, load

MOST_EXAMPLES = 3


@functools.lru_cache(maxsize=8)
def _prove(digest: str, site_folder: str) -> None:
    seeds = load(site_folder)
    if kept.read("proof", _key(seeds)) is True:
        return
    # Imported here: who asks for a dose by the shipped seeds needs no linter.
    from dosing.lint.site import lint_library

    if wrong := lint_library(seeds):
        raise SeedError(f"DOSING_SITE {site_folder}: " + " ".join(wrong[:MOST_EXAMPLES]))

    remember(seeds)


def remember(seeds: Library) -> None:
    """Keep for the next process that these seeds have passed."""
    kept.write("proof", _key(seeds), True)


def _key(seeds: Library) -> str:
    """The seeds and the program that proved them; a change in either asks for a new proof."""
    marks = [seeds.digest]
    for path in sorted(Path(__file__).parents[1].rglob("*.py")):
        found = path.stat()
        marks.append(f"{path} {found.st_ino} {found.st_size} {found.st_mtime_ns}")
    return hashlib.sha256("\n".join(marks).encode()).hexdigest()


def proved(site: str | None = None) -> Library:
    """The library in force; a hospital's own folder is proved before its first use.

    Parameters
    ----------
    site : str, optional
        The hospital's folder. Default: the environment variable ``DOSING_SITE``.

    Raises
    ------
    SeedError
        With file, place and wish, when the hospital's folder does not pass.
    """
    folder = os.environ.get("DOSING_SITE", "") if site is None else site
    seeds = load(folder)
    if folder:
        _prove(seeds.digest, folder)
    return seeds
