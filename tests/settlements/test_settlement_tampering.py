"""What is changed in the tables of street-level designs, or in what follows from them, is found."""

import json
import shutil
import sqlite3
from contextlib import closing

import pandas as pd
import pytest

from karez.verifying.run import read_run
from karez.verifying.settlements import is_there, settlements


def _table(name, column, factor):
    def tamper(folder):
        path = folder / f"{name}.parquet"
        table = pd.read_parquet(path)
        row = table.index[table["item"].str.startswith("street.")][0] if "item" in table else table.index[0]
        table.loc[row, column] = table.loc[row, column] * factor
        table.to_parquet(path, index=False)

    return tamper


def _source(word):
    def tamper(folder):
        with closing(sqlite3.connect(folder / "plan.gpkg")) as base, base:
            for function in ("ST_IsEmpty", "ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
                base.create_function(function, 1, lambda _: 0)
            base.execute("UPDATE sites SET local_cost = ? WHERE id = 'home-north'", (word,))

    return tamper


def _summary(folder):
    path = folder / "summary.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    told["settlements"][0]["passed_real"] *= 0.9
    path.write_text(json.dumps(told), encoding="utf-8")


def _without(item):
    def tamper(folder):
        path = folder / "finance" / "bill.parquet"
        bill = pd.read_parquet(path)
        bill[bill["item"] != item].to_parquet(path, index=False)

    return tamper


CASES = {
    "a cheaper unit cost": (_table("proof/catalogue", "rate", 0.9), "unit cost is not the design's cost"),
    "a unit cost at another rate": (_table("proof/catalogue", "rate_real", 0.9), "not converted at the rate"),
    "a lower low": (_table("proof/catalogue", "low", 0.5), "unit cost is not the design's cost"),
    "a cheaper design": (_table("finance/settlement_items", "amount", 0.9), "cost is not the sum of its items"),
    "less for each home": (_table("finance/settlement_items", "per_home", 0.9), "quantity of a home"),
    "more homes on the map": (_table("finance/settlements", "homes_served", 2), "over its homes"),
    "fewer households": (_table("finance/settlements", "households", 0.5), "households is not that of its rows"),
    "a cheaper home": (_table("finance/settlements", "passed_real", 0.9), "passed_real is not"),
    "less capex": (_table("finance/settlements", "capex_real", 0.9), "capex is not cost per home times homes"),
    "a better bound": (_table("finance/settlements", "bound", 1.01), "gap is not that of value and bound"),
    "less in the bill": (_table("finance/bill", "quantity", 0.9), "quantity in the bill"),
    "cheaper in the bill": (_table("finance/bill", "capex_real", 0.9), "capex in the bill"),
    "a line left out": (_without("street.north.cable"), "design is not in the bill"),
    "another source": (_source("density model"), "local_cost is not what prices its homes"),
    "another summary": (_summary, "summary.json says otherwise"),
}


@pytest.mark.parametrize("case", CASES)
def test_what_was_tampered_with_is_named(case, mapped, tmp_path):
    tamper, problem = CASES[case]
    folder = shutil.copytree(mapped.planned.folder, tmp_path / "run")
    tamper(folder)
    check = settlements(read_run(folder))
    assert not check.passed
    assert problem in check.detail


def test_a_run_whose_tables_are_taken_away_is_still_asked_for_them(mapped, tmp_path):
    folder = shutil.copytree(mapped.planned.folder, tmp_path / "run")
    (folder / "finance" / "settlements.parquet").unlink()
    run = read_run(folder)
    assert is_there(run)
    with pytest.raises(Exception, match=r"settlements\.parquet"):
        settlements(run)
