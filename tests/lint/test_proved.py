"""A hospital's own folder is proved before its first use."""

from pathlib import Path

import pytest

from dosing.knowledge import library
from dosing.knowledge.library import SeedError
from dosing.lint.proved import _key, _prove, proved

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


@pytest.fixture
def another_process(tmp_path, monkeypatch):
    """Forget what this process knows; what is kept for others stays, in a folder of the test."""
    kept_here = tmp_path / "cache"
    kept_here.mkdir(mode=0o700)
    monkeypatch.setattr("dosing.knowledge.kept.folder", lambda: kept_here)

    def forget():
        library._load.cache_clear()
        _prove.cache_clear()

    forget()
    yield forget
    forget()


def counted(monkeypatch):
    """How often all seeds are proved from here on."""
    from dosing.lint import site

    done, prove = [], site.lint_library
    monkeypatch.setattr(site, "lint_library", lambda seeds: done.append(1) or prove(seeds))
    return done


def test_a_folder_that_passed_is_not_proved_again_by_the_next_process(
    tmp_path, monkeypatch, another_process
):
    done = counted(monkeypatch)
    (tmp_path / "site" / "protocols").mkdir(parents=True)
    own = tmp_path / "site" / "protocols" / "argatroban_uhs_2016.toml"
    own.write_text(UHS, "utf-8")
    proved(str(tmp_path / "site"))
    another_process()
    proved(str(tmp_path / "site"))
    assert len(done) == 1
    another_process()
    own.write_text(UHS + "# changed\n", "utf-8")
    proved(str(tmp_path / "site"))
    assert len(done) == 2


def test_another_program_proves_anew(tmp_path, monkeypatch, another_process):
    done = counted(monkeypatch)
    (tmp_path / "site").mkdir()
    before = _key(library.load(str(tmp_path / "site")))
    proved(str(tmp_path / "site"))
    another_process()
    code = tmp_path / "package" / "lint" / "proved.py"
    code.parent.mkdir(parents=True)
    code.write_text("", "utf-8")
    monkeypatch.setattr("dosing.lint.proved.__file__", str(code))
    assert _key(library.load(str(tmp_path / "site"))) != before
    proved(str(tmp_path / "site"))
    assert len(done) == 2


def test_a_fault_is_told_by_every_process(tmp_path, another_process):
    (tmp_path / "site" / "protocols").mkdir(parents=True)
    text = UHS.replace('aptt_s = "[45, 90]"', 'aptt_s = "[46, 90]"', 1)
    (tmp_path / "site" / "protocols" / "argatroban_uhs_2016.toml").write_text(text, "utf-8")
    for _ in range(2):
        with pytest.raises(SeedError, match="no row for aptt_s = 45 s"):
            proved(str(tmp_path / "site"))
        another_process()
