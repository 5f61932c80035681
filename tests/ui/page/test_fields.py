"""The fields of a page, by setting values as a browser does."""

import ipywidgets as w
import pytest

from dosing.ui.page.fields import Aid, Confirm, Fields, PatientForm, show
from dosing.ui.page.patient import PatientModel


@pytest.fixture
def heard():
    return []


@pytest.fixture
def fields(heard):
    return Fields(lambda: heard.append(1))


@pytest.fixture
def form(fields):
    return PatientForm(PatientModel(), fields)


def closed(widget):
    return "dosing-closed" in widget._dom_classes


def test_no_field_is_a_number_box(form, fields):
    assert {type(c) for c in fields.controls.values()} == {w.Text, w.Dropdown, w.ToggleButtons}


def test_each_field_carries_its_name_and_its_label_with_the_unit(form, fields):
    for name, control in fields.controls.items():
        assert {"dosing-field", f"f-{name}"} <= set(control._dom_classes)
        assert control.description
    assert fields.controls["weight"].description == "Body weight (kg)"


def test_questions_start_unanswered_and_an_answer_can_be_taken_back(form, fields, heard):
    question = fields.controls["heart_failure"]
    assert question.value is None
    assert set(fields.texts().values()) <= {"", "kg", "cm", "mg/dL", "mL/min", "g/dL", "× 10⁹/L"}
    question.value = "no"
    form.read()
    assert form.patient.inputs() == {"heart_failure": "no"}
    question.value = ""
    form.read()
    assert question.value is None
    assert form.patient.inputs() == {}
    assert heard


def test_a_refusal_stands_beside_the_field(form, fields):
    fields.controls["weight"].value = "1,000"
    form.read()
    level, text = fields.messages["weight"]
    assert level == "needed"
    assert "two ways" in text
    fields.controls["weight"].value = "250"
    form.read()
    assert fields.messages["weight"][0] == "warn"
    fields.controls["weight"].value = "70"
    form.read()
    assert "weight" not in fields.messages


def test_a_unit_switch_changes_the_label_and_not_the_number(form, fields):
    fields.controls["creatinine"].value = "88"
    fields.controls["creatinine-unit"].value = "creatinine_umol_l"
    form.read()
    assert fields.controls["creatinine"].value == "88"
    assert fields.controls["creatinine"].description == "Serum creatinine (micromol/L)"
    assert form.patient.inputs() == {"creatinine_umol_l": "88"}


def test_what_is_asked_stands_first_and_the_rest_behind_a_button(form):
    form.show(["weight", "child_pugh"])
    assert [len(g.children) for g in form.asked.children] == [2, 2]  # a heading and a field each
    assert closed(form.rest)
    form.more.value = True
    assert not closed(form.rest)
    before = form.asked.children
    form.show(["weight", "child_pugh"])
    assert form.asked.children is before


def test_fields_are_answered_by_their_words(fields):
    fields.choice("drug", "Drug", [("Argatroban", "a"), ("Bivalirudin", "b")])
    fields.question("sex", "Sex", ("female", "male"))
    fields.text("age", "Age")
    for name, text in (("drug", "Bivalirudin"), ("sex", "male"), ("age", "60")):
        fields.set_text(name, text)
    assert fields.texts() == {"drug": "Bivalirudin", "sex": "male", "age": "60"}
    fields.set_text("sex", "")
    assert fields.texts()["sex"] == ""
    with pytest.raises(ValueError, match="no answer 'Warfarin'"):
        fields.set_text("drug", "Warfarin")


def test_quiet_changes_are_not_heard(fields, heard):
    age = fields.text("age", "Age")
    with fields.quietly():
        age.value = "60"
    assert heard == []
    age.value = "61"
    assert heard == [1]


def test_what_cannot_be_undone_is_asked_once_more(fields):
    done = []
    confirm = Confirm(fields, "Clear", "Really?", "Yes", done.append)
    yes = confirm.asking.children[1]
    yes.click()
    assert done == []
    confirm.ask.click()
    assert not closed(confirm.asking)
    yes.click()
    yes.click()
    assert len(done) == 1
    confirm.ask.click()
    confirm.close()
    assert closed(confirm.asking)


def test_showing_and_hiding():
    box = w.Box()
    show(False, box)
    assert closed(box)
    show(True, box)
    assert not closed(box)


def test_the_page_brings_its_own_style_and_script():
    aid = Aid()
    assert "aria-invalid" in str(aid._esm)
    assert ".dosing-app" in str(aid._css)
    assert "http:" not in str(aid._css)
    assert "https:" not in str(aid._css) + str(aid._esm)
