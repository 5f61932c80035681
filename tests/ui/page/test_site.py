"""A hospital's folder: its title on the page, and what is its own is called so."""

import shutil
from pathlib import Path

import pytest

from dosing.ui.app import App
from dosing.ui.evidence.model import VIEWS, lines
from dosing.ui.page import site
from tests.ui.test_app import NOW, patient

EXAMPLE = Path(__file__).parents[3] / "docs" / "site-example"
OWN, SHIPPED = "argatroban-example-hospital", "argatroban-smpc-reduced"
UNCONFIRMED = "No hospital has confirmed this protocol"


def folder(tmp_path, confirmed):
    own = tmp_path / "hospital"
    shutil.copytree(EXAMPLE, own)
    profile = own / "site.toml"
    text = profile.read_text("utf-8")
    assert "confirmed = false" in text
    text = text.replace("confirmed = false", f"confirmed = {str(confirmed).lower()}")
    profile.write_text(text.replace("Example hospital (not approved)", "St Example <b>"), "utf-8")
    return str(own)


@pytest.fixture(params=[True, False], ids=["confirmed", "not confirmed"])
def hospital(request, tmp_path, monkeypatch):
    monkeypatch.setenv("DOSING_SITE", folder(tmp_path, request.param))
    return request.param


def running(protocol):
    """A page with a course by a protocol and one aPTT in its log."""
    app = App(clock=lambda: NOW)
    patient(app)
    app.panel.protocol.value = protocol
    return app


def test_without_a_folder_nothing_is_the_hospitals():
    assert site.banner() == ""
    assert site.named("EU label", SHIPPED) == "EU label"
    assert "hospital's own" not in str(running(SHIPPED).panel.protocol.options)


def test_the_page_carries_the_hospitals_title(hospital):
    assert site.banner() == "<p class='dosing-site'>St Example &lt;b&gt;</p>"
    header = App(clock=lambda: NOW).widget.children[3]
    assert site.banner() in header.children[0].value


def test_what_is_its_own_is_called_so_and_nothing_else(hospital):
    offered = {value: title for title, value in running(OWN).panel.protocol.options}
    assert offered[OWN].endswith("(the hospital's own)")
    assert "hospital's own" not in offered[SHIPPED]
    assert site.named("x", OWN) == "x (the hospital's own)"


def test_the_working_of_a_step_and_the_evidence_say_whose_it_is(hospital):
    from dosing.ui.page.render import working

    assert f"{OWN}, row 2 (the hospital's own)" in working((), "", None, OWN, 2).replace(
        "&#x27;", "'"
    )
    where = {line.cells["Where"] for line in lines(VIEWS[0]) if "hospital's own" in line.text}
    assert where
    assert all("(the hospital's own), row" in cell for cell in where)


def test_no_hospital_has_confirmed_is_said_only_while_the_profile_says_so(hospital):
    import dosing

    step = dosing.titrate(OWN, running=1, weight_kg=70, aptt_s=92)
    assert step.action
    assert any(UNCONFIRMED in f.text for f in step.findings) is not hospital
    proposed, findings = dosing.proposed_protocol("argatroban", child_pugh="none")
    assert proposed == OWN
    assert any("a hospital must confirm" in f.text for f in findings) is not hospital
