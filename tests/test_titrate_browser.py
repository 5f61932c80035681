"""The titrate panel as a pharmacist uses it: one patient from the first order to a stable rate."""

import datetime as dt
import json
import os
import re

import pytest

from tests.browser_support import (
    serious_violations,
    serving,
    until,
    visiting,
)

pytestmark = pytest.mark.browser

FAST = int(os.environ.get("DOSING_FAST_CLICKS", "25"))
# Each digit and the click within one turn of the browser: no message can go between them.
TYPE_AND_CLICK = """typed => {
  const box = document.querySelector('.f-result-platelets input');
  for (let i = 1; i <= typed.length; i += 1) {
    box.value = typed.slice(0, i);
    box.dispatchEvent(new Event('input', { bubbles: true }));
  }
  document.querySelector('button.a-add').click();
}"""
LIVE = ".dosing-app.dosing-live:not(.dosing-stale)"


@pytest.fixture(scope="module")
def server():
    with serving("titrate", pool=1) as server:
        yield server


@pytest.fixture
def visit(server, browser):
    with visiting(browser, server.url, 1280, 1400) as visit:
        yield visit


def type_in(page, name, text):
    page.locator(f".f-{name} input").fill(text)


def answer(page, name, label):
    found = page.locator(f".f-{name} button", has_text=re.compile(f"^{re.escape(label)}$"))
    found.click()


def press(page, words):
    page.get_by_role("button", name=words).click()


def shows(page, section, words):
    """Wait until a section says so as a live result."""
    page.wait_for_selector(f"{LIVE} .s-{section} :text('{words}')")


def text(page, section):
    return " ".join(page.locator(f".s-{section}").inner_text().split())


def message(page, name):
    return page.locator(f".f-{name} .dosing-message")


def at(days, clock):
    """A time of an earlier day, as the field takes it."""
    return f"{dt.date.today() - dt.timedelta(days=days)} {clock}"


def turn(page, when):
    """Let the browser's clock show this time, and wait until the calculator knows it."""
    page.clock.set_system_time(f"{when.replace(' ', 'T')}:05")
    paper = page.locator(".dosing-paper-only h2")
    until(lambda: when in paper.text_content(), what=f"the clock at {when}")


def patient(page):
    type_in(page, "weight", "70")
    answer(page, "child_pugh", "B")
    type_in(page, "crcl", "25")
    type_in(page, "baseline_aptt", "32")
    shows(page, "order", "2.1")


def start(page):
    patient(page)
    turn(page, at(3, "08:00"))
    type_in(page, "start-time", at(3, "08:00"))
    press(page, re.compile("^Start infusion"))
    shows(page, "next", "Running now")


def result(page, when, aptt, **more):
    turn(page, when)
    type_in(page, "drawn", when)
    type_in(page, "result-aptt", aptt)
    for name, value in more.items():
        type_in(page, f"result-{name}", value)
    press(page, "Add result")
    page.wait_for_selector(f".s-log .log tr:has-text('{when}')")


def do(page, when):
    turn(page, when)
    type_in(page, "done", when)
    rows = page.locator(".s-log .log tbody tr").count()
    press(page, "Done as recommended")
    page.locator(".s-log .log tbody tr").nth(rows).wait_for()


def fits(page):
    wide = "document.scrollingElement.scrollWidth"
    inner = "document.querySelector('#rendered_cells').scrollWidth"
    return max(page.evaluate(wide), page.evaluate(inner)) <= page.evaluate("window.innerWidth")


def test_one_patient_to_a_stable_rate(visit, tmp_path):
    page = visit.open()
    assert "Still needed: Body weight, Child-Pugh class" in text(page, "order").replace(
        "Child-Pugh class, Body weight", "Body weight, Child-Pugh class"
    )
    assert "mL/h" not in text(page, "order")
    patient(page)
    said = text(page, "order")
    assert "0.5 mcg/kg/min" in said
    assert "2.1 mL/h" in said
    assert "48 to 96 s" in said
    assert "The liver clears argatroban" in said
    assert "0.5 mcg/kg/min × 70 kg × 60 min/h" in said
    compared = page.locator(".s-choose table.compare tr", has_text="UHS 2016")
    assert "0.1 mcg/kg/min" in compared.inner_text()
    protocol = page.locator(".f-protocol select").evaluate("s => s.selectedOptions[0].text")
    assert "EU label: critically ill" in protocol.replace("\xa0", " ")
    assert "a hospital must confirm its own" in said

    turn(page, at(3, "08:00"))
    type_in(page, "start-time", at(3, "08:00"))
    press(page, "Start infusion at 08:00")
    shows(page, "next", "Running now")
    result(page, at(3, "12:00"), "44")
    shows(page, "next", "Increase to")
    assert "0.6 mcg/kg/min" in text(page, "next")
    assert "2.1 → 2.5 mL/h" in text(page, "next")
    do(page, at(3, "12:10"))
    shows(page, "next", "Running now")
    result(page, at(3, "16:10"), "105", platelets="60")
    shows(page, "next", "When the aPTT is back in range")
    assert "0.3 mcg/kg/min" in text(page, "next")
    assert "Warfarin not yet: platelets 60" in text(page, "order")
    do(page, at(3, "16:15"))
    shows(page, "next", "On hold")
    result(page, at(3, "20:15"), "72")
    shows(page, "next", "Resume at")
    do(page, at(3, "20:20"))
    result(page, at(2, "00:20"), "58")
    shows(page, "next", "04:20")
    result(page, at(2, "04:20"), "61")
    shows(page, "next", "Time in range")
    turn(page, at(0, "00:00"))
    tomorrow = f"was due 04:20 on {(dt.date.today() - dt.timedelta(days=1)).day} "
    assert tomorrow in text(page, "next")
    assert "Overdue." in text(page, "next")
    log = page.locator(".s-log table.log tbody tr")
    assert log.count() == 9
    assert "Increase to 0.6 mcg/kg/min: pump 2.5 mL/h" in log.nth(7).inner_text()
    figure = page.locator(".s-timeline .dosing-picture")
    figure.locator("svg").wait_for()
    drawn = figure.locator("svg").inner_html()
    for words in ("105", "44", "held", "mcg/kg/min"):
        assert words in drawn, words
    # The text comes first and the picture after it.
    until(lambda: "Latest aPTT 61 s" in figure.get_attribute("aria-label"), what="the picture")
    page.wait_for_selector(LIVE)
    assert serious_violations(page) == []

    shot = {"full_page": True, "animations": "disabled"}
    page.set_viewport_size({"width": 1280, "height": 2300})
    page.screenshot(path=tmp_path / "desktop.png", **shot)
    page.add_style_tag(content="html.grey { filter: grayscale(1) }")
    page.evaluate("document.documentElement.classList.add('grey')")
    page.screenshot(path=tmp_path / "grey.png", **shot)
    page.evaluate("document.documentElement.classList.remove('grey')")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 720, "height": 2600})
    page.screenshot(path=tmp_path / "print.png", **shot)
    sheet = page.pdf(path=tmp_path / "case.pdf", format="A4")
    assert len(sheet) > 20_000  # [bytes]: not blank
    assert len(re.findall(rb"/Type\s*/Page\b", sheet)) == 1
    assert not page.locator(".f-weight").is_visible()
    assert page.locator(".dosing-paper-only :text('Body weight')").is_visible()
    page.emulate_media(media="screen")
    page.set_viewport_size({"width": 390, "height": 5200})
    page.wait_for_timeout(700)
    page.screenshot(path=tmp_path / "phone.png", **shot)
    assert fits(page)
    assert serious_violations(page) == []
    assert visit.outside() == []
    assert visit.problems == []


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("1,000", "can be read in two ways"),
        ("abc", "is not a plain number"),
        ("7\uff10", "is not a plain number"),
        ("1e2", "is not a plain number"),
        ("7000", "is not possible (1 to 400)"),
    ],
)
def test_what_is_no_weight_gives_no_dose(visit, typed, words):
    page = visit.open()
    patient(page)
    type_in(page, "weight", typed)
    message(page, "weight").filter(has_text=words).wait_for()
    assert message(page, "weight").get_attribute("role") == "alert"
    assert page.locator(".f-weight input").get_attribute("aria-invalid") == "true"
    shows(page, "order", "Put right: Body weight.")
    assert "mL/h" not in page.locator(".dosing-order").inner_text()
    type_in(page, "weight", "78,5")
    shows(page, "order", "2.4")
    assert page.locator(".f-weight input").get_attribute("aria-invalid") is None
    type_in(page, "weight", "")
    shows(page, "order", "Still needed: Body weight.")


def test_the_unit_belongs_to_the_number(visit):
    page = visit.open()
    type_in(page, "creatinine", "88")
    message(page, "creatinine").filter(has_text="88 micromol/L would be 1 mg/dL").wait_for()
    page.locator(".f-creatinine-unit select").select_option("micromol/L")
    until(lambda: not message(page, "creatinine").inner_text(), what="accepted")
    assert page.locator(".f-creatinine input").input_value() == "88"
    assert "Serum creatinine (micromol/L)" in page.locator(".f-creatinine label").inner_text()
    for name, value in (("weight", "70"), ("age", "60")):
        type_in(page, name, value)
    answer(page, "sex", "male")
    shows(page, "patient", "Cockcroft-Gault creatinine clearance 78 mL/min")


def test_a_double_click_adds_once_and_the_last_entry_can_be_taken_back(visit):
    page = visit.open()
    start(page)
    turn(page, at(3, "12:00"))
    type_in(page, "drawn", at(3, "12:00"))
    type_in(page, "result-aptt", "44")
    page.get_by_role("button", name="Add result").dblclick()
    shows(page, "next", "Increase to")
    page.wait_for_timeout(400)
    assert page.locator(".log tbody tr").count() == 2
    turn(page, at(3, "12:20"))
    type_in(page, "done", at(3, "12:10"))
    page.get_by_role("button", name="Done as recommended").dblclick()
    shows(page, "next", "Running now")
    page.wait_for_timeout(400)
    assert page.locator(".log tbody tr").count() == 3
    press(page, "Undo last entry")
    press(page, "Withdraw: it did not happen")
    shows(page, "log", "Give a reason")
    type_in(page, "mend-reason", "the pump was not changed")
    press(page, "Withdraw: it did not happen")
    page.locator(".log tr.gone", has_text="the pump was not changed").wait_for()
    shows(page, "next", "Increase to")
    answer(page, "differ", "new rate")
    type_in(page, "differ-rate", "0.7")
    type_in(page, "done", at(3, "12:20"))
    press(page, "Record what was done")
    shows(page, "next", "Give a reason")
    type_in(page, "differ-reason", "Nurse's <b>advice</b>")
    press(page, "Record what was done")
    page.locator(".log tr", has_text="Nurse's <b>advice</b>").wait_for()
    shows(page, "next", "0.7")


def test_a_reload_brings_the_case_back(visit):
    page = visit.open()
    start(page)
    result(page, at(3, "12:00"), "44")
    shows(page, "next", "Increase to")

    def kept():
        copy = page.evaluate("localStorage.getItem('dosing:titrate')") or "{}"
        events = json.loads(copy).get("record", {}).get("titrate", {}).get("course", {})
        return len(events.get("events", [])) == 2

    until(kept, what="kept")
    page.reload()
    page.wait_for_selector(LIVE)
    assert page.locator(".f-weight input").input_value() == ""
    press(page, "Restore")
    shows(page, "next", "Increase to")
    assert "2.5 mL/h" in text(page, "next")
    assert page.locator(".f-weight input").input_value() == "70"
    do(page, at(3, "12:10"))
    shows(page, "next", "Running now")
    type_in(page, "weight", "90")
    shows(page, "log", "Entries differ")
    shows(page, "next", "No next step")
    assert page.get_by_role("button", name="Add result").is_disabled()
    type_in(page, "weight", "70")
    shows(page, "next", "Running now")
    press(page, "New patient")
    press(page, "Yes, clear everything")
    shows(page, "order", "Still needed")
    assert page.locator(".f-weight input").input_value() == ""
    assert page.locator(".log tbody tr").count() == 0


def test_what_is_typed_just_before_the_click_is_logged(visit):
    page = visit.open()
    start(page)
    turn(page, at(3, "12:00"))
    box = page.locator(".f-result-platelets input")
    for number in range(FAST):
        typed = str(100 + number)
        page.evaluate(TYPE_AND_CLICK, typed)
        row = page.locator(".log tbody tr", has_text=f"Platelet count {typed} ")
        row.wait_for()
        until(lambda: not box.input_value(), what="the field is ready for the next")
    assert page.locator(".log tbody tr").count() == FAST + 1
    assert visit.problems == []


def test_the_keyboard_alone_does_it_on_a_phone(server, browser):
    with visiting(browser, server.url, 390, 800) as visit:
        page = visit.open()
        page.locator(".f-weight input").focus()
        page.keyboard.type("70")
        page.locator(".f-child_pugh button", has_text="B").focus()
        page.keyboard.press("Enter")
        shows(page, "order", "2.1")
        more = page.get_by_role("button", name="More about the patient")
        more.focus()
        page.keyboard.press("Enter")
        page.locator(".f-platelets input").wait_for()
        type_in(page, "platelets", "160")
        shows(page, "order", "Warfarin may start by platelets")
        assert fits(page)
        assert serious_violations(page) == []


def test_the_dashboard_opens_with_the_same_panel(browser):
    with serving("dashboard") as server, visiting(browser, server.url) as visit:
        page = visit.open()
        patient(page)
        assert "Set the pump to" in text(page, "order")
        assert visit.outside() == []
