"""`karez solve` as an operations researcher tries it."""

import gzip
import json

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
