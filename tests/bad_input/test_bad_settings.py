"""Settings that are unknown, missing, out of range, or at odds with one another."""

from __future__ import annotations

from pathlib import Path

import pytest
from breaking import edit, faults_of, layer, only_fault, save


@pytest.mark.parametrize(
    ("old", "new", "table", "near"),
    [
        ("currency = ", "curency = ", "agreement", "currency"),
        ("[rates]", "[rate]", "", "rates"),
        ("lead_in_max_km", "leadin_max", "routing", "lead_in_max_km"),
        ("demand_mbps = 20.0", "demand_mps = 20.0", "categories.clinic", "demand_mbps"),
        ("length_unit", "length_units", "layers.routes", "length_unit"),
        ("minimum_share = 0.5", "min_share = 0.5", "projects", "minimum_share"),
        ("latency_ms = 800.0", "latency = 800.0", "projects", "latency_ms"),
    ],
)
def test_unknown_key_is_named_with_the_nearest_valid_one(tiny: Path, old: str, new: str, table: str, near: str) -> None:
    edit(tiny, old, new)
    fault = only_fault(tiny)
    assert fault.file == "programme.toml"
    assert fault.layer == table
    assert "not a setting" in fault.problem
    assert f"`{near}`" in fault.remedy


@pytest.mark.parametrize(
    ("old", "new", "column", "near"),
    [
        ("[routing.rates.buried]", "[routing.rates.burried]", "burried", "buried"),
        ('plain = "route_plain"', 'plane = "route_plain"', "plane", "plain"),
        ("[technologies.satellite]", "[technologies.satelite]", "satelite", "satellite"),
        ('per = "village"', 'per = "vilage"', "per", "village"),
        ('method = "buried"', 'method = "burried"', "method", "buried"),
    ],
)
def test_unknown_word_is_named_with_the_nearest_valid_one(
    tiny: Path, old: str, new: str, column: str, near: str
) -> None:
    edit(tiny, old, new)
    faults = [fault for fault in faults_of(tiny) if fault.column == column]
    assert len(faults) == 1
    assert f"`{near}`" in faults[0].remedy


def test_missing_setting_is_named_with_its_meaning_and_unit(tiny: Path) -> None:
    edit(tiny, "price_year = 2025\n", "")
    fault = only_fault(tiny)
    assert (fault.layer, fault.column) == ("agreement", "price_year")
    assert "Year whose prices" in fault.remedy


def test_row_of_a_list_is_counted_from_one(tiny: Path) -> None:
    edit(tiny, "coverage = 0.5 }", "coverage = 1.5 }")
    fault = only_fault(tiny)
    assert (fault.layer, fault.row, fault.column) == ("projects[1].targets", "2", "coverage")


@pytest.mark.parametrize("budget", ["[-1, 40e6, 30e6]", "[nan, 40e6, 30e6]", "[inf, 40e6, 30e6]"])
def test_budget_that_is_no_money_is_refused(tiny: Path, budget: str) -> None:
    edit(tiny, "[20e6, 40e6, 30e6]", budget)
    fault = only_fault(tiny)
    assert (fault.layer, fault.row) == ("agreement.budget", "1")


def test_bad_toml_is_refused_with_its_line(tiny: Path) -> None:
    edit(tiny, 'currency = "CNY"', "currency = CNY")
    fault = only_fault(tiny)
    assert fault.row == "9"
    assert "not TOML" in fault.problem


def test_settings_in_another_encoding_are_refused(tiny: Path) -> None:
    path = tiny / "programme.toml"
    path.write_bytes(path.read_text(encoding="utf-8").replace("Operator", "Opérateur").encode("latin-1"))
    assert "UTF-8" in only_fault(tiny).remedy


def test_budgets_must_match_the_years(tiny: Path) -> None:
    edit(tiny, "years = 3\n", "years = 4\n")
    fault = only_fault(tiny)
    assert (fault.layer, fault.column) == ("agreement", "budget")
    assert "3 budgets for 4 years" in fault.problem


def test_targets_and_earliest_years_must_lie_in_the_programme(tiny: Path) -> None:
    edit(tiny, "first_year = 2026", "first_year = 2027")
    edit(tiny, "year = 2028, coverage = 0.6", "year = 2031, coverage = 0.6")
    table = layer(tiny, "sites")
    table.loc[0, "earliest_year"] = 2035
    save(table, tiny, "sites")
    faults = {(fault.layer, fault.row): fault for fault in faults_of(tiny)}
    assert set(faults) == {("projects[2].targets", "1"), ("sites", "1")}
    assert "2031" in faults["projects[2].targets", "1"].problem


def test_two_targets_for_one_year_are_refused(tiny: Path) -> None:
    edit(tiny, "year = 2027, coverage = 0.2", "year = 2028, coverage = 0.2")
    assert {fault.row for fault in faults_of(tiny)} == {"1", "2"}


def test_minimum_shares_must_not_add_up_to_more_than_one(tiny: Path) -> None:
    edit(tiny, "minimum_share = 0.001", "minimum_share = 0.6")
    assert "add up to 1.1" in only_fault(tiny).problem


def test_project_that_selects_nothing_is_refused(tiny: Path) -> None:
    table = layer(tiny, "sites")
    save(table[table["project"] != "safety"], tiny, "sites")
    fault = only_fault(tiny)
    assert (fault.file, fault.layer, fault.row) == ("programme.toml", "projects", "2")
    assert "selects nothing" in fault.problem


def test_project_named_otherwise_in_the_sites_gives_both_faults(tiny: Path) -> None:
    edit(tiny, 'id = "safety"', 'id = "safe"')
    problems = {fault.file: fault for fault in faults_of(tiny)}
    assert "selects nothing" in problems["programme.toml"].problem
    assert "`safety`" in problems["programme.toml"].remedy
    assert problems["layers.gpkg"].row == "12, 13, 14 and 15"
    assert "`safe`" in problems["layers.gpkg"].remedy


def test_two_projects_with_one_id_are_refused(tiny: Path) -> None:
    edit(tiny, 'id = "safety"', 'id = "livelihood"')
    assert any("used 2 times" in fault.problem for fault in faults_of(tiny))


def test_unknown_category_is_named_with_the_nearest(tiny: Path) -> None:
    edit(tiny, "[categories.clinic]", "[categories.clinics]")
    fault = only_fault(tiny)
    assert (fault.layer, fault.row, fault.column) == ("sites", "9, 10 and 11", "category")
    assert "`clinics`" in fault.remedy


def test_mandatory_category_must_exist(tiny: Path) -> None:
    edit(tiny, '["county_seat"]', '["county_seats"]')
    fault = only_fault(tiny)
    assert (fault.layer, fault.row) == ("projects[2].fibre_mandatory", "1")
    assert "`county_seat`" in fault.remedy


def test_project_that_demands_fibre_must_allow_it(tiny: Path) -> None:
    edit(tiny, "priority = 2.0", 'technologies = ["microwave", "satellite"]')
    problems = " ".join(fault.problem for fault in faults_of(tiny))
    assert "does not allow it" in problems
    assert "`county_seat` has no cost line" in problems


def test_category_without_a_cost_for_any_allowed_technology_is_refused(tiny: Path) -> None:
    edit(tiny, "priority = 2.0", 'technologies = ["fixed_wireless"]')
    edit(tiny, "fibre_mandatory", "# fibre_mandatory")
    edit(
        tiny,
        "[technologies.satellite]",
        "[technologies.fixed_wireless]\nmbps = 1\nlatency_ms = 1\n\n[technologies.satellite]",
    )
    layers = {fault.layer for fault in faults_of(tiny)}
    assert layers == {"categories.county_seat", "categories.emergency_post"}


def test_technology_that_nothing_is_said_of_is_refused(tiny: Path) -> None:
    edit(tiny, "priority = 2.0", 'technologies = ["fibre", "fixed_wireless", "unserved"]')
    faults = {fault.row: fault.problem for fault in faults_of(tiny)}
    assert "fixed_wireless" in faults["2"]
    assert "an answer" in faults["3"]


def test_bands_must_go_outward(tiny: Path) -> None:
    edit(tiny, "up_to_km = 60.0", "up_to_km = 10.0")
    assert "outward" in only_fault(tiny).problem


def test_unknown_catalogue_items_are_named_with_the_nearest_wherever_they_stand(tiny: Path) -> None:
    edit(tiny, 'plain = "route_plain"', 'plain = "route_plane"')
    edit(tiny, 'item = "microwave_long"', 'item = "microwave_lnog"')
    edit(tiny, 'item = "village_link"', 'item = "vilage_link"')
    faults = {fault.layer: fault for fault in faults_of(tiny)}
    assert "`route_plain`" in faults["routing.rates.buried"].remedy
    assert "`microwave_long`" in faults["technologies.microwave.bands[2].costs"].remedy
    assert "`village_link`" in faults["categories.home.costs.fibre"].remedy
    assert faults["categories.home.costs.fibre"].row == "4"


def test_route_item_must_be_counted_in_lengths(tiny: Path) -> None:
    edit(tiny, 'urban = "route_urban"', 'urban = "connect"')
    fault = only_fault(tiny)
    assert (fault.layer, fault.column) == ("routing.rates.buried", "urban")
    assert "`each`" in fault.problem


def test_method_without_a_rate_for_a_ground_it_may_meet_is_refused(tiny: Path) -> None:
    edit(tiny, "[routing]\n", '[routing]\nlead_in_method = "aerial"\n')
    assert {fault.column for fault in faults_of(tiny)} == {"urban", "plain"}
    assert {fault.layer for fault in faults_of(tiny)} == {"routing.rates.aerial"}


def test_own_currency_must_not_be_exchanged(tiny: Path) -> None:
    edit(tiny, "{ USD = 7.1 }", "{ USD = 7.1, CNY = 2.0 }")
    assert only_fault(tiny).column == "CNY"


def test_faulty_settings_do_not_hide_faults_of_layers_and_catalogue(tiny: Path) -> None:
    edit(tiny, "years = 3\n", "")
    edit(tiny, "priority = 2.0", 'priority = "high"')
    edit(tiny, '[layers]\nsites = "layers.gpkg:sites"', '[layers]\nsite = "layers.gpkg:sites"')
    edit(tiny, "route_plain,km,6000", "route_plain,km,-6000", "catalogue.csv")
    table = layer(tiny, "sites")
    table.loc[3, "category"] = "homme"
    table.loc[4, "geometry"] = None
    save(table, tiny, "sites")
    found = {(fault.file, fault.layer, fault.row, fault.column) for fault in faults_of(tiny)}
    assert found == {
        ("programme.toml", "agreement", "", "years"),
        ("programme.toml", "projects", "2", "priority"),
        ("programme.toml", "layers", "", "site"),
        ("catalogue.csv", "", "3", "low"),
        ("layers.gpkg", "sites", "4", "category"),
        ("layers.gpkg", "sites", "5", ""),
    }


def test_fault_of_one_setting_does_not_hide_what_hangs_on_its_neighbours(tiny: Path) -> None:
    edit(tiny, "price_year = 2025", "price_year = 1066")
    edit(tiny, "{ USD = 7.1 }", "{ EUR = 8.0 }")
    edit(tiny, "years = 3\n", "years = 2\n")
    edit(tiny, "lead_in_max_km = 15.0", "lead_in_max_km = 0.0")
    edit(tiny, 'plain = "route_plain"', 'plain = "route_plane"')
    found = {(fault.file, fault.column) for fault in faults_of(tiny)}
    assert found >= {
        ("programme.toml", "price_year"),
        ("programme.toml", "budget"),
        ("programme.toml", "lead_in_max_km"),
        ("programme.toml", "plain"),
        ("catalogue.csv", "currency"),
    }


def test_text_with_letters_that_are_not_allowed_says_which_are(tiny: Path) -> None:
    edit(tiny, 'currency = "CNY"', 'currency = "yuan"')
    assert "three capital letters" in only_fault(tiny).remedy
