"""Seeds are read strictly: a fault is said with file, place and wish."""

import datetime
import re
import shutil
from pathlib import Path

import pytest

from dosing.knowledge import kept, library
from dosing.knowledge.library import SeedError, cases, load, read, read_seed, text_of_file

ROOT = Path(__file__).resolve().parent.parent.parent
LABEL = (ROOT / "seeds/tables/argatroban_hit_us_label.toml").read_text("utf-8")


@pytest.fixture
def site(tmp_path):
    (tmp_path / "tables").mkdir()
    return tmp_path


def refuse(site, name, text, wish):
    path = site / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, "utf-8")
    with pytest.raises(SeedError, match=wish) as caught:
        load(str(site))
    assert path.name in str(caught.value)


def test_all_shipped_seeds_are_read():
    seeds = load("")
    assert {"argatroban", "bivalirudin", "fondaparinux", "warfarin"} <= set(seeds.drugs)
    assert "bivalirudin-accp-2012" in seeds.protocols
    assert len(seeds.digest) == 12


def test_a_file_that_is_no_toml(site):
    refuse(site, "tables/a.toml", "id = ", r"a\.toml: line 1, at its end: a value is expected")


def test_an_unknown_key_is_named(site):
    refuse(site, "tables/argatroban_hit_us_label.toml", "titel = 'x'\n" + LABEL, "titel")


def test_a_missing_key_is_named(site):
    text = LABEL.replace('drug = "argatroban"\n', "", 1)
    refuse(site, "tables/argatroban_hit_us_label.toml", text, "drug")


def test_a_number_where_text_belongs(site):
    text = LABEL.replace('drug = "argatroban"', "drug = 5", 1)
    refuse(
        site,
        "tables/argatroban_hit_us_label.toml",
        text,
        "drug: found 5; text in quotes is expected",
    )


def test_file_and_id_must_be_alike(site):
    refuse(site, "tables/other_name.toml", LABEL, "name both alike")


def test_a_file_in_no_known_place(site):
    refuse(site, "tabels/x.toml", "a = 1", "no seed is read from here; seeds lie in drugs/")


def test_a_misspelt_file_is_told_its_name(site):
    refuse(site, "sites.toml", "a = 1", r"no seed is read from here; did you mean site\.toml\?$")


def test_every_fault_of_every_file_is_told_at_once(site):
    (site / "tables/a.toml").write_text("id = ", "utf-8")
    text = LABEL.replace('drug = "argatroban"', "drug = 5", 1)
    (site / "tables/argatroban_hit_us_label.toml").write_text("titel = 'x'\n" + text, "utf-8")
    (site / "site.toml").write_text("pump_step_ml_h = nan\n", "utf-8")
    seeds, faults = read(str(site))
    assert [fault.partition(":")[0] for fault in faults] == [
        "tables/a.toml",
        "site.toml",
        "tables/argatroban_hit_us_label.toml",
        "tables/argatroban_hit_us_label.toml",
    ]
    assert seeds.tables.keys() == load("").tables.keys()
    with pytest.raises(SeedError, match="And 1 more: see dosing lint") as caught:
        load(str(site))
    assert caught.value.faults == faults


def test_a_seed_of_another_kind_cannot_take_a_shipped_id(site):
    text = LABEL.replace("argatroban-hit-us-label", "argatroban-uhs-2016", 1)
    refuse(site, "tables/argatroban_uhs_2016.toml", text, "is shipped in protocols/")


def test_an_id_stands_once_in_a_folder(site):
    (site / "tables/argatroban_hit_us_label.toml").write_text(LABEL, "utf-8")
    refuse(
        site, "tables/argatroban-hit_us_label.toml", LABEL, "stands in tables/.* too; each id once"
    )


def test_the_seeds_are_the_same_whether_or_not_they_were_kept(monkeypatch):
    first = load("")
    monkeypatch.setattr(kept, "read", lambda kind, key: None)
    library._load.cache_clear()
    afresh = load("")
    assert afresh is not first
    assert (afresh.digest, afresh.tables, afresh.site) == (first.digest, first.tables, first.site)


@pytest.mark.parametrize("name", ["n" * 300, "a\0b"])
def test_a_name_that_no_folder_can_have(name):
    with pytest.raises(SeedError, match="there is no folder"):
        load(name)


def test_a_folder_that_is_not_there():
    with pytest.raises(SeedError, match="there is no folder '/nowhere'"):
        load("/nowhere")


def test_a_hospital_replaces_one_table_and_keeps_the_others(site):
    text = LABEL.replace("Argatroban in HIT, US label", "Our own")
    (site / "tables/argatroban_hit_us_label.toml").write_text(text, "utf-8")
    seeds = load(str(site))
    assert seeds.tables["argatroban-hit-us-label"].title == "Our own"
    assert "argatroban-hit-eu-smpc" in seeds.tables
    assert seeds.digest != load("").digest


def test_a_hospital_overrides_single_keys_of_the_profile(site):
    (site / "site.toml").write_text("pump_step_ml_h = 0.5\n[weight_caps]\nargatroban = 130\n")
    profile = load(str(site)).site
    assert profile.pump_step_ml_h == 0.5
    assert profile.weight_caps == {"argatroban": 130}
    assert profile.warfarin_gate == load("").site.warfarin_gate


def test_authorities_come_in_the_order_of_the_site():
    assert list(load("").find("argatroban", "hit"))[:3] == ["us-label", "ash-2018", "eu-smpc"]


def test_one_file_can_be_read_alone(tmp_path):
    path = tmp_path / "mine.toml"
    shutil.copy(ROOT / "seeds/protocols/argatroban_uhs_2016.toml", path)
    assert read_seed(path).id == "argatroban-uhs-2016"


def test_every_file_of_cases_belongs_to_a_seed():
    seeds = load("")
    known = {*seeds.tables, *seeds.protocols, *seeds.scores, *seeds.equations}
    assert {name for name, _ in cases()} <= known


def test_what_came_from_a_hospitals_folder_is_known_and_found_again(site):
    text = LABEL.replace('title = "', 'title = "Ours: ')
    (site / "tables" / "argatroban_hit_us_label.toml").write_text(text, "utf-8")
    seeds = load(str(site))
    place = "tables/argatroban-hit-us-label"
    assert (seeds.own, seeds.folder) == ({place}, str(site))
    assert text_of_file(seeds, place) == ("tables/argatroban_hit_us_label.toml", text)
    assert (load("").own, load("").folder) == (frozenset(), "")
    assert text_of_file(load(""), place)[1] == LABEL


def test_a_hospital_says_a_shared_sentence_its_own_way_in_every_table(site):
    text = '[adults-only]\nwhen = { child = "yes" }\nstop = "For grown people."\n'
    (site / "checks.toml").write_text(text, "utf-8")
    checks = load(str(site)).tables["heparin-check-any"].checks
    (ours,) = (c for c in checks if c.text == "For grown people.")
    assert (ours.when, ours.only) == ({"age_y": "< 18"}, "start")
    assert not any("For grown" in c.text for c in load("").tables["heparin-check-any"].checks)


def test_a_hospital_may_name_a_condition_and_use_it(site):
    (site / "conditions.toml").write_text(
        '[frail]\nlabel = "Frail"\nany = [{ age_y = ">= 90" }, { weight_kg = "< 45" }]\n', "utf-8"
    )
    more = '\n[[checks]]\nwhen = { frail = "yes" }\nwarn = "Frail: ask."\n'
    (site / "tables/argatroban_hit_us_label.toml").write_text(LABEL + more, "utf-8")
    checks = load(str(site)).tables["argatroban-hit-us-label"].checks
    assert [c.when for c in checks if c.text == "Frail: ask."] == [
        {"age_y": ">= 90"}, {"weight_kg": "< 45"},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "text", "wish"),
    [
        ("checks.toml", "[mine]\nwhen = {}\n", r"checks.toml: mine: one sentence is expected"),
        (
            "checks.toml",
            '[mine]\nstp = "No."\n',
            r"mine: there is no key 'stp'; did you mean 'stop'",
        ),
        ("conditions.toml", '[mine]\nlabel = "Mine"\nany = []\n', "any: conditions are expected"),
        (
            "conditions.toml",
            '[a]\nlabel = "A"\nany = [{ b = "yes" }]\n[b]\nlabel = "B"\nany = [{ a = "yes" }]\n',
            "a by b by a|b by a by b",
        ),
    ],
)
def test_what_is_shared_is_read_as_strictly(site, name, text, wish):
    refuse(site, name, text, wish)


def test_an_authority_has_the_name_that_clinicians_say():
    seeds = load("")
    assert {seeds.authorities[a].label for a in ("us-label", "tsu-2011", "ash-2018")} == {
        "US label", "Tsu 2011", "ASH 2018",
    }  # fmt: skip
    by = {t.authority for t in seeds.tables.values()} - {""}
    assert by == seeds.authorities.keys()
    labels = [one.label for one in seeds.authorities.values()]
    assert len(set(labels)) == len(labels)


def test_an_authority_that_no_register_holds_keeps_its_id():
    assert load("").authority_label("us-label") == "US label"
    assert load("").authority_label("county") == "county"


def test_no_sentence_of_a_seed_names_an_authority_by_its_id():
    seeds = load("")
    ids = "|".join(re.escape(one) for one in seeds.authorities if "-" in one)
    words = re.compile(rf"(?<![\w/-])({ids})(?![\w-])")
    said = []
    for path in sorted((ROOT / "seeds").rglob("*.toml")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if re.match("(stop|needed|warn|note|says|text|title|how|help) = ", line):
                said += [f"{path.name}: {line}"] * bool(words.search(line))
    assert said == []


def test_a_year_of_an_authority_is_that_of_its_evidence():
    seeds = load("")
    for name, one in seeds.authorities.items():
        cites = {t.cite.split()[0] for t in seeds.tables.values() if t.authority == name and t.cite}
        years = {seeds.evidence[cite].year for cite in cites} - {None}
        assert one.year is None or not years or one.year in years, name


def test_groups_stand_in_one_order_and_every_group_of_an_input_is_there():
    seeds = load("")
    orders = [group.order for group in seeds.groups.values()]
    assert len(set(orders)) == len(orders)
    assert {q.group for q in seeds.quantities.values()} == seeds.groups.keys()
    assert not seeds.groups["derived"].asked


def test_a_hospital_says_from_when_and_by_whom_its_table_was_read(site):
    reviewed = 'effective = "2026-02-01"\nreviewed_by = "Pharmacy committee"\n' + LABEL
    path = site / "tables/argatroban_hit_us_label.toml"
    for text in (reviewed, reviewed.replace('"2026-02-01"', "2026-02-01")):
        path.write_text(text, "utf-8")
        table = read_seed(path)
        assert table.effective == datetime.date(2026, 2, 1)
        assert table.reviewed_by == "Pharmacy committee"
    wrong = reviewed.replace('"2026-02-01"', '"1.2.2026"')
    refuse(site, "tables/argatroban_hit_us_label.toml", wrong, "effective: .*a date is expected")


def test_what_a_log_may_hold_comes_from_the_registry():
    logged = load().logged
    assert {
        "aptt_s", "anti_xa_units_ml", "act_s", "fibrinogen_g_l", "fibrinogen_mg_dl", "platelets",
        "inr", "hemoglobin_g_dl", "hemoglobin_g_l", "creatinine_mg_dl", "bilirubin_umol_l",
        "baseline_aptt_s", "running", "heparin_units_h",
    } <= set(logged)  # fmt: skip
    assert logged["platelets_per_ul"] == "platelets"
    assert not {"weight_kg", "age_y", "child_pugh"} & set(logged)
