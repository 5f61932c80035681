"""The dashboards of questions, each with one whole patient, in a real browser."""

import re

import pytest

from tests.browser_support import (
    serious_violations,
    serving,
    visiting,
)

pytestmark = pytest.mark.browser

LIVE = ".dosing-app.dosing-live:not(.dosing-stale)"


@pytest.fixture(scope="module")
def server():
    with serving("dashboard", pool=1) as server:
        yield server


@pytest.fixture
def visit(server, browser):
    with visiting(browser, server.url, 1280, 1400) as visit:
        yield visit


def panel(page, title):
    page.locator(".dosing-menu button", has_text=title).click()
    page.wait_for_selector(f"{LIVE} .s-question h2:text-is('{title}')")
    page.locator(".s-order").wait_for(state="detached")


def ask(page, board, question):
    page.locator(f".f-{board}-topic select").select_option(label=question)
    told = page.locator(".dosing-paper-only h2").get_by_text(question)
    told.first.wait_for(state="attached")  # written after the form has been rearranged


def settled(page, name):
    """A field, once the form is no longer being rearranged: until then it stands there twice."""
    field = page.locator(f".f-{name.replace('__', '-')}")
    alone = 0
    for _ in range(100):
        alone = alone + 1 if field.count() == 1 else 0
        if alone == 2:
            return field
        page.wait_for_timeout(100)
    raise AssertionError(f"{name} is on the page {field.count()} times")


def type_in(page, **texts):
    for name, text in texts.items():
        settled(page, name).locator("input").fill(text)


def answer(page, **answers):
    for name, label in answers.items():
        button = settled(page, name).locator("button")
        button.filter(has_text=re.compile(f"^{re.escape(label)}$")).click()


def shows(page, words):
    """Wait until the answers say so as a live result."""
    page.locator(f"{LIVE} .dosing-answers").get_by_text(words).first.wait_for()


def answers(page):
    return " ".join(page.locator(".dosing-answers").inner_text().split())


def sound(visit):
    """Nothing from outside, nothing in the console, nothing that shuts a reader out."""
    assert visit.outside() == []
    assert visit.problems == []
    assert serious_violations(visit.page) == []


def no_sideways_scroll(page):
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_hit_in_cirrhosis_with_kidney_failure_from_suspicion_to_the_pump(visit):
    page = visit.open()
    panel(page, "HIT: which drug")
    type_in(page, platelets_peak="220", platelets_nadir="80", onset_day="7")
    answer(page, heparin_before="none", new_thrombosis="new", other_cause="none")
    shows(page, "8 points")
    assert "high" in answers(page)

    ask(page, "choose", "What to do now, and which drug")
    type_in(page, weight="70", crcl="25")
    answer(page, child_pugh="B", renal_replacement="none", critically_ill="yes", region="US")
    answer(page, high_bleeding_risk="no")
    shows(page, "Therapeutic intensity")
    page.wait_for_selector(f"{LIVE} .agents")
    said = answers(page)
    assert said.index("argatroban") < said.index("fondaparinux Excluded")
    assert "0.5 mcg/kg/min" in said
    sound(visit)

    page.get_by_role("button", name="Doses of argatroban").click()
    page.wait_for_selector(f"{LIVE} .s-order :text('2.1')")
    assert page.locator(".f-weight input").input_value() == "70"


def test_what_one_panel_was_told_of_hit_no_other_forgets(visit):
    page = visit.open()
    panel(page, "Heparin")
    page.locator(".f-heparin-indication select").select_option(label="venous thrombosis, treatment")
    type_in(page, weight="70")
    shows(page, "18")
    assert page.locator(f"{LIVE} .dosing-answers .bigs").count()

    panel(page, "HIT: which drug")
    type_in(page, platelets_peak="220", platelets_nadir="80", onset_day="7")
    answer(page, heparin_before="none", new_thrombosis="new", other_cause="none")
    shows(page, "8 points")

    panel(page, "Heparin")
    shows(page, re.compile("HIT is suspected"))
    assert not page.locator(f"{LIVE} .dosing-answers .bigs").count()
    sound(visit)


def test_refractory_hit_with_immunoglobulin_and_plasma_exchange(visit):
    page = visit.open()
    panel(page, "HIT: which drug")
    ask(page, "choose", "Immunoglobulin when HIT does not respond")
    type_in(page, weight="80")
    shows(page, re.compile("80 g"))
    type_in(page, days_treated="8", platelets="40")
    answer(page, hit_confirmed="yes")
    shows(page, "Nobody has agreed what refractory means")

    ask(page, "choose", "Plasma exchange")
    type_in(page, weight="70", height="170", hematocrit="40", plasma_volumes="1.5")
    answer(page, sex="male")
    shows(page, "2.73")
    assert "4.095" in answers(page)
    assert "after the last exchange" in answers(page) or "functional assay" in answers(page)
    type_in(page, hematocrit="0.4")
    page.locator(".f-hematocrit .dosing-message.needed").wait_for()
    assert "2.73" not in answers(page)
    sound(visit)


def test_secondary_hlh_that_steroids_and_etoposide_do_not_turn(visit):
    page = visit.open()
    panel(page, "Secondary HLH")
    type_in(page, temperature="39.4", hemoglobin="8.5", white_cells="2", platelets="40")
    type_in(page, neutrophils="0.8", ferritin="12000", triglycerides="300", fibrinogen="1.2")
    type_in(page, ast="80")
    answer(page, spleen_large="yes", liver_large="yes", immunosuppression="no")
    answer(page, hemophagocytosis="not done", nk_activity="not done", scd25_not_done="yes")
    shows(page, "at or above the cut-off of 169")
    assert "criteria met" in answers(page)

    ask(page, "hlh", "Treatment by situation")
    type_in(page, weight="70", height="170", crcl="60", age="45", immunoglobulin_days="3")
    answer(page, hlh_situation="refractory", etoposide_plan="100 mg/m²")
    shows(page, "Ask again for the trigger")
    for amount in ("18.18", "181.81", "37.33"):
        shows(page, amount)

    ask(page, "hlh", "Dates of treatment")
    answer(page, hlh__given__dexamethasone__hlh="yes", hlh__given__etoposide__hlh="yes")
    type_in(page, hlh__first__day="2026-11-23")
    shows(page, "2026-11-23 to 2026-12-06")
    assert page.locator(".plan-picture rect").count() == 13
    type_in(page, hlh__first__day="23.11.")
    page.locator(".f-hlh-first-day .dosing-message.needed").wait_for()

    ask(page, "hlh", "Plasma exchange, last")
    shows(page, "A salvage option when the others have failed")
    sound(visit)


def test_heparin_resistance_with_antithrombin_45_percent(visit):
    page = visit.open()
    panel(page, "Heparin")
    ask(page, "heparin", "Next rate by nomogram")
    shows(page, "Choose first: protocol.")
    protocol = page.locator(".f-heparin-protocol select")
    protocol.select_option(label="Heparin by aPTT, Raschke 1993")
    type_in(page, weight="80", running="18", aptt="34")
    shows(page, "Bolus 6,400 units. Increase to 22 units/kg/h")

    ask(page, "heparin", "Heparin does not reach its target")
    type_in(page, heparin_rate="1900", antithrombin="45", antithrombin_target="120")
    answer(page, aptt_against_target="below", anti_xa_against_target="below")
    answer(page, pump_checked="yes", anticoagulant="fondaparinux")
    shows(page, "4,285.7")
    said = answers(page)
    assert "45,600" in said
    assert "Both are low" in said
    shows(page, "Fondaparinux acts through antithrombin; that it bypasses it is wrong.")
    type_in(page, antithrombin="0.5")
    page.locator(".f-antithrombin .dosing-message.needed").wait_for()
    assert "4,285.7" not in answers(page)
    sound(visit)


def test_any_table_on_a_phone_and_after_a_reload(server, browser):
    with visiting(browser, server.url, 390, 900) as visit:
        page = visit.open("fixed")
        page.locator(".f-fixed-drug select").select_option(label="fondaparinux")
        page.locator(".f-fixed-indication select").select_option(
            label="HIT (heparin-induced thrombocytopenia)"
        )
        type_in(page, weight="70", crcl="80")
        shows(page, "7.5")
        no_sideways_scroll(page)
        sound(visit)
        page.wait_for_timeout(1500)  # the copy is kept about once a second
        page.reload()
        page.wait_for_selector(".dosing-app")
        page.get_by_role("button", name=re.compile("Restore")).click()
        shows(page, "7.5")
        assert page.locator(".f-weight input").input_value() == "70"
        type_in(page, crcl="20")
        shows(page, re.compile("contraindicated"))
        assert "7.5" not in page.locator(".dosing-answers .bigs").all_inner_texts()


def test_evidence_is_searched_and_saved(server, browser):
    with visiting(browser, server.url, 1280, 1000) as visit:
        page = visit.open("evidence")
        page.locator(".f-evidence-view select").select_option(label="Statements of the documents")
        type_in(page, evidence__words="fondaparinux wrong antithrombin")
        shows(page, "wrong")
        sound(visit)
        with page.expect_download() as told:
            page.get_by_role("button", name="Save as CSV").click()
        lines = told.value.path().read_text("utf-8-sig").splitlines()
        assert lines[0].startswith('"Document","Statement","Verdict"')
        assert len(lines) == 1 + page.locator(".dosing-answers tbody tr").count()


@pytest.mark.parametrize("name", ["choose", "fixed", "heparin", "hlh", "evidence"])
def test_each_dashboard_opens_by_its_own_address_on_a_phone(server, browser, name):
    with visiting(browser, server.url, 390, 900) as visit:
        page = visit.open(name)
        page.locator(".dosing-section h2").first.wait_for()
        no_sideways_scroll(page)
        sound(visit)
