"""`karez solve` as an operations researcher tries it."""

import gzip
import json
import subprocess
import sys

import pytest

GR = """SECTION Graph
Nodes 5
Edges 6
E 1 2 2
E 2 3 2
E 1 3 5
E 3 4 1
E 3 4 7
E 2 5 4
END
SECTION Terminals
Terminals 3
T 1
T 4
T 5
END
EOF
"""


def test_a_small_instance_is_solved_to_its_optimum_and_written(karez, tmp_path):
    file = tmp_path / "small.gr.gz"
    file.write_bytes(gzip.compress(GR.encode()))
    done = karez("solve", file, "--out", tmp_path / "answer.json", "--json")
    assert done.returncode == 0, done.stderr
    certificate = json.loads(done.stdout)
    assert set(certificate) == {"instance", "value", "bound", "gap", "proof", "seconds"}
    assert certificate["value"] == 9
    assert certificate["bound"] <= 9
    answer = json.loads((tmp_path / "answer.json").read_text())
    assert sorted(map(sorted, answer["edges"])) == [[1, 2], [2, 3], [2, 5], [3, 4]]
    assert sorted(answer["nodes"]) == [1, 2, 3, 4, 5]


def test_the_certificate_is_shown_to_people(karez, tmp_path):
    file = tmp_path / "small.gr"
    file.write_text(GR)
    done = karez("solve", file, "--seconds", "1")
    assert done.returncode == 0, done.stderr
    for word in ("value", "bound", "gap"):
        assert word in done.stdout


@pytest.mark.parametrize(
    ("text", "word"), [("SECTION Graph\nNodes 2\nE 1 9 1\nEND\n", "9"), ("nothing at all", "section Graph")]
)
def test_a_damaged_instance_exits_with_1_and_says_where(karez, tmp_path, text, word):
    file = tmp_path / "broken.gr"
    file.write_text(text)
    done = karez("solve", file)
    assert done.returncode == 1
    assert word in done.stderr


def test_a_certificate_is_written_and_proven_again_without_the_solver(karez, tmp_path):
    file = tmp_path / "small.gr"
    file.write_text(GR)
    certificate = tmp_path / "small.json"
    done = karez("solve", file, "--certificate", certificate)
    assert done.returncode == 0, done.stderr
    assert "small.json" in done.stdout.replace("\n", "")
    proven = karez("verify", "--certificate", certificate)
    assert proven.returncode == 0, proven.stdout + proven.stderr
    assert "proves value 9, bound 9, gap 0.0000%" in proven.stdout
    document = json.loads(karez("verify", "--certificate", certificate, file, "--json").stdout)
    assert document["passed"]
    assert document["proven"] == "value 9, bound 9, gap 0.0000%"
    assert {"problem", "tree", "value", "moats", "bound"} <= {check["name"] for check in document["checks"]}


def test_a_certificate_that_lies_exits_with_1_and_says_where(karez, tmp_path):
    file = tmp_path / "small.gr"
    file.write_text(GR)
    certificate = tmp_path / "small.json"
    assert karez("solve", file, "--certificate", certificate).returncode == 0
    document = json.loads(certificate.read_text())
    document["edges"][0] = [1, 4, 2]
    certificate.write_text(json.dumps(document))
    done = karez("verify", "--certificate", certificate)
    assert done.returncode == 1
    assert "NOT" in done.stdout
    assert "1–4" in done.stdout


def test_a_certificate_without_its_problem_asks_for_it(karez, tmp_path):
    file = tmp_path / "small.gr"
    file.write_text(GR)
    certificate = tmp_path / "small.json"
    assert karez("solve", file, "--certificate", certificate).returncode == 0
    file.unlink()
    done = karez("verify", "--certificate", certificate)
    assert done.returncode == 1
    assert "small.gr" in done.stderr
    assert "Name the problem's file" in done.stderr


def test_verify_without_a_run_or_with_a_certificate_in_its_place_says_what_to_write(karez, tmp_path):
    certificate = tmp_path / "small.json"
    certificate.write_text("{}")
    for arguments in ((), (certificate,)):
        done = karez("verify", *arguments)
        assert done.returncode == 2
        assert "--certificate" in done.stderr


def test_a_place_that_cannot_be_written_is_refused_before_solving(karez, tmp_path):
    file = tmp_path / "small.gr"
    file.write_text(GR)
    done = karez("solve", file, "--certificate", tmp_path / "nowhere" / "small.json")
    assert done.returncode == 2
    assert "nowhere" in done.stderr
    for option in ("--certificate", "--out"):
        assert karez("solve", file, option, file).returncode == 2
    assert file.read_text() == GR


def test_verifying_a_certificate_loads_no_compiled_kernels(karez, tmp_path):
    file = tmp_path / "small.gr"
    file.write_text(GR)
    certificate = tmp_path / "small.json"
    assert karez("solve", file, "--certificate", certificate).returncode == 0
    program = (
        "import sys; from pathlib import Path; from karez.flow.verify import verify_certificate\n"
        "print(verify_certificate(Path(sys.argv[1])).passed)\n"
        "print([name for name in sys.modules if name in ('numba', 'highspy', 'karez.solving', 'karez.kernels')])"
    )
    done = subprocess.run([sys.executable, "-c", program, certificate], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "[]"]
