"""``karez risk``, run as a user runs it."""

from __future__ import annotations

import json


def test_risk_of_a_project_is_told_written_and_proven(karez, tiny, tmp_path):
    done = karez("risk", tiny, "--out", tmp_path / "run", "--draws", 40, "--robust", "expected", "--workers", 1)
    assert done.returncode == 0, done.stderr
    for words in ("What may come of it: 40 draws", "P90", "The budget is enough", "Most robust", "report.html#risk"):
        assert words in done.stdout
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert '<section class="wide" id="risk">' in page and 'href="#risk"' in page
    proven = karez("verify", tmp_path / "run")
    assert proven.returncode == 0, proven.stdout
    for words in ("risk draws", "risk cost", "risk ranges", "risk regret"):
        assert words in proven.stdout


def test_json_holds_the_ranges_and_nothing_else_is_printed(karez, tiny):
    done = karez("risk", tiny, "--draws", 8, "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["draws"] == 8
    assert set(document["bands"]) >= {"capex_real", "npv_real", "coverage"}
    assert document["regret"] is None


def test_help_explains_every_option(karez):
    said = karez("risk", "--help").stdout
    for option in ("--draws", "--seed", "--reoptimise", "--robust", "--workers", "--cluster", "--json"):
        assert option in said


def test_wrong_usage_exits_with_2(karez, tiny):
    assert karez("risk").returncode == 2
    for wrong in (["--draws", "-5"], ["--draws", "0"], ["--robust", "bravely"], ["--workers", "0"], ["--seed", "-1"]):
        assert karez("risk", tiny, *wrong).returncode == 2, wrong
    assert karez("risk", tiny / "nowhere").returncode == 2


def test_faults_of_risk_exit_with_1_and_nothing_is_written(karez, tiny, tmp_path):
    settings = tiny / "programme.toml"
    settings.write_text(settings.read_text() + '\n[risk]\ndraws = -1\n[risk.classes.a]\nitems = ["nothing"]\n')
    done = karez("risk", tiny, "--out", tmp_path / "run")
    assert done.returncode == 1
    assert "draws" in done.stderr and "nothing" in done.stderr
    assert not (tmp_path / "run").exists()
