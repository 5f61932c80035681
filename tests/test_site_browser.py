"""A hospital's folder, as its pharmacists see it in the browser."""

import pytest

from tests.browser_support import ROOT, serious_violations, serving, visiting

pytestmark = pytest.mark.browser


def test_the_page_is_the_hospitals_from_a_folder_named_as_seen_from_where_it_was_started(browser):
    folder = (ROOT / "docs" / "site-example").relative_to(ROOT)
    with (
        serving("titrate", environment={"DOSING_SITE": str(folder)}, pool=1) as server,
        visiting(browser, server.url, width=390) as visit,
    ):
        page = visit.open()
        page.wait_for_selector(".dosing-site:has-text('Example hospital (not approved)')")
        assert page.locator("select option", has_text="the hospital's own").count() == 1
        wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not page.evaluate(wide)
        assert serious_violations(page) == []
