"""Pages that are written while the guides are built, so that they cannot go stale.

A line ``%% name`` of such a page stands for what a function gives.
"""

import re
from collections.abc import Callable

from docs import commands, fields, rooms
from docs.agreement import page as agreement

MARK = re.compile(r"^%% (\w+)$", re.MULTILINE)


def _writers(patients: int) -> dict[str, dict[str, Callable[[], str]]]:
    return {
        "agreement": {
            "packages": agreement.packages,
            "counts": lambda: agreement.counts(patients),
            "conversions": agreement.conversions,
            "by_hand": agreement.by_hand,
            "alone": agreement.alone,
        },
        "reference/command-line": {"verbs": commands.verbs, "codes": commands.codes},
        "reference/fields": {
            "classes": fields.classes,
            "frames": fields.frames,
            "constant": fields.constant,
            "lists": fields.lists,
        },
        "reference/rooms": {"rooms": rooms.page},
    }


def write(docname: str, text: str, patients: int) -> str:
    """The text of a page with each mark replaced; other pages as they are.

    Parameters
    ----------
    docname : str
        The page, without its ending.
    text : str
    patients : int
        How many random patients each comparison with others asks about.

    Raises
    ------
    KeyError
        For a mark that nothing writes.
    """
    writers = _writers(patients).get(docname, {})
    return MARK.sub(lambda mark: writers[mark[1]](), text)
