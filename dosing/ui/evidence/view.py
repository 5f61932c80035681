"""The evidence panel: every number by source, searched and saved."""

import datetime as dt
from collections.abc import Mapping
from html import escape
from typing import Any

from dosing.ui.evidence import model as models_evidence
from dosing.ui.evidence.model import VIEWS, Line
from dosing.ui.page.fields import Fields, box
from dosing.ui.page.render import CONFIRMED, icon

MOST_LINES = 400


class EvidencePanel:
    """The panel: what is listed, and the words searched for."""

    name, title = "evidence", "Evidence"

    def __init__(self, fields: Fields) -> None:
        self.fields = fields
        self.view = fields.choice("evidence-view", "Show", [(v, v) for v in VIEWS])
        self.words = fields.text("evidence-words", "Search for words")
        kinds = [("all", ""), *((words, kind) for kind, words in CONFIRMED.items())]
        self.confirmed = fields.choice("evidence-confirmed", "How it was confirmed", kinds)
        self.results = fields.html("dosing-results", "dosing-answers", "dosing-evidence")
        self.counted = fields.html("dosing-results", "dosing-polite")
        self.paper = fields.html("dosing-results", "dosing-paper-only")
        head = fields.html("dosing-title")
        head.value = "<h2 id='part-question'>Evidence: every number and its source</h2>"
        self.section = box("dosing-section", "s-evidence", children=(
            head,
            box("dosing-choices", children=(self.view, self.words, self.confirmed)),
            self.counted, self.results,
        ))  # fmt: skip
        self._shown: tuple[str, str, str] | None = None

    wide = True

    @property
    def running(self) -> bool:
        """Whether an infusion has been started here: never."""
        return False

    def before(self) -> list[Any]:
        """The sections before the patient's: this page has no patient."""
        return [self.section]

    def columns(self) -> tuple[list[Any], list[Any]]:
        """Nothing stands beside."""
        return [], []

    def refresh(self) -> None:
        """List what is searched for."""
        wanted = (self.view.value, self.words.value.strip(), self.confirmed.value or "")
        if wanted == self._shown:
            return
        found = models_evidence.lines(*wanted)
        shown = found[:MOST_LINES]
        cut = "" if len(shown) == len(found) else f"; the first {len(shown):,} are shown"
        self.counted.value = (
            f"<p class='hint'>{len(found):,} lines{cut}. <button type='button'"
            " class='dosing-screen' data-dosing='csv'>Save as CSV</button></p>"
        )
        self.results.value = table(shown)
        self._shown = wanted

    def draw(self) -> None:
        """There is no picture."""

    def blank(self) -> None:
        """Empty the list."""
        self.results.value = self.counted.value = ""
        self._shown = None

    def record(self) -> dict[str, Any]:
        """What the browser keeps beside the fields: nothing."""
        return {}

    def restore(self, entries: Mapping[str, str], record: Mapping[str, Any]) -> None:
        """Take up what was listed."""
        for name in self.choices():
            if name in entries:
                self.fields.set_text(name, entries[name])

    def choices(self) -> tuple[str, ...]:
        """The lists of this page."""
        return ("evidence-view", "evidence-confirmed")

    def choose(self, drug: str) -> None:
        """Search for a drug."""
        self.words.value = drug

    def clear(self) -> None:
        """Nothing here belongs to a patient."""

    def label(self) -> str:
        """What is listed, in a few words."""
        return str(self.view.value)

    def tick(self, now: dt.datetime, before: str) -> None:
        """No time is asked here."""


def table(found: list[Line]) -> str:
    """Lines as a table, with how each was confirmed in a word and a shape."""
    if not found:
        return "<p class='no-dose'>Nothing holds all of these words.</p>"
    heads = [*found[0].cells, *(["Confirmed"] if any(x.confirmed for x in found) else [])]
    rows = []
    for line in found:
        cells = [f"<td>{escape(text)}</td>" for text in line.cells.values()]
        if "Confirmed" in heads:
            mark = icon("warn") + " " if line.confirmed == "unconfirmed" else ""
            cells.append(f"<td>{mark}{escape(line.confirmed)}</td>")
        rows.append(f"<tr>{''.join(cells)}</tr>")
    head = "".join(f"<th scope='col'>{escape(h)}</th>" for h in heads)
    return (
        "<div class='wide-table' tabindex='0' role='region' aria-label='Evidence'>"
        f"<table class='export'><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )
