"""`karez computing --upon` and `karez things --upon`: studies over the network that a plan builds."""

import json

import geopandas as gpd


def test_studies_upon_a_plan_take_its_network_and_its_technologies(karez, tiny, tmp_path):
    settings = tiny / "programme.toml"
    settings.write_text(
        settings.read_text()
        + '\n[computing]\ncandidates = ["home"]\ncentres = 2\n\n[things]\nshare = 0.9\n'
        + "land = { home = { km2 = 60.0, devices_per_km2 = 2.0 } }\n"
        + 'costs = [{ item = "institution", per = "unit" }]\nbackhaul = [{ item = "dish", per = "unit" }]\n'
    )
    run = tmp_path / "run"
    assert karez("plan", tiny, "--out", run, "--json").returncode == 0
    plan = gpd.read_file(run / "plan.gpkg", layer="sites").set_index("id")
    year, plan = plan["year"], plan["technology"]

    done = karez("computing", tiny, "--upon", run, "--out", tmp_path / "computing", "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    sites = gpd.read_file(tmp_path / "computing" / "computing.gpkg", layer="sites").set_index("id")
    assert document["upon_plan"]
    assert (sites["technology"] == plan.reindex(sites.index)).all()
    assert document["sites"]["unserved"] == (plan == "unserved").sum()
    assert karez("verify", tmp_path / "computing").returncode == 0

    done = karez("things", tiny, "--upon", run, "--out", tmp_path / "things", "--json")
    assert done.returncode == 0, done.stderr
    gateways = gpd.read_file(tmp_path / "things" / "things.gpkg", layer="gateways").set_index("id")
    served = gateways["backhaul"].isin(["fibre", "microwave", "satellite"])
    assert (gateways.loc[served, "backhaul"] == plan.reindex(gateways.index)[served]).all()
    assert (plan.reindex(gateways.index)[~served] == "unserved").all()
    assert (gateways.loc[served, "year"] == year.reindex(gateways.index)[served]).all()
    assert gateways.loc[~served, "year"].isna().all()
    assert karez("verify", tmp_path / "things").returncode == 0

    assert karez("things", tiny, "--upon", tmp_path / "nowhere", "--out", tmp_path / "other").returncode in {1, 2}
