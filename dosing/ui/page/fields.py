"""The fields of a page: text boxes, choices, questions, and what stands beside them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from html import escape
from typing import Any

import anywidget
import ipywidgets as w
import traitlets

from dosing.knowledge.library import load
from dosing.ui.guard import STATIC, field_text
from dosing.ui.page.patient import Entry, PatientModel, in_any_panel

CLEAR = "clear"  # the button that takes an answer back


class Aid(anywidget.AnyWidget):
    """What the page needs beside its widgets: style, messages at fields, names for screen readers.

    Attributes
    ----------
    messages : dict of str to list of str
        Field to level (``needed`` or ``warn``) and sentence.
    narrow : bool
        Whether the page is as narrow as a phone; told by the browser.
    """

    messages = traitlets.Dict().tag(sync=True)
    narrow = traitlets.Bool(False).tag(sync=True)

    _esm = STATIC / "page.js"
    _css = STATIC / "style.css"

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self.on_mend: Callable[[str], object] | None = None
        self.on_msg(self._hear)

    def _hear(self, _widget: object, content: object, _buffers: object) -> None:
        """A button on a line of a log was pressed."""
        entry = content.get("mend") if isinstance(content, dict) else None
        if isinstance(entry, str) and self.on_mend is not None:
            self.on_mend(entry)


class Fields:
    """Every field of a page by name; makes them, reads them, and hears when one changes.

    Parameters
    ----------
    on_change : callable
        Called without arguments after the reader has changed a field.
    """

    def __init__(self, on_change: Callable[[], object]) -> None:
        self.on_change = on_change
        self.controls: dict[str, Any] = {}
        self.messages: dict[str, list[str]] = {}
        self.carrying: dict[str, tuple[Any, Callable[..., None]]] = {}
        self._quiet = False
        # One layout and one style for all: fewer objects to send, so that a page opens sooner.
        self._layout = w.Layout()
        self._styles: dict[type, Any] = {}

    def text(self, name: str, label: str, value: str = "", *classes: str) -> Any:
        """A box for text, computed with as one types."""
        typed = self._make(w.Text, description=label, value=value)
        return self._add(name, typed, "dosing-text", *classes)

    def choice(
        self, name: str, label: str, options: Sequence[tuple[str, str]], *classes: str
    ) -> Any:
        """A drop-down list of labels and values."""
        return self._add(name, self._make(w.Dropdown, description=label, options=options), *classes)

    def question(
        self, name: str, label: str, options: Iterable[str | tuple[str, str]], *classes: str
    ) -> Any:
        """Buttons of which none is pressed until it is answered; the answer can be taken back."""
        pairs = [(o, o) if isinstance(o, str) else o for o in options]
        buttons = self._make(
            w.ToggleButtons, description=label, options=[*pairs, (CLEAR, "")], value=None
        )
        return self._add(name, buttons, "dosing-question", *classes)

    def button(self, label: str, act: Callable[..., None], *classes: str, carries: str = "") -> Any:
        """A button that does something; one that ``carries`` sends the fields with its click."""
        button = self._make(w.Button, description=label)
        button.on_click(act)
        if carries:
            self.carrying[carries] = button, act
            button.add_class("dosing-carries")
            button.add_class(f"a-{carries}")
        for name in classes:
            button.add_class(name)
        return button

    def disclosure(self, label: str, inside: Any) -> Any:
        """A button that shows and hides what is not always needed."""
        button = w.ToggleButton(description=label, value=False)
        button.add_class("dosing-disclosure")
        button.observe(lambda change: show(change["new"], inside), "value")
        return button

    def html(self, *classes: str) -> Any:
        """A place for results or words."""
        place = self._make(w.HTML)
        for name in classes:
            place.add_class(name)
        return place

    def texts(self) -> dict[str, str]:
        """The text of every field, as the page shows it."""
        return {name: field_text(control) for name, control in self.controls.items()}

    def set_text(self, name: str, text: str) -> None:
        """Answer a field as a reader would; ValueError when a list has no such answer."""
        control = self.controls[name]
        if not hasattr(control, "options"):
            control.value = text
            return
        known = dict(control.options)
        if not text or text == CLEAR:
            control.value = "" if "" in known and isinstance(control, w.Dropdown) else None
        elif text in known:
            control.value = known[text]
        else:
            raise ValueError(f"{control.description}: there is no answer {text!r}")

    def press(self, name: str, texts: Mapping[str, str]) -> None:
        """Do what a button does, with what the fields held when it was pressed."""
        if name not in self.carrying:
            return
        button, act = self.carrying[name]
        mine = self.texts()
        late = {n: t for n, t in texts.items() if n in mine and mine[n] != t}
        if late:
            with self.quietly():
                for field, text in late.items():
                    self.set_text(field, text)
            self.on_change()
        if not button.disabled:
            act(button)

    def say(self, name: str, level: str = "", text: str = "") -> None:
        """Put a sentence beside a field, or take it away."""
        if text:
            self.messages[name] = [level, text]
        else:
            self.messages.pop(name, None)

    @contextmanager
    def quietly(self) -> Iterator[None]:
        """Change fields inside this without hearing of it."""
        before, self._quiet = self._quiet, True
        try:
            yield
        finally:
            self._quiet = before

    def _make(self, kind: Any, **traits: Any) -> Any:
        style = self._styles.get(kind)
        made = kind(layout=self._layout, **({"style": style} if style else {}), **traits)
        self._styles.setdefault(kind, made.style)
        return made

    def _add(self, name: str, control: Any, *classes: str) -> Any:
        for each in ("dosing-field", f"f-{name}", *classes):
            control.add_class(each)
        self.controls[name] = control
        control.observe(self._changed, "value")
        return control

    def _changed(self, change: Mapping[str, Any]) -> None:
        if change["new"] == "" and isinstance(change["owner"], w.ToggleButtons):
            change["owner"].value = None
        elif not self._quiet:
            self.on_change()


class PatientForm:
    """The fields of the shared patient: what the panel asks for first, the rest behind a button."""

    def __init__(self, patient: PatientModel, fields: Fields) -> None:
        self.patient, self.fields = patient, fields
        self._parts: dict[str, list[Any]] = {}
        self.ensure(patient.entries)
        self._shown: list[str] | None = None
        self.asked, self.rest = box("dosing-asked"), box("dosing-rest")
        self.derived = fields.html("dosing-results", "dosing-derived")
        self.more = w.ToggleButton(description="More about the patient", value=False)
        self.more.add_class("dosing-disclosure")
        self.more.observe(self._open, "value")
        self.rest.add_class("dosing-closed")
        self.title = fields.html("dosing-title")
        self.title.value = "<h2 id='part-1'><span class='n'>1</span> Patient and organs</h2>"
        self.widget = box(
            "dosing-section", "s-patient", children=(self.title, self.asked, self.derived)
        )
        self.widget.children += (self.more, self.rest)

    def parts(self, key: str) -> list[Any]:
        """The controls of one quantity."""
        return self._parts[key]

    def ensure(self, keys: Iterable[str]) -> None:
        """Make the fields of these quantities, where the page has none yet."""
        self.patient.ensure(keys)
        for key in keys:
            if key not in self._parts:
                self._parts[key] = self._controls(key, self.patient.entries[key])

    def show(self, asked: Sequence[str]) -> None:
        """Put these quantities first and the others behind the button."""
        if asked == self._shown:
            return
        self.ensure(asked)
        self._shown = list(asked)
        known = load().quantities
        others = [k for k in self._parts if k not in asked and in_any_panel(known[k])]
        self.asked.children = self._grouped(asked)
        self.rest.children = self._grouped(others)

    def read(self) -> None:
        """Bring the model to what the fields hold, and the sentences beside them up to date."""
        for key, entry in self.patient.entries.items():
            control, *unit = self._controls_of(key)
            if unit and entry.unit != unit[0].value:
                entry.unit = unit[0].value
                control.description = entry.label
            entry.text = control.value or ""
            level = "needed" if entry.problem else "warn"
            self.fields.say(key, level, entry.problem or entry.warning)

    def _controls_of(self, key: str) -> list[Any]:
        names = (key, f"{key}-unit")
        return [self.fields.controls[n] for n in names if n in self.fields.controls]

    def _controls(self, key: str, entry: Entry) -> list[Any]:
        quantity, fields = entry.quantity, self.fields
        if quantity.kind == "yes-no":
            return [fields.question(key, quantity.label, ("yes", "no"), "dosing-yes-no")]
        if quantity.kind == "class":
            return [fields.question(key, quantity.label, quantity.values)]
        typed = fields.text(key, entry.label)
        if len(quantity.names) == 1:
            return [typed]
        units = [(found.unit, name) for name, found in quantity.names.items()]
        unit = fields.choice(f"{key}-unit", f"Unit of {quantity.label}", units, "dosing-unit")
        return [box("dosing-pair", children=(typed, unit))]

    def _grouped(self, keys: Sequence[str]) -> list[Any]:
        known = load().quantities
        boxes = []
        groups = sorted(load().groups.items(), key=lambda found: found[1].order)
        for group, found in groups:
            members = [part for k in keys if known[k].group == group for part in self._parts[k]]
            if members:
                head = self.fields.html("dosing-group-title")
                head.value = f"<h3>{escape(found.title)}</h3>"
                boxes.append(box("dosing-group", f"g-{group}", children=(head, *members)))
        return boxes

    def _open(self, change: Mapping[str, Any]) -> None:
        show(change["new"], self.rest)


class Confirm:
    """A button that asks once more before it does what cannot be taken back."""

    def __init__(
        self, fields: Fields, label: str, question: str, yes: str, act: Callable[..., None]
    ) -> None:
        self.act = act
        self.ask = fields.button(label, lambda _: self._open(True), "quiet")
        self.words = fields.html("dosing-question-words", "dosing-polite")
        self.question = question
        self.asking = box(
            "dosing-asking",
            "dosing-closed",
            children=(
                self.words,
                fields.button(yes, self._yes, "danger"),
                fields.button("Keep", lambda _: self._open(False), "quiet"),
            ),
        )
        self.widget = box("dosing-confirm", "dosing-screen", children=(self.ask, self.asking))

    def close(self) -> None:
        """Take the question away."""
        self._open(False)

    def _open(self, asking: bool) -> None:
        self.words.value = f"<p>{self.question}</p>" if asking else ""
        show(asking, self.asking)
        show(not asking, self.ask)

    def _yes(self, button: object) -> None:
        if "dosing-closed" in self.asking._dom_classes:  # the second half of a double click
            return
        self._open(False)
        self.act(button)


def show(visible: bool, *widgets: Any) -> None:
    """Show or hide widgets."""
    for widget in widgets:
        (widget.remove_class if visible else widget.add_class)("dosing-closed")


def box(*classes: str, children: Sequence[Any] = ()) -> Any:
    """Widgets together, laid out by the style sheet."""
    made = w.Box(children=children)
    for name in classes:
        made.add_class(name)
    return made
