/* The live map of a street-level design. Text only ever enters the page as text. */
(function () {
  "use strict";

  const data = JSON.parse(document.getElementById("study-data").textContent);
  const holder = document.getElementById("street-map");
  const number = (value) => (value === null ? "–" : Number(value).toLocaleString("en-GB", { maximumFractionDigits: 1 }));

  if (typeof maplibregl === "undefined" || !document.createElement("canvas").getContext("webgl2")) return;
  holder.classList.add("live");
  const map = new maplibregl.Map({
    container: holder,
    style: { version: 8, sources: {}, layers: [{ id: "ground", type: "background", paint: { "background-color": "#f4f1ea" } }] },
    bounds: data.bounds,
    fitBoundsOptions: { padding: 24 },
    attributionControl: false,
    dragRotate: false,
  });
  map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new maplibregl.ScaleControl({ maxWidth: 120 }), "bottom-left");
  map.addControl(new maplibregl.AttributionControl({ compact: false, customAttribution: data.attribution }), "bottom-right");

  const feature = (shape, properties) => ({ type: "Feature", geometry: shape, properties });
  function features(layer) {
    const names = Object.keys(layer.columns);
    return layer.shapes.map((shape, row) => {
      const properties = {};
      for (const name of names) properties[name] = layer.columns[name][row];
      const geometry = layer.kind === "line" ? { type: "LineString", coordinates: shape }
        : layer.kind === "area" ? { type: "Polygon", coordinates: shape }
        : { type: "Point", coordinates: shape };
      return feature(geometry, properties);
    });
  }

  function show(event) {
    const hit = event.features[0];
    const layer = data.layers.find((one) => one.id === hit.layer.id);
    const list = document.createElement("dl");
    list.className = "facts";
    for (const [name, value] of Object.entries(hit.properties)) {
      if (value === "" || value === null) continue;
      const term = document.createElement("dt");
      term.textContent = (layer.labels[name] || name);
      const fact = document.createElement("dd");
      fact.textContent = typeof value === "number" ? number(value) : String(value);
      list.append(term, fact);
    }
    const box = document.createElement("div");
    const head = document.createElement("b");
    head.textContent = layer.label;
    box.append(head, list);
    new maplibregl.Popup({ maxWidth: "320px" }).setLngLat(event.lngLat).setDOMContent(box).addTo(map);
  }

  map.on("load", () => {
    for (const layer of data.layers) {
      map.addSource(layer.id, { type: "geojson", data: { type: "FeatureCollection", features: features(layer) } });
      if (layer.kind === "line") {
        map.addLayer({
          id: layer.id, type: "line", source: layer.id,
          layout: { "line-cap": "round", "line-join": "round" },
          paint: {
            "line-color": layer.colour,
            "line-width": ["interpolate", ["linear"], ["zoom"], 10, 0.6 * layer.size, 17, 5 * layer.size],
            ...(layer.dash ? { "line-dasharray": layer.dash } : {}),
          },
        });
      } else if (layer.kind === "area") {
        map.addLayer({
          id: layer.id, type: "fill", source: layer.id,
          paint: { "fill-color": layer.colour, "fill-opacity": 0.18, "fill-outline-color": layer.colour },
        });
      } else {
        map.addLayer({
          id: layer.id, type: "circle", source: layer.id,
          paint: {
            "circle-color": layer.dash ? "rgba(255, 255, 255, 0)" : layer.colour,
            "circle-stroke-color": layer.dash ? layer.colour : "#ffffff",
            "circle-stroke-width": layer.dash ? 2.5 : layer.size > 2 ? 1 : 0,
            "circle-radius": ["interpolate", ["linear"], ["zoom"], 10, 0.5 * layer.size, 17, 2.2 * layer.size],
          },
        });
      }
      map.on("click", layer.id, show);
      map.on("mouseenter", layer.id, () => { map.getCanvas().style.cursor = "pointer"; });
      map.on("mouseleave", layer.id, () => { map.getCanvas().style.cursor = ""; });
    }
    document.documentElement.dataset.map = "ready";
  });

  document.querySelectorAll("input[data-street-layer]").forEach((box) => {
    box.addEventListener("change", () => {
      for (const layer of data.layers) {
        if (layer.group === box.dataset.streetLayer) {
          map.setLayoutProperty(layer.id, "visibility", box.checked ? "visible" : "none");
        }
      }
    });
  });
})();
