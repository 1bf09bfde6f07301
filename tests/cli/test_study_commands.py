"""`karez frontier`, `why`, `compare`: printed output, JSON and exit codes."""

import json

import pytest


@pytest.mark.parametrize("command", ["frontier", "why"])
def test_help_says_what_the_command_is_for(karez, command):
    done = karez(command, "--help")
    assert done.returncode == 0
    for word in ("--out", "--json", "--seed", "--workers"):
        assert word in done.stdout


def test_the_frontier_is_written_and_proven_again(karez, tiny, tmp_path):
    done = karez("frontier", tiny, "--out", tmp_path / "frontier", "--workers", "1", "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["kind"] == "frontier"
    assert [curve["measure"] for curve in document["curves"]] == ["homes", "benefit"]
    for curve in document["curves"]:
        assert curve["levels"][0]["achieved"] == pytest.approx(curve["served_already"])
        assert all(level["achieved"] <= level["bound"] + 1e-6 for level in curve["levels"])
    assert {path.name for path in (tmp_path / "frontier").iterdir()} == {
        "frontier.html", "frontier.csv", "frontier.xlsx", "frontier.json", "proof",
    }  # fmt: skip
    proven = karez("verify", tmp_path / "frontier")
    assert proven.returncode == 0, proven.stdout
    assert "proves the band at every level" in proven.stdout.replace("\n", " ")
    refused = karez("frontier", tiny, "--out", tmp_path / "frontier")
    assert refused.returncode == 2
    assert "--force" in refused.stderr


def test_a_frontier_that_claims_more_does_not_prove(karez, tiny, tmp_path):
    folder = tmp_path / "frontier"
    assert karez("frontier", tiny, "--out", folder, "--no-plan", "--workers", "1").returncode == 0
    document = json.loads((folder / "frontier.json").read_text())
    document["curves"][0]["levels"][2]["bound"] -= 100.0
    (folder / "frontier.json").write_text(json.dumps(document))
    done = karez("verify", folder)
    assert done.returncode == 1
    assert "NOT" in done.stdout


def test_why_names_the_price_of_a_rule(karez, tiny, tmp_path):
    done = karez("why", tiny, "--rule", "minimum_share:*", "--out", tmp_path / "why", "--workers", "1")
    assert done.returncode == 0, done.stderr
    for word in ("minimum_share", "Livelihood gets 50 %", "why.html"):
        assert word in done.stdout.replace("\n", " ")
    assert karez("why", tiny, "--rule", "nonsense", "--out", tmp_path / "other").returncode == 2
    assert karez("why").returncode == 2
    assert karez("why", tmp_path / "nowhere").returncode in {1, 2}


def test_why_explains_a_programme_without_a_plan_and_exits_with_3(karez, tiny, tmp_path):
    settings = tiny / "programme.toml"
    text = settings.read_text().replace(
        "{ year = 2027, coverage = 0.2 }", "{ year = 2026, coverage = 0.99, required = true }"
    )
    settings.write_text(text)
    done = karez("why", tiny, "--out", tmp_path / "why", "--workers", "1", "--json")
    assert done.returncode == 3, done.stderr
    document = json.loads(done.stdout)
    assert not document["feasible"]
    assert "target:livelihood:2026" in [rule["rule"] for rule in document["conflicts"][0]]
    assert any("enough" in sentence for sentence in document["sentences"])
    assert (tmp_path / "why" / "why.html").is_file()


def test_runs_are_laid_side_by_side(karez, tiny, tmp_path):
    assert karez("plan", tiny, "--out", tmp_path / "one", "--json").returncode == 0
    settings = tiny / "programme.toml"
    settings.write_text(settings.read_text().replace("budget = [20e6, 40e6, 30e6]", "budget = [60e6, 40e6, 30e6]"))
    assert karez("plan", tiny, "--out", tmp_path / "two", "--json").returncode == 0
    done = karez("compare", tmp_path / "one", tmp_path / "two", "--out", tmp_path / "both", "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    assert document["runs"] == ["one", "two"]
    assert any(row["setting"] == "agreement.budget" for row in document["settings"])
    assert sum(document["changed_sites"]["two"].values()) > 0
    totals = {row["figure"]: row for row in document["totals"]}
    assert totals["coverage"]["two"] > totals["coverage"]["one"]
    assert {path.name for path in (tmp_path / "both").iterdir()} == {
        "compare.html", "compare.json", "compare.gpkg", "tables",
    }  # fmt: skip
    assert karez("compare", tmp_path / "one").returncode == 2
    assert karez("compare", tmp_path / "one", tmp_path / "nowhere").returncode == 2
    (tmp_path / "two" / "summary.json").unlink()
    broken = karez("compare", tmp_path / "one", tmp_path / "two", "--out", tmp_path / "again")
    assert broken.returncode == 1
    assert "summary.json" in broken.stderr
