"""Corrections and withdrawals of entries, from the log's own lines."""

from collections.abc import Callable
from html import escape
from typing import Any

from dosing.course import events as ev
from dosing.course import wording
from dosing.course.events import Event
from dosing.knowledge.library import load
from dosing.knowledge.sentences import words
from dosing.ui.page.fields import box, show
from dosing.ui.titrate.fieldtext import read_time

AT = "at"


class MendForm:
    """Opens below the form of results when a line of the log is pressed."""

    def __init__(self, panel: Any, once: Callable[..., Any], answer: Callable[..., None]) -> None:
        self.panel, self.answer = panel, answer
        self.entry = ""
        fields = self.panel.fields
        self.about = fields.html("dosing-question-words", "dosing-polite")
        self.what = fields.choice("mend-what", "What was wrong", [("", "")])
        self.value = fields.text("mend-value", "What it really was")
        self.reason = fields.text("mend-reason", "Why it is changed (required)")
        self.correct = fields.button(
            "Correct this entry", once("correct", self._correct), carries="correct"
        )
        self.withdraw = fields.button(
            "Withdraw: it did not happen",
            once("withdraw", self._withdraw),
            "danger",
            carries="withdraw",
        )
        leave = fields.button("Leave it", self.panel.guard.protect(self.close), "quiet")
        self.controls = (self.what, self.value, self.reason)
        self.widget = box("dosing-mend", "dosing-screen", "dosing-closed", children=(
            self.about, self.what, self.value, self.reason,
            box("dosing-mend-acts", children=(self.correct, self.withdraw, leave)),
        ))  # fmt: skip
        self.undo = fields.button(
            "Undo last entry", once("undo", self._undo), "quiet", carries="undo"
        )
        self.panel.aid.on_mend = self.panel.guard.protect(self.open)

    def open(self, entry: str) -> None:
        """Ask about one entry of the log."""
        course = self.panel.model.course
        found = [f for f in course.facts if f.id == entry] if course else []
        if course is None or not found:
            return
        fact, self.entry = found[0], entry
        with self.panel.fields.quietly():
            self.what.options = [("choose", ""), *self._correctable(fact)]
            self.what.value = ""
            self.value.value = self.reason.value = ""
        said = words("mend-about", at=course.book.shown(fact.at),
                     what=wording.what(course.book, fact))  # fmt: skip
        self.about.value = f"<p>{escape(said)}</p>"
        show(True, self.widget)
        self.panel.fields.on_change()

    def close(self, _: object = None) -> None:
        """Ask no more."""
        self.entry = ""
        with self.panel.fields.quietly():
            self.what.options = [("", "")]
            self.value.value = self.reason.value = ""
        show(False, self.widget)
        self.panel.fields.on_change()

    def refresh(self) -> None:
        """What may be done with the entry now."""
        course = self.panel.model.course
        if self.entry and (course is None or self.entry not in course.book.ids):
            self.entry = ""
            show(False, self.widget)
        first = course is not None and self.entry == course.started.id
        alone = course is not None and len(course.facts) == 1
        self.withdraw.disabled = first and not alone
        self.correct.disabled = not self.what.value

    def _correctable(self, fact: Event) -> list[tuple[str, str]]:
        """What of an entry may be corrected: label and name."""
        seeds = load()
        found = [("time", AT)]
        names: list[str] = []
        if isinstance(fact, ev.Measured):
            names = [*fact.values]
        elif isinstance(fact, ev.Changed):
            names = [*fact.inputs]
        for name in names:
            quantity = seeds.quantities[seeds.names[name]]
            unit = quantity.names[name].unit
            found.append((f"{quantity.label} ({unit})" if unit else quantity.label, name))
        if isinstance(fact, ev.Started | ev.RateSet | ev.Resumed | ev.BagChanged):
            per = "units/mL" if fact.set_to.unit.startswith("units") else "mg/mL"
            found += [(f"rate ({fact.set_to.unit})", "rate"), ("pump (mL/h)", "pump_ml_h"),
                      (f"strength of the bag ({per})", "strength")]  # fmt: skip
        if isinstance(fact, ev.Bolus):
            found.append((f"amount ({fact.unit})", "amount"))
        if isinstance(fact, ev.Noted):
            found.append(("text", "text"))
        return found

    def _correct(self) -> None:
        if not self.what.value:
            raise ValueError(words("mend-choose"))
        value: Any = self.value.value
        if self.what.value == AT:
            value = read_time(value, self.panel.now())
        done = self.panel.model.correct(self.entry, self.reason.value, **{self.what.value: value})
        self._said(done, words("corrected"))

    def _withdraw(self) -> None:
        model = self.panel.model
        if model.course is not None and self.entry == model.course.started.id:
            said = model.undo(self.reason.value)
            self.close()
            self.answer(said)
            return
        self._said(model.withdraw(self.entry, self.reason.value), words("last-taken-back"))

    def _said(self, done: Event, text: str) -> None:
        review = getattr(done, "review", ())
        self.close()
        self.answer(" ".join([text, *review]), "stop" if review else "note")

    def _undo(self) -> None:
        last = self.panel.model.last_entry()
        if last is not None:
            self.open(last.event if isinstance(last, ev.Corrected) else last.id)
