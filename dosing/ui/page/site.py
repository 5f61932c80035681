"""Whose calculator this is, and which of its tables and protocols are the hospital's own."""

from html import escape

from dosing.knowledge.library import load
from dosing.knowledge.sentences import words


def banner() -> str:
    """The hospital's title as it stands in its profile; nothing without a folder of its own."""
    seeds = load()
    return f"<p class='dosing-site'>{escape(seeds.site.title)}</p>" if seeds.folder else ""


def named(title: str, seed_id: str) -> str:
    """A title, marked where its table or protocol came from the hospital's folder."""
    return f"{title} ({words('own')})" if load().is_own(seed_id) else title
