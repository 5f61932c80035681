"""The titrate panel in a real Chromium: until it can be used, and from a key to words and picture.

Times are taken in the page: from the input event, or the click, until what it changes is in the
document. The first is by the test's clock, from the request until the panel takes input.
"""

import datetime as dt
import statistics
import sys
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.browser_support import FLAGS, chromium, serving, visiting  # noqa: E402

PAGES, ROUNDS = 7, 25
WARM_S = 12  # what the pool gets to preheat the next kernel, between two pages [s]

# Do something in the page and time it until a section says what it should, or its picture is new.
WATCH = """
([section, words, act]) => new Promise((done, failed) => {
  const place = document.querySelector(section);
  const drawing = () => place.querySelector('svg')?.outerHTML;
  const before = words === null ? drawing() : null;
  const there = () => words === null ? drawing() && drawing() !== before
    : place.textContent.replace(/\\s+/g, ' ').includes(words);
  const begun = performance.now();
  const watcher = new MutationObserver(() => {
    if (there()) { watcher.disconnect(); done(performance.now() - begun); }
  });
  watcher.observe(document.body, {subtree: true, childList: true, characterData: true});
  setTimeout(() => { watcher.disconnect(); failed(new Error(`not there: ${words}`)); }, 10000);
  const target = document.querySelector(act.at);
  if (act.text === undefined) return target.click();
  target.value = act.text;
  target.dispatchEvent(new Event('input', {bubbles: true}));
})
"""


def typed(page, field, text, section, words):
    """From a keystroke in a field until a section says the words, or has a new picture. [ms]"""
    act = {"at": f".f-{field} input", "text": text}
    return page.evaluate(WATCH, [f".s-{section}", words, act])


def ready(browser, url):
    """From asking for the page until its order can be read. [ms]"""
    with visiting(browser, url) as visit:
        begun = time.perf_counter()
        visit.open().locator(".f-weight input").wait_for()
        return 1000 * (time.perf_counter() - begun)


def first_order(page):
    """From a weight typed until its pump rate is read, for one patient after another. [ms]"""
    page.locator(".f-weight input").fill("70")
    page.locator(".f-child_pugh button", has_text="B").click()
    page.locator(".f-baseline_aptt input").fill("32")
    page.locator(".s-order :text('2.1')").first.wait_for()
    took = []
    for i in range(ROUNDS):
        weight, pump = (("100", "3 mL/h"), ("70", "2.1 mL/h"))[i % 2]
        took.append(typed(page, "weight", weight, "order", pump))
        page.wait_for_timeout(150)
    return took


def course(page):
    """From a result added until the next step is read, and until its picture is there. [ms]"""
    day = dt.date.today() - dt.timedelta(days=3)
    page.locator(".f-start-time input").fill(f"{day} 08:00")
    page.get_by_role("button", name="Start infusion").click()
    page.locator(".s-next :text('Running now')").first.wait_for()
    words, pictures = [], []
    for i in range(ROUNDS):
        hour, day = 9 + i % 14, day + dt.timedelta(days=i and i % 14 == 0)
        drawn = f"{day} {hour:02}:00"
        page.locator(".f-drawn input").fill(drawn)
        page.locator(".f-result-aptt input").fill(str(50 + i % 5))
        page.wait_for_timeout(150)
        add = page.get_by_role("button", name="Add result")
        add.evaluate("button => button.id = 'add-result'")
        both = page.evaluate(  # the picture is only watched: a click on the body does nothing
            f"async ([a, b]) => Promise.all([({WATCH})(a), ({WATCH})(b)])",
            [[".s-timeline", None, {"at": "body"}], [".s-log", drawn, {"at": "#add-result"}]],
        )
        pictures.append(both[0])
        words.append(both[1])
        page.wait_for_timeout(150)
    return words, pictures


def line(what, times):
    print(f"{what:56} {statistics.median(times):6.0f} ms  (worst {max(times):.0f})")


def main():
    with sync_playwright() as playwright, serving("titrate", pool=1) as server:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        print(f"the titrate panel in Chromium {browser.version}, medians")
        times = []
        for _ in range(PAGES):
            time.sleep(WARM_S)
            times.append(ready(browser, server.url))
        line(f"page to usable, kernel preheated, {PAGES} visits", times)
        with visiting(browser, server.url) as visit:
            page = visit.open()
            line(f"weight typed to order in words, {ROUNDS} times", first_order(page))
            words, pictures = course(page)
            line(f"result added to its line in the log, {ROUNDS} times", words)
            line(f"result added to the new picture, {ROUNDS} times", pictures)
        browser.close()


if __name__ == "__main__":
    main()
