"""Every command, run as a user runs it, with its printed output and exit code."""

import json
import subprocess
import sys
from pathlib import Path

import pytest


def test_help_lists_the_commands_and_the_exit_codes(karez):
    done = karez("--help")
    assert done.returncode == 0
    for word in ("new", "check", "plan", "verify", "solve", "versions", "Exit codes"):
        assert word in done.stdout


def test_check_counts_rows_of_a_whole_project(karez, tiny):
    done = karez("check", tiny)
    assert done.returncode == 0, done.stderr
    assert "no fault" in done.stdout
    assert json.loads(karez("check", tiny, "--json").stdout)["rows"]["sites"] == 15


def test_plan_then_verify(karez, tiny, tmp_path):
    done = karez("plan", tiny, "--out", tmp_path / "run", "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["format"] == 1
    assert Path(document["run"]) == tmp_path / "run"
    assert {path.name for path in (tmp_path / "run").iterdir()} >= {
        "plan.gpkg", "boq.xlsx", "report.html", "summary.json", "run.toml", "proof",
    }  # fmt: skip
    proven = karez("verify", tmp_path / "run")
    assert proven.returncode == 0, proven.stdout + proven.stderr
    assert "proves" in proven.stdout
    refused = karez("plan", tiny, "--out", tmp_path / "run")
    assert refused.returncode == 2
    assert "--force" in refused.stderr


def test_the_closing_summary_names_money_coverage_and_bounds(karez, tiny, tmp_path):
    done = karez("plan", tiny, "--out", tmp_path / "run", "-v")
    assert done.returncode == 0, done.stderr
    for word in ("budget", "Livelihood", "How good it is proven to be", "over all designs", "report.html"):
        assert word in done.stdout


def test_a_faulty_project_exits_with_1_names_every_fault_and_writes_nothing(karez, tiny, tmp_path):
    settings = tiny / "programme.toml"
    settings.write_text(settings.read_text().replace("take_up", "takeup").replace("price_year", "prize_year"))
    settings.write_text(settings.read_text() + "\n[demandd]\ntake_up = 0.5\n")
    done = karez("plan", tiny, "--out", tmp_path / "run")
    assert done.returncode == 1
    for word in ("prize_year", "price_year", "demandd", "demand"):
        assert word in done.stderr
    assert not (tmp_path / "run").exists()
    document = json.loads(karez("check", tiny, "--json").stdout)
    assert len(document["faults"]) >= 2


def test_an_unreachable_required_target_exits_with_3(karez, tiny, tmp_path):
    settings = tiny / "programme.toml"
    text = settings.read_text().replace(
        "{ year = 2027, coverage = 0.2 }", "{ year = 2026, coverage = 0.99, required = true }"
    )
    settings.write_text(text)
    done = karez("plan", tiny, "--out", tmp_path / "run")
    assert done.returncode == 3, done.stderr
    assert "livelihood" in done.stderr
    assert not (tmp_path / "run").exists()


def test_wrong_usage_exits_with_2(karez):
    assert karez("plan").returncode == 2
    assert karez("nonsense").returncode == 2


def test_a_tampered_run_does_not_verify(karez, tiny, tmp_path):
    assert karez("plan", tiny, "--out", tmp_path / "run", "--json").returncode == 0
    summary = tmp_path / "run" / "summary.json"
    document = json.loads(summary.read_text())
    document["totals"]["capex_real"] += 1.0
    summary.write_text(json.dumps(document))
    done = karez("verify", tmp_path / "run")
    assert done.returncode == 1
    assert "NOT" in done.stdout


def test_versions_names_the_libraries(karez):
    document = json.loads(karez("versions", "--json").stdout)
    assert {"karez", "python", "numpy", "highspy"} <= set(document)


@pytest.mark.parametrize("example", ["xinjiang"])
def test_new_copies_an_example_that_checks_without_a_fault(karez, tmp_path, example):
    made = karez("new", tmp_path / "mine", "--from", example)
    assert made.returncode == 0, made.stderr
    assert karez("check", tmp_path / "mine").returncode == 0
    assert karez("new", tmp_path / "mine", "--from", example).returncode == 2


def test_the_installed_command_returns_its_exit_code_to_the_shell(tmp_path):
    command = [sys.executable, "-c", "from karez.cli import main; main()", "check", str(tmp_path / "nowhere")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode in {1, 2}
    assert "nowhere" in done.stderr
    assert "Traceback" not in done.stderr
