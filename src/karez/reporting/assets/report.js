/* The report's live parts: map, year slider, sortable tables. Text only ever enters the page as text. */
(function () {
  "use strict";

  const data = JSON.parse(document.getElementById("plan-data").textContent);
  const { places, sites, spans, areas, sources, texts } = data;
  const lastYear = data.years[data.years.length - 1];
  const state = { year: lastYear, colour: "technology", project: -1 };
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const GREY = "#8d969f";

  const number = (value, decimals) =>
    value === null ? "–" : Number(value).toLocaleString("en-GB", { minimumFractionDigits: decimals || 0, maximumFractionDigits: decimals || 0 });
  const percent = (share) => number(100 * share, 1) + " %";
  const money = (value) => {
    const size = Math.abs(value);
    if (size >= 1e9) return number(value / 1e9, 2) + " bn " + data.currency;
    if (size >= 1e6) return number(value / 1e6, 1) + " m " + data.currency;
    return number(value) + " " + data.currency;
  };
  const byId = (id) => document.getElementById(id);

  /** An element with text, attributes and children; nothing is ever parsed as HTML. */
  function element(tag, options, ...children) {
    const made = document.createElement(tag);
    const { text, ...attributes } = options || {};
    if (text !== undefined) made.textContent = text;
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children.filter((child) => child !== null));
    return made;
  }

  function facts(pairs) {
    const list = element("dl", { class: "facts" });
    for (const [label, value] of pairs) list.append(element("dt", { text: label }), element("dd", { text: value }));
    return list;
  }

  // ---- Tables that sort ----------------------------------------------------------------------------------------

  function makeSortable(table) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = element("button", { type: "button", text: head.textContent });
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const up = head.getAttribute("aria-sort") !== "ascending";
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", up ? "ascending" : "descending");
        const isNumber = head.dataset.sort === "number";
        const key = (row) => (isNumber ? Number(row.cells[column].dataset.value) : row.cells[column].textContent);
        const compare = isNumber ? (a, b) => key(a) - key(b) : (a, b) => key(a).localeCompare(key(b));
        const rows = [...table.tBodies[0].rows].sort((a, b) => (up ? compare(a, b) : compare(b, a)));
        table.tBodies[0].append(...rows);
      });
    });
  }
  document.querySelectorAll("table.sortable").forEach(makeSortable);

  // ---- What stands where ---------------------------------------------------------------------------------------

  const sitesOf = places.name.map(() => []);
  sites.place.forEach((place, row) => sitesOf[place].push(row));
  const mostHouseholds = Math.max(1, ...places.households);
  const mostBehind = Math.max(1, ...spans.behind);

  const isBuilt = (year) => year > 0 && year <= state.year;
  const collection = (features) => ({ type: "FeatureCollection", features });

  function siteColour(row) {
    if (state.colour === "technology") return data.technologies[sites.technology[row]].colour;
    if (state.colour === "project") return data.projects[sites.project[row]].colour;
    return data.yearColours[data.years.indexOf(sites.year[row])] || GREY;
  }

  /** The demand that speaks for a place: the weightiest one in service, else the weightiest. */
  function spokesman(rows) {
    let best = -1;
    for (const row of rows) {
      if (best < 0) { best = row; continue; }
      const ahead = Number(isBuilt(sites.year[row])) - Number(isBuilt(sites.year[best]));
      if (ahead > 0 || (ahead === 0 && sites.weight[row] > sites.weight[best])) best = row;
    }
    return best;
  }

  function placeFeatures() {
    const features = [];
    places.name.forEach((_, place) => {
      const rows = sitesOf[place].filter((row) => state.project < 0 || sites.project[row] === state.project);
      if (!rows.length) return;
      const row = spokesman(rows);
      const inService = isBuilt(sites.year[row]);
      features.push({
        type: "Feature",
        geometry: { type: "Point", coordinates: [places.lon[place], places.lat[place]] },
        properties: {
          place,
          colour: inService ? siteColour(row) : "#ffffff",
          ring: !inService ? GREY : sites.meets[row] ? "#ffffff" : "#17222c",
          ringWidth: !inService ? 1.4 : sites.meets[row] ? 0.8 : 1.6,
          radius: 2.6 + 11 * Math.sqrt(places.households[place] / mostHouseholds),
        },
      });
    });
    features.sort((a, b) => b.properties.radius - a.properties.radius);
    return collection(features);
  }

  function spanFeatures() {
    return collection(spans.line.map((line, row) => ({
      type: "Feature",
      geometry: { type: "LineString", coordinates: line },
      properties: {
        row,
        year: spans.year[row],
        method: spans.method[row],
        yearColour: data.yearColours[data.years.indexOf(spans.year[row])] || GREY,
        width: 1.1 + 3.2 * Math.pow(spans.behind[row] / mostBehind, 0.4),
      },
    })));
  }

  function areaFeatures() {
    return collection(areas.outline.map((outline, row) => {
      const step = Math.min(4, Math.floor(areas.coverage[row] * 4 + 0.5));
      return {
        type: "Feature",
        geometry: { type: "MultiPolygon", coordinates: outline },
        properties: { row, colour: data.coverageColours[step] },
      };
    }));
  }

  // ---- Pop-ups -------------------------------------------------------------------------------------------------

  function placePopup(place) {
    const box = element("div", {}, element("h3", { text: texts[places.name[place]] }));
    if (places.households[place]) box.append(element("div", { text: number(places.households[place]) + " households" }));
    const head = element("tr");
    const titles = ["Demand", "Service", "Year", `Capex, ${data.currency}`, `Opex, ${data.currency} per year`, `Present cost, ${data.currency}`];
    titles.forEach((title, column) => head.append(element("th", { text: title, scope: "col", class: column > 2 ? "n" : "" })));
    const body = element("tbody");
    for (const row of sitesOf[place]) {
      const below = data.technologies[sites.technology[row]].id !== "unserved" && !sites.meets[row];
      const demand = element("th", { scope: "row", text: texts[sites.category[row]] });
      if (sites.derived[row]) demand.append(" ", element("em", { class: "modelled", text: "modelled", title: texts[sites.rule[row]] }));
      const money = [sites.capex[row], sites.opex[row], sites.present[row]];
      body.append(element("tr", { class: "first" }, demand,
        element("td", { text: [data.technologies[sites.technology[row]].label, texts[sites.service[row]]].join(" ").trim() + (below ? ", below standard" : "") }),
        element("td", { text: sites.year[row] || "–" }),
        ...money.map((value) => element("td", { class: "n", text: number(value) }))));
      const weight = sites.households[row] === null ? `weighs as ${number(sites.weight[row])} households` : `${number(sites.households[row])} households`;
      const why = `${data.projects[sites.project[row]].label}, ${weight}: ${texts[sites.reason[row]]}`;
      body.append(element("tr", {}, element("td", { class: "why", colspan: titles.length, text: why })));
      body.append(element("tr", {}, element("td", { class: "why", colspan: titles.length, text: choice(row) })));
    }
    box.append(element("table", {}, element("thead", {}, head), body));
    return box;
  }

  /** What a demand gets against what it is promised, and what it and the next best cost. */
  function choice(row) {
    const project = data.projects[sites.project[row]];
    const pair = (mbps, latency) => `${number(mbps)} Mbit/s in ${number(latency)} ms`;
    const said = [sites.mbps[row] === null
      ? `Promised ${pair(project.mbps, project.latency)}`
      : `Gets ${pair(sites.mbps[row], sites.latency[row])}, promised ${pair(project.mbps, project.latency)}`];
    if (sites.alone[row] !== null) said.push(`costs ${money(sites.alone[row])} by itself (present cost, built in year 1)`);
    if (sites.otherPresent[row] === null) said.push("nothing else may serve it");
    else said.push(`${sites.alone[row] === null ? "cheapest" : "next best"}: ${texts[sites.other[row]]}, ${money(sites.otherPresent[row])}`);
    return said.join("; ") + ".";
  }

  function spanPopup(row) {
    const method = data.methods[spans.method[row]].label;
    return element("div", {}, element("h3", { text: method + ", " + number(spans.length[row] / 1000, 1) + " km" }), facts([
      ["Built in", spans.year[row] || "designed, not built"],
      ["Length", number(spans.length[row]) + " m"],
      ["Length as drawn", number(spans.drawn[row]) + " m"],
      ["Ground", texts[spans.ground[row]]],
      ["Tier", texts[spans.tier[row]]],
      ["Status", texts[spans.status[row]]],
      ["Capex, real", number(spans.capex[row]) + " " + data.currency],
      ["Upkeep, real", number(spans.opex[row]) + " " + data.currency + " per year"],
      ["Households behind it", number(spans.behind[row])],
      ["Span", texts[spans.id[row]]],
    ]));
  }

  function areaPopup(row) {
    return element("div", {}, element("h3", { text: areas.name[row] }), facts([
      ["Households", number(areas.households[row])],
      ["In service at the end", number(areas.served[row])],
      ["Coverage to standard", percent(areas.coverage[row])],
      ["Capex, real", money(areas.capex[row])],
    ]));
  }

  // ---- Legend and figures of the year ----------------------------------------------------------------------------

  const SVG = "http://www.w3.org/2000/svg";
  function swatch(kind, colour, dash) {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("width", 22);
    svg.setAttribute("height", 12);
    svg.setAttribute("aria-hidden", "true");
    const shape = document.createElementNS(SVG, kind === "line" ? "line" : "circle");
    const look = kind === "line"
      ? { x1: 0, y1: 6, x2: 22, y2: 6, stroke: colour, "stroke-width": 2.4, "stroke-dasharray": dash.map((part) => part * 1.6).join(" ") }
      : { cx: 11, cy: 6, r: 5, fill: colour, stroke: kind === "ring" ? GREY : kind === "below" ? "#17222c" : "none", "stroke-width": 1.5 };
    for (const [key, value] of Object.entries(look)) shape.setAttribute(key, value);
    svg.append(shape);
    return svg;
  }

  function legendList(title, entries, long) {
    const list = element("ul", long ? { class: "long" } : {});
    for (const [picture, label] of entries) list.append(element("li", {}, picture, element("span", { text: label })));
    return [element("h3", { text: title }), list];
  }

  function drawLegend() {
    const colours = {
      technology: data.technologies.filter((_, place) => sites.technology.includes(place) && place !== 4).map((one) => [swatch("dot", one.colour), one.label]),
      year: data.years.map((year, place) => [swatch("dot", data.yearColours[place]), String(year)]),
      project: data.projects.map((one) => [swatch("dot", one.colour), one.label]),
    }[state.colour];
    const parts = legendList("Sites, larger for more households", [
      ...colours, [swatch("ring", "#ffffff"), "Not in service"], [swatch("below", "#dfe5ea"), "Below standard"],
      [element("i", { class: "diamond" }), "Source"],
    ], state.colour === "project");
    const lineColour = state.colour === "technology" ? data.technologies[0].colour : "#4c5b68";
    parts.push(...legendList("Spans, wider for more households", [
      ...data.methods.map((one) => [swatch("line", lineColour, one.dash), one.label]),
      [swatch("line", "#b7c0c7", []), "Not built yet"],
    ], true));
    if (layerOn("coverage")) {
      const ramp = element("div", { class: "ramp" }, ...data.coverageColours.map((colour) => element("i", { style: "background:" + colour })));
      const ends = element("div", { class: "ramp-ends" }, element("span", { text: "0 %" }), element("span", { text: "100 %" }));
      parts.push(element("h3", { text: `Coverage to standard, end of ${lastYear}` }), ramp, ends);
    }
    byId("legend").replaceChildren(...parts);
  }

  function drawNow() {
    const place = data.years.indexOf(state.year);
    const progress = data.progress;
    byId("year-label").textContent = state.year;
    byId("now").replaceChildren(...[
      ["Homes in service", number(progress.households[place])],
      ["Coverage to standard", percent(progress.coverage[place])],
      ["Spent, nominal", money(progress.capexNominal[place])],
      ["Route built", number(progress.km[place]) + " km"],
    ].flatMap(([label, value]) => [element("dt", { text: label }), element("dd", { text: value })]));
  }

  const layerOn = (name) => document.querySelector(`[data-layer="${name}"]`).checked;

  // ---- The map -------------------------------------------------------------------------------------------------

  function startMap() {
    const map = new maplibregl.Map({
      container: "map",
      style: { version: 8, sources: {}, layers: [{ id: "ground", type: "background", paint: { "background-color": "#e9eef1" } }] },
      bounds: data.bounds,
      fitBoundsOptions: { padding: padding() },
      attributionControl: false,
      dragRotate: false, pitchWithRotate: false, touchPitch: false, maxZoom: 14, renderWorldCopies: false,
      fadeDuration: 0,
    });
    map.touchZoomRotate.disableRotation();
    map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-left");
    map.addControl(new maplibregl.AttributionControl({ compact: false, customAttribution: "Sources and licences: see below" }), "bottom-left");
    map.addControl(new maplibregl.ScaleControl({ unit: "metric" }), "bottom-left");
    map.on("load", () => {
      addLayers(map);
      addMarks(map);
      connect(map);
      update(map);
      byId("map-frame").dataset.ready = "yes";
    });
    return map;
  }

  function padding() {
    const wide = window.innerWidth > 900;
    return { top: 30, bottom: 30, left: 30, right: wide ? 320 : 30 };
  }

  function addLayers(map) {
    const source = (id, content) => map.addSource(id, { type: "geojson", data: content, tolerance: 0.2 });
    source("areas", areaFeatures());
    source("spans", spanFeatures());
    source("places", placeFeatures());
    map.addLayer({ id: "areas", type: "fill", source: "areas", paint: { "fill-color": "#f7f4ee", "fill-opacity": 0.85 } });
    map.addLayer({ id: "area-lines", type: "line", source: "areas", paint: { "line-color": "#c3ccd3", "line-width": 0.7 } });
    map.addLayer({
      id: "later", type: "line", source: "spans", layout: { "line-cap": "round", "line-join": "round" },
      paint: { "line-color": "#b7c0c7", "line-width": 1.1 },
    });
    const zoomed = (value) => ["interpolate", ["linear"], ["zoom"], 3, ["*", 0.7, value], 7, value, 12, ["*", 2, value]];
    data.methods.forEach((method, place) => {
      map.addLayer({
        id: "spans-" + place, type: "line", source: "spans",
        layout: { "line-cap": method.dash.length ? "butt" : "round", "line-join": "round" },
        paint: { "line-width": zoomed(["get", "width"]), ...(method.dash.length ? { "line-dasharray": method.dash } : {}) },
      });
    });
    map.addLayer({
      id: "places", type: "circle", source: "places",
      paint: {
        "circle-color": ["get", "colour"], "circle-radius": zoomed(["get", "radius"]),
        "circle-stroke-color": ["get", "ring"], "circle-stroke-width": ["get", "ringWidth"], "circle-opacity": 0.92,
      },
    });
  }

  let labels = [];
  function addMarks(map) {
    sources.name.forEach((name, row) => {
      const mark = element("div", { title: "Source: " + name }, element("div", { class: "source-mark" }));
      new maplibregl.Marker({ element: mark }).setLngLat([sources.lon[row], sources.lat[row]]).addTo(map);
    });
    const named = places.name.map((_, place) => place).filter((place) => places.named[place]);
    named.sort((a, b) => places.households[b] - places.households[a]);
    labels = named.map((place) => {
      const box = element("div", { class: "place-label", text: texts[places.name[place]] });
      const offset = 8 + 11 * Math.sqrt(places.households[place] / mostHouseholds);
      const at = [places.lon[place], places.lat[place]];
      new maplibregl.Marker({ element: box, anchor: "left", offset: [offset, 0] }).setLngLat(at).addTo(map);
      return { box, at, offset, width: box.offsetWidth };
    });
    labels.forEach((label) => label.box.removeAttribute("aria-label"));
    map.on("move", () => placeLabels(map));
  }

  /** Names of larger places first; one that would run into another is left out. */
  function placeLabels(map) {
    const taken = [];
    const show = layerOn("names");
    for (const { box, at, offset, width } of labels) {
      const { x, y } = map.project(at);
      const own = [x + offset - 2, y - 9, x + offset + width + 2, y + 9];
      const free = show && !taken.some((other) => own[0] < other[2] && other[0] < own[2] && own[1] < other[3] && other[1] < own[3]);
      if (free) taken.push(own);
      box.style.visibility = free ? "visible" : "hidden";
    }
  }

  function update(map) {
    const show = (id, on) => map.setLayoutProperty(id, "visibility", on ? "visible" : "none");
    map.getSource("places").setData(placeFeatures());
    const built = ["all", [">", ["get", "year"], 0], ["<=", ["get", "year"], state.year]];
    const lineColour = { technology: data.technologies[0].colour, year: ["get", "yearColour"], project: "#4c5b68" }[state.colour];
    data.methods.forEach((_, place) => {
      map.setFilter("spans-" + place, ["all", ["==", ["get", "method"], place], built]);
      map.setPaintProperty("spans-" + place, "line-color", lineColour);
      show("spans-" + place, layerOn("spans"));
    });
    map.setFilter("later", ["!", built]);
    show("later", layerOn("later"));
    show("places", layerOn("places"));
    map.setPaintProperty("areas", "fill-color", layerOn("coverage") ? ["get", "colour"] : "#f7f4ee");
    placeLabels(map);
    drawLegend();
    drawNow();
  }

  function connect(map) {
    const spanLayers = data.methods.map((_, place) => "spans-" + place);
    const popup = new maplibregl.Popup({ maxWidth: "none", focusAfterOpen: true });
    const open = (at, content) => popup.setLngLat(at).setDOMContent(content).addTo(map);
    map.on("click", (event) => {
      const { x, y } = event.point;
      const around = [[x - 4, y - 4], [x + 4, y + 4]];
      const found = (layers) => map.queryRenderedFeatures(around, { layers: layers.filter((id) => map.getLayoutProperty(id, "visibility") !== "none") })[0];
      const place = found(["places"]);
      if (place) return open(place.geometry.coordinates, placePopup(place.properties.place));
      const span = found([...spanLayers, "later"]);
      if (span) return open(event.lngLat, spanPopup(span.properties.row));
      const area = found(["areas"]);
      return area ? open(event.lngLat, areaPopup(area.properties.row)) : undefined;
    });
    for (const id of ["places", "later", ...spanLayers]) {
      map.on("mouseenter", id, () => { map.getCanvas().style.cursor = "pointer"; });
      map.on("mouseleave", id, () => { map.getCanvas().style.cursor = ""; });
    }
    connectPanel(map, open);
  }

  function connectPanel(map, open) {
    const slider = byId("year");
    const setYear = (year) => { state.year = year; slider.value = year; update(map); };
    slider.addEventListener("input", () => setYear(Number(slider.value)));
    byId("colour").addEventListener("change", (event) => { state.colour = event.target.value; update(map); });
    byId("project").addEventListener("change", (event) => { state.project = Number(event.target.value); update(map); });
    document.querySelectorAll("[data-layer]").forEach((box) => box.addEventListener("change", () => update(map)));
    byId("panel").addEventListener("submit", (event) => event.preventDefault());
    connectPlay(setYear);
    const names = new Map(places.name.map((text, place) => [texts[text], place]).reverse());
    byId("place-names").append(...[...names.keys()].sort().map((name) => element("option", { value: name })));
    byId("find").addEventListener("change", (event) => {
      const place = names.get(event.target.value);
      if (place === undefined) return;
      const at = [places.lon[place], places.lat[place]];
      map[calm ? "jumpTo" : "flyTo"]({ center: at, zoom: Math.max(map.getZoom(), 8) });
      open(at, placePopup(place));
    });
  }

  function connectPlay(setYear) {
    const button = byId("play");
    let timer = 0;
    const stop = () => {
      window.clearInterval(timer);
      timer = 0;
      button.textContent = "▶";
      button.setAttribute("aria-pressed", "false");
    };
    button.addEventListener("click", () => {
      if (timer) return stop();
      setYear(state.year === lastYear ? data.years[0] : state.year + 1);
      button.textContent = "❚❚";
      button.setAttribute("aria-pressed", "true");
      timer = window.setInterval(() => {
        if (state.year === lastYear) stop(); else setYear(state.year + 1);
      }, 1400);
      return undefined;
    });
  }

  /** Without WebGL the drawing stays: the page says the same, only still. */
  const frame = byId("map-frame");
  try {
    frame.classList.add("live");
    window.karezMap = startMap();
  } catch (fault) {
    frame.classList.remove("live");
    console.warn("The live map could not be drawn:", fault.message);
  }
})();
