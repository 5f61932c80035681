"""Take the pictures of the guide in a real browser: `make pictures`, after a panel has changed.

The picture of the titration panel is that of a course over two days and is taken by hand.
"""

from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser_support import FLAGS, chromium, serving, visiting
from tests.test_guides_browser import answer, ask, panel, shows, type_in

HERE = Path(__file__).parent / "images"


def choose(page):
    panel(page, "HIT: which drug")
    ask(page, "choose", "What to do now, and which drug")
    type_in(page, weight="70", crcl="25", four_ts="6")
    answer(page, child_pugh="B", renal_replacement="none", critically_ill="yes", region="US")
    answer(page, high_bleeding_risk="no")
    shows(page, "Therapeutic intensity")


def fixed(page):
    panel(page, "Fixed and oral agents")
    page.locator(".f-fixed-drug select").select_option(label="apixaban")
    page.locator(".f-fixed-indication select").select_option(label="atrial fibrillation")
    type_in(page, weight="58", age="82", crcl="40", creatinine="1.6")
    shows(page, "2.5")


def heparin(page):
    panel(page, "Heparin")
    ask(page, "heparin", "Heparin does not reach its target")
    type_in(page, weight="80", heparin_rate="1900", antithrombin="45", antithrombin_target="120")
    answer(page, aptt_against_target="below", anti_xa_against_target="below", pump_checked="yes")
    shows(page, "4,285.7")


def hlh(page):
    panel(page, "Secondary HLH")
    ask(page, "hlh", "Dates of treatment")
    answer(page, hlh__given__dexamethasone__hlh="yes", hlh__given__etoposide__hlh="yes")
    answer(page, hlh__given__ruxolitinib__hlh="yes")
    type_in(page, weight="70", height="170", crcl="60", age="45", hlh__first__day="2026-11-23")
    answer(page, etoposide_plan="100 mg/m²")
    shows(page, "2026-11-23 to 2026-12-06")


def evidence(page):
    page.locator(".dosing-menu button", has_text="Evidence").click()
    page.locator(".f-evidence-view select").select_option(label="Statements of the documents")
    type_in(page, evidence__words="wrong")
    page.locator(".dosing-answers tbody tr").first.wait_for()


PICTURES = {choose: 1300, fixed: 1000, heparin: 1300, hlh: 1000, evidence: 900}


def main():
    with serving("dashboard", pool=1) as server, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium(), args=FLAGS)
        for take, height in PICTURES.items():
            with visiting(browser, server.url, 1280, height) as visit:
                page = visit.open()
                take(page)
                page.keyboard.press("Control+Home")
                page.evaluate("window.scrollTo(0, 0)")
                page.wait_for_timeout(1500)
                page.screenshot(path=HERE / f"{take.__name__}.png")
                print(f"{take.__name__}.png")
        browser.close()


if __name__ == "__main__":
    main()
