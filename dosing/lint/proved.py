"""The library in force, proved before its first use."""

import functools
import os

from dosing.knowledge.library import Library, SeedError, load

MOST_EXAMPLES = 3


@functools.lru_cache(maxsize=8)
def _prove(digest: str, site_folder: str) -> None:
    # Imported here: who asks for a dose by the shipped seeds needs no linter.
    from dosing.lint.site import lint_library

    if wrong := lint_library(load(site_folder)):
        raise SeedError(f"DOSING_SITE {site_folder}: " + " ".join(wrong[:MOST_EXAMPLES]))


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
