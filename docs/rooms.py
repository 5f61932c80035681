"""The page of the rooms: what CONTRIBUTING draws, and every module that is there."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DRAWN = re.compile(r"^floor (\d)  ([a-z_]+)/ +(.+)$", re.MULTILINE)
NOT_SHOWN = {"notebooks", "ui"}  # pages and their widgets are shown in the guides


def floors() -> list[tuple[int, str, str]]:
    """Floor, folder and what it holds, as drawn, from the ground up; pages left out."""
    drawn = DRAWN.findall((ROOT / "CONTRIBUTING.md").read_text("utf-8"))
    return sorted(
        (int(floor), folder, text) for floor, folder, text in drawn if folder not in NOT_SHOWN
    )


def modules(folder: str) -> list[str]:
    """The modules of a folder by their dotted names."""
    found = sorted((ROOT / "dosing" / folder).rglob("*.py"))
    return [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in found
        if not path.name.startswith("_")
    ]


def page() -> str:
    """A heading a room, with its floor, and the public of each of its modules, in Markdown."""
    parts = []
    for floor, folder, text in floors():
        parts.append(f"## {folder}\n\nFloor {floor}: {text}.\n\n```{{eval-rst}}\n")
        parts += [
            f".. rubric:: {name}\n\n.. automodule:: {name}\n   :members:\n"
            for name in modules(folder)
        ]
        parts.append("```\n")
    return "\n".join(parts)
