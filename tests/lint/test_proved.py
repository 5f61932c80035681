"""A hospital's own folder is proved before its first use."""

from pathlib import Path

import pytest

from dosing.knowledge import library
from dosing.knowledge.library import SeedError
from dosing.lint.proved import proved

ROOT = Path(__file__).resolve().parent.parent.parent
UHS = (ROOT / "seeds/protocols/argatroban_uhs_2016.toml").read_text("utf-8")


def test_a_hospitals_folder_is_proved_before_its_first_use(tmp_path, monkeypatch):
    (tmp_path / "protocols").mkdir()
    text = UHS.replace('aptt_s = "[45, 90]"', 'aptt_s = "[46, 90]"', 1)
    (tmp_path / "protocols/argatroban_uhs_2016.toml").write_text(text, "utf-8")
    monkeypatch.setenv("DOSING_SITE", str(tmp_path))
    with pytest.raises(SeedError, match=r"argatroban_uhs_2016\.toml: no row for aptt_s = 45 s"):
        proved()
    (tmp_path / "protocols/argatroban_uhs_2016.toml").write_text(UHS, "utf-8")
    library._load.cache_clear()
    assert proved().protocols["argatroban-uhs-2016"].title
