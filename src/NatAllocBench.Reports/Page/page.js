"use strict";
// Values come from strangers' runs: they are only ever written with textContent.
const data = JSON.parse(document.getElementById("data").textContent);
const rows = data.figures.map(f => ({ ...f, machine: data.runs[f.run].machine, name: data.runs[f.run].name, source: data.runs[f.run] }));
const filters = ["machine", "run", "metric", "era", "mode", "design"];
const field = { machine: "machine", run: "name", metric: "metric", era: "era", mode: "mode", design: "design" };
const step = 200;
let shown = step;
const sorts = [["machine", "machine"], ["run", "name"], ["metric", "metric"], ["era", "era"], ["mode", "mode"],
  ["design or system", "design"], ["workload", "workload"], ["value [95 %]", "value"]];

const at = id => document.getElementById(id);
const make = (tag, text, parent, name) => {
  const element = document.createElement(tag);
  if (text !== undefined && text !== null) element.textContent = text;
  if (name) element.className = name;
  if (parent) parent.append(element);
  return element;
};
const compare = (a, b) => typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "en", { numeric: true });

function chosen(except) {
  const words = at("search").value.toLowerCase().split(/\s+/).filter(w => w);
  return rows.filter(r => filters.every(f => f === except || at(f).value === "" || (r[field[f]] ?? "") === at(f).value)
    && words.every(w => [r.machine, r.name, r.metric, r.era, r.mode, r.design, r.workload].some(t => (t ?? "").toLowerCase().includes(w))));
}

// Each list offers what the other filters leave.
function offer() {
  for (const f of filters) {
    const kept = at(f).value;
    const values = [...new Set(chosen(f).map(r => r[field[f]] ?? ""))].filter(v => v !== "").sort(compare);
    if (kept !== "" && !values.includes(kept)) values.unshift(kept);
    // A list that somebody uses just now is not replaced under their hand: its own choice does not change what it offers.
    if (JSON.stringify(values) === at(f).dataset.offered) continue;
    at(f).dataset.offered = JSON.stringify(values);
    at(f).replaceChildren();
    make("option", "all", at(f)).value = "";
    for (const value of values) make("option", value, at(f)).value = value;
    at(f).value = kept;
  }
}

function bar(parent, row, most) {
  if (typeof row.value !== "number") return;
  const box = make("div", null, parent, "bar");
  const share = v => most > 0 ? Math.max(0, Math.min(100, 100 * v / most)) : 0;
  make("i", null, box).style.width = share(row.value) + "%";
  if (typeof row.low === "number" && typeof row.high === "number") {
    const line = make("b", null, box);
    line.style.left = share(row.low) + "%";
    line.style.width = share(row.high) - share(row.low) + "%";
  }
}

function heading(head, title, by) {
  const cell = make("th", by ? null : title, head);
  cell.scope = "col";
  if (!by) return;
  const button = make("button", title, cell);
  button.type = "button";
  const sort = at("sort").value;
  if (sort === by || sort === "-" + by) cell.setAttribute("aria-sort", sort === by ? "ascending" : "descending");
  button.addEventListener("click", () => {
    at("sort").value = sort === by ? "-" + by : by;
    draw();
    [...document.querySelectorAll("th button")].find(b => b.textContent === title)?.focus();
  });
}

function scales(list) {
  const most = new Map();
  for (const r of list) most.set(r.metric, Math.max(most.get(r.metric) ?? 0, r.high ?? r.value ?? 0));
  return most;
}

function link(parent, run, text) {
  const anchor = make("a", text, parent);
  anchor.href = encodeURI(run.link);
  anchor.title = run.date + ", " + run.commit;
}

function drawRows(list) {
  const most = scales(list);
  const table = make("table", null, at("results"), "rows");
  const head = make("tr", null, make("thead", null, table));
  for (const [title, by] of sorts) heading(head, title, by);
  const body = make("tbody", null, table);
  for (const r of list.slice(0, shown)) {
    const line = make("tr", null, body);
    const cell = (name, text, style) => {
      const td = make("td", text, line, style);
      if (name) td.dataset.name = name;
      return td;
    };
    cell("machine", r.machine, "machine");
    const run = cell("run", null, "run");
    link(run, r.source, r.name);
    const note = make("span", r.source.date + (r.source.cautions ? ", see its warnings" : ""), run, "caution");
    if (r.source.cautions) note.title = r.source.cautions;
    cell("metric", r.metric);
    cell("era", r.era);
    cell("mode", r.mode ?? "");
    cell("design", r.design);
    cell("workload", r.workload, "workload");
    bar(cell("value", r.text, typeof r.value === "number" ? "value" : "value missing"), r, most.get(r.metric));
  }
}

// A row per workload, a column per machine; of several runs of one machine the newest.
function drawBeside(list) {
  const machines = [...new Set(list.map(r => r.machine))].sort(compare);
  const most = scales(list);
  const lines = new Map();
  for (const r of list) {
    const key = JSON.stringify([r.name, r.metric, r.era, r.mode ?? "", r.design, r.workload]);
    if (!lines.has(key)) lines.set(key, { first: r, by: new Map() });
    const cells = lines.get(key).by;
    if (!cells.has(r.machine) || cells.get(r.machine).source.date < r.source.date) cells.set(r.machine, r);
  }
  const table = make("table", null, at("results"), "beside");
  const head = make("tr", null, make("thead", null, table));
  for (const title of ["run", "metric", "era", "mode", "design or system", "workload", ...machines]) heading(head, title, null);
  const body = make("tbody", null, table);
  for (const { first, by } of [...lines.values()].slice(0, shown)) {
    const line = make("tr", null, body);
    for (const text of [first.name, first.metric, first.era, first.mode ?? "", first.design]) make("td", text, line);
    make("td", first.workload, line, "workload");
    for (const machine of machines) {
      const cell = make("td", null, line, "value");
      const r = by.get(machine);
      if (!r) {
        cell.textContent = "-";
        continue;
      }
      link(cell, r.source, r.text);
      bar(cell, r, most.get(r.metric));
    }
  }
  return lines.size;
}

function draw() {
  offer();
  const list = chosen(null);
  const sort = at("sort").value;
  if (sort) {
    const by = sort.replace("-", "");
    const none = r => r[by] === undefined || r[by] === null;
    list.sort((a, b) => none(a) || none(b) ? none(a) - none(b) : (sort === by ? 1 : -1) * compare(a[by], b[by]));
  }
  at("results").replaceChildren();
  let total = list.length;
  if (at("beside").checked) total = drawBeside(list); else drawRows(list);
  at("count").textContent = `${total} of ${rows.length} figures of ${data.runs.length} runs` + (total > shown ? `, the first ${shown} shown` : "");
  at("more").hidden = total <= shown;
  const state = new URLSearchParams();
  for (const f of [...filters, "search", "sort"]) if (at(f).value !== "") state.set(f, at(f).value);
  if (at("beside").checked) state.set("beside", "1");
  history.replaceState(null, "", state.size ? "#" + state : location.pathname + location.search);
}

// The address keeps what is chosen; without one the page starts with what most readers come for.
function restore() {
  const state = new URLSearchParams(location.hash.slice(1) || "metric=insert_failed&sort=-value");
  make("option", "as published", at("sort")).value = "";
  for (const [title, by] of sorts) {
    make("option", title, at("sort")).value = by;
    make("option", title + ", descending", at("sort")).value = "-" + by;
  }
  for (const f of filters) {
    make("option", state.get(f) ?? "", at(f)).value = state.get(f) ?? "";
    at(f).value = state.get(f) ?? "";
  }
  at("search").value = state.get("search") ?? "";
  at("sort").value = sorts.some(([, by]) => by === (state.get("sort") ?? "").replace("-", "")) ? state.get("sort") : "";
  at("beside").checked = state.get("beside") === "1";
}

function listRuns() {
  const table = make("table", null, at("runs"));
  const head = make("tr", null, make("thead", null, table));
  for (const title of ["machine", "run", "measured", "code", "warnings"]) heading(head, title, null);
  const body = make("tbody", null, table);
  for (const run of data.runs) {
    const line = make("tr", null, body);
    make("td", run.machine, line);
    link(make("td", null, line), run, run.name);
    for (const text of [run.date, run.commit, run.cautions]) make("td", text, line);
  }
}

const redraw = () => { shown = step; draw(); };
at("search").addEventListener("input", redraw);
at("filters").addEventListener("change", redraw);
at("filters").addEventListener("submit", event => event.preventDefault());
at("filters").addEventListener("reset", () => setTimeout(() => {
  for (const f of [...filters, "sort"]) at(f).value = "";
  redraw();
}));
at("more").addEventListener("click", () => { shown += step; draw(); });
restore();
listRuns();
draw();
