/* The map of a comparison. Text only ever enters the page as text. */
(function () {
  "use strict";

  const data = JSON.parse(document.getElementById("study-data").textContent);
  const byId = (id) => document.getElementById(id);
  const number = (value) => (value === null ? "–" : Number(value).toLocaleString("en-GB", { maximumFractionDigits: 0 }));
  const collection = (features) => ({ type: "FeatureCollection", features });
  let run = 1;

  function siteFeatures() {
    const features = [];
    const changes = data.sites.change[run - 1];
    changes.forEach((kind, row) => {
      const point = { type: "Point", coordinates: [data.sites.lon[row], data.sites.lat[row]] };
      features.push({
        type: "Feature", geometry: point,
        properties: { row, colour: kind ? data.changes[kind].colour : "#c3ccd3", radius: kind ? 4.2 : 1.6, order: kind ? 1 : 0 },
      });
    });
    features.sort((a, b) => a.properties.order - b.properties.order);
    for (const kind of Object.keys(data.changes)) {
      byId("count-" + kind).textContent = number(changes.filter((one) => one === kind).length);
    }
    return collection(features);
  }

  function spanFeatures() {
    return collection(data.spans.line.map((line, row) => {
      const [first, other] = [data.spans.built[0][row], data.spans.built[run][row]];
      const colour = first && other ? "#9fb0bc" : first ? "#17222c" : "#1c5f99";
      return {
        type: "Feature", geometry: { type: "LineString", coordinates: line },
        properties: { colour, width: first && other ? 1.0 : 2.6, shown: first || other ? 1 : 0 },
      };
    }));
  }

  function areaFeatures() {
    const gains = data.areas.capex[run].map((money, row) => (money === null ? 0 : money - data.areas.capex[0][row]));
    const most = Math.max(1, ...gains.map(Math.abs));
    return collection(data.areas.outline.map((outline, row) => ({
      type: "Feature", geometry: { type: "MultiPolygon", coordinates: outline },
      properties: {
        row, colour: gains[row] > 0 ? "#8fb8d8" : gains[row] < 0 ? "#e3b7a0" : "#f7f4ee",
        strength: gains[row] === 0 ? 0.5 : 0.15 + 0.75 * Math.sqrt(Math.abs(gains[row]) / most),
      },
    })));
  }

  function box(title, lines) {
    const made = document.createElement("div");
    const head = document.createElement("h3");
    head.textContent = title;
    made.append(head);
    for (const line of lines) {
      const part = document.createElement("div");
      part.textContent = line;
      made.append(part);
    }
    return made;
  }

  function start() {
    const map = new maplibregl.Map({
      container: "map", bounds: data.bounds, fitBoundsOptions: { padding: 30 }, attributionControl: false, maxZoom: 14,
      style: { version: 8, sources: {}, layers: [{ id: "ground", type: "background", paint: { "background-color": "#e9eef1" } }] },
      dragRotate: false, pitchWithRotate: false, renderWorldCopies: false, fadeDuration: 0,
    });
    map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-left");
    map.addControl(new maplibregl.ScaleControl({ unit: "metric" }), "bottom-left");
    map.on("load", () => {
      for (const [id, content] of [["areas", areaFeatures()], ["spans", spanFeatures()], ["sites", siteFeatures()]]) {
        map.addSource(id, { type: "geojson", data: content });
      }
      map.addLayer({ id: "areas", type: "fill", source: "areas", paint: { "fill-color": ["get", "colour"], "fill-opacity": ["get", "strength"] } });
      map.addLayer({ id: "edges", type: "line", source: "areas", paint: { "line-color": "#c3ccd3", "line-width": 0.7 } });
      map.addLayer({
        id: "spans", type: "line", source: "spans", filter: ["==", ["get", "shown"], 1],
        paint: { "line-color": ["get", "colour"], "line-width": ["get", "width"] },
      });
      map.addLayer({
        id: "sites", type: "circle", source: "sites",
        paint: { "circle-color": ["get", "colour"], "circle-radius": ["get", "radius"], "circle-stroke-color": "#ffffff", "circle-stroke-width": 0.6 },
      });
      map.on("click", "sites", (event) => {
        const row = event.features[0].properties.row;
        const told = data.names.map((name, k) => `${name}: ${data.sites.technology[k][row] || "–"}, ${data.sites.year[k][row] || "–"}`);
        new maplibregl.Popup().setLngLat(event.lngLat).setDOMContent(box(data.sites.name[row], told)).addTo(map);
      });
      map.on("click", "areas", (event) => {
        if (map.queryRenderedFeatures(event.point, { layers: ["sites"] }).length) return;
        const row = event.features[0].properties.row;
        const told = data.names.map((name, k) => `${name}: capex ${number(data.areas.capex[k][row])} ${data.currency}`);
        new maplibregl.Popup().setLngLat(event.lngLat).setDOMContent(box(data.areas.name[row], told)).addTo(map);
      });
      byId("map-frame").dataset.ready = "yes";
    });
    byId("run").addEventListener("change", (event) => {
      run = Number(event.target.value);
      map.getSource("areas").setData(areaFeatures());
      map.getSource("spans").setData(spanFeatures());
      map.getSource("sites").setData(siteFeatures());
    });
  }

  byId("panel").addEventListener("submit", (event) => event.preventDefault());
  byId("map-frame").classList.add("live");
  try {
    start();
  } catch (error) {
    byId("map-frame").classList.remove("live");
  }
})();
