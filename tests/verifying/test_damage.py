import json

import pytest
from run_copy import RunCopy

from karez.errors import DataFault
from karez.verifying import read_run


def _faults(run: RunCopy) -> list[str]:
    with pytest.raises(DataFault) as caught:
        read_run(run.folder)
    assert caught.value.exit_code == 1
    return [str(fault) for fault in caught.value.faults]


def test_a_folder_without_files_names_every_one_of_them(tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(DataFault) as caught:
        read_run(tmp_path_factory.mktemp("empty"))
    files = {fault.file for fault in caught.value.faults}
    assert files >= {"plan.gpkg", "run.toml", "summary.json", "proof/multipliers.json", "proof/ascent.parquet"}


@pytest.mark.parametrize("name", ["plan.gpkg", "run.toml", "summary.json", "proof/graph.parquet"])
def test_a_missing_file_is_named(name: str, run: RunCopy) -> None:
    (run.folder / name).unlink()
    faults = _faults(run)
    assert all(fault.startswith(f"{name}") and "file is missing" in fault for fault in faults)


@pytest.mark.parametrize(
    "name",
    ["plan.gpkg", "run.toml", "summary.json", "proof/options.parquet", "proof/multipliers.json", "proof/cases.json"],
)
@pytest.mark.parametrize("kept", [0.0, 0.4, 0.9])
def test_a_truncated_file_is_named(name: str, kept: float, run: RunCopy) -> None:
    path = run.folder / name
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    faults = _faults(run)
    assert faults
    assert all(fault.startswith(f"{name}") for fault in faults)


def test_a_page_of_zeros_in_the_geopackage_is_damage(run: RunCopy) -> None:
    path = run.folder / "plan.gpkg"
    content = bytearray(path.read_bytes())
    page = len(content) // 2 // 4096 * 4096
    content[page : page + 4096] = bytes(4096)
    path.write_bytes(content)
    assert all("plan.gpkg" in fault and "damaged" in fault for fault in _faults(run))


def test_missing_columns_are_named_all_at_once(run: RunCopy) -> None:
    run.sql("ALTER TABLE sites DROP COLUMN reason")
    run.table("elements", lambda frame: frame.drop(columns=["present_2", "share_safety"]))
    faults = _faults(run)
    assert [fault.split(":")[0] for fault in faults] == [
        "plan.gpkg, layer sites, reason",
        "proof/elements.parquet, present_2",
        "proof/elements.parquet, share_safety",
    ]


def test_a_missing_layer_is_named(run: RunCopy) -> None:
    run.sql("UPDATE gpkg_contents SET table_name = 'gone' WHERE table_name = 'areas'")
    assert all(fault.startswith("plan.gpkg, layer areas") for fault in _faults(run))


def test_unknown_settings_are_refused(run: RunCopy) -> None:
    run.text("run.toml", "budget_scale", "budget_scael")
    assert any("budget_scael" in fault for fault in _faults(run))


def test_a_summary_of_another_format_is_refused(run: RunCopy) -> None:
    run.json("summary.json", lambda summary: summary.update(format=2))
    assert any("format 2, this version reads 1" in fault for fault in _faults(run))


def test_a_summary_without_certificates_is_refused(run: RunCopy) -> None:
    path = run.folder / "summary.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    del content["certificates"]
    path.write_text(json.dumps(content), encoding="utf-8")
    assert any("without certificates" in fault for fault in _faults(run))
