"use strict";
(() => {
  const rows = JSON.parse(document.getElementById("data").textContent);
  const link = document.body.dataset.link;
  const PAGE = 100;
  const find = (id) => document.getElementById(id);
  const body = find("rows").tBodies[0];

  // What a row is searched by, once for all.
  const texts = rows.map((row) =>
    [row.in, row.table + "." + row.column, row.category, row.role, row.by, ...(row.purposes || [])].join(" ").toLowerCase());

  const filters = [
    ["by-classified", (row) => [row.classified]],
    ["by-sensitivity", (row) => [row.sensitivity || "(none)"]],
    ["by-residency", (row) => [row.residency || "(none)"]],
    ["by-held", (row) => [row.held || "(none)"]],
    ["by-purpose", (row) => row.purposes || ["(none)"]],
  ].map(([id, values]) => ({ select: find(id), values }));
  for (const { select, values } of filters) {
    const found = new Map();
    for (const row of rows) for (const value of values(row)) found.set(value, (found.get(value) || 0) + 1);
    for (const value of [...found.keys()].sort()) {
      const option = document.createElement("option");
      option.value = value;
      option.textContent = `${value} (${found.get(value)})`;
      select.append(option);
    }
  }

  const element = (name, text, kind) => {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (kind) made.className = kind;
    return made;
  };
  const place = (at, text) => {
    const made = element("a", text === undefined ? at : text, "place");
    const cut = at.lastIndexOf(":");
    const file = at.slice(0, cut).replace(/[ #?%"<>]/g, (c) => "%" + c.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0"));
    made.href = `${link}${file}#L${at.slice(cut + 1)}`;
    return made;
  };
  const cell = (line, label, ...content) => {
    const made = element("td");
    made.dataset.label = label;
    const inside = element("div");
    inside.append(...content);
    made.append(inside);
    if (!inside.textContent) made.className = "empty";
    line.append(made);
  };
  const tag = (word, kind) => (word ? element("span", word, "tag " + (kind || word)) : "");

  const shown = (row) => {
    const line = element("tr");
    const name = place(row.declared || row.born, "");
    name.className = "name";
    for (const part of `${row.table}.${row.column}`.split(/(?<=[._])/)) name.append(part, element("wbr"));
    cell(line, "Column", name, element("div", row.in, "of"));
    const what = row.classified === "no"
      ? element("span", "not classified", "tag no")
      : row.category ? element("span", row.category) : tag(row.role, "role");
    cell(line, "What it is", what);
    cell(line, "Sensitivity", tag(row.sensitivity));
    cell(line, "Residency", row.residency || "");
    cell(line, "Purposes", (row.purposes || []).join(", "));
    cell(line, "Held", tag(row.held));
    if (row.seems) line.cells[1].firstChild.append(element("div", row.seems.split(":")[0], "of"));
    const details = element("details");
    details.append(element("summary", "details"));
    const list = element("dl");
    const say = (name, value) => {
      if (!value || !value.length) return;
      const answer = element("dd");
      answer.append(value);
      list.append(element("dt", name), answer);
    };
    say("type", row.type);
    say("shows", row.classified === "through" ? "another column, unchanged" : "");
    say("key", row.key);
    say("release", (row.release || []).join(", "));
    say("sinks", (row.sinks || []).join(", "));
    say("derived", (row.derived || []).join(", "));
    say("seems", row.seems);
    say("struct", row.by);
    for (const [name, at] of [["declared", row.declared], ["born", row.born]]) {
      if (!at) continue;
      const answer = element("dd");
      answer.append(place(at));
      list.append(element("dt", name), answer);
    }
    details.append(list);
    details.open = printing;
    cell(line, "More", details);
    return line;
  };

  let matching = rows.map((_, at) => at);
  let first = 0;
  let printing = false;
  const paint = () => {
    const last = printing ? matching.length : Math.min(first + PAGE, matching.length);
    const all = document.createDocumentFragment();
    for (let at = printing ? 0 : first; at < last; at += 1) all.append(shown(rows[matching[at]]));
    body.replaceChildren(all);
    find("count").textContent = `${matching.length} of ${rows.length} shown`;
    find("page").textContent = matching.length ? `rows ${first + 1} to ${last}` : "no row matches";
    find("earlier").disabled = first === 0;
    find("later").disabled = last >= matching.length;
  };
  const filter = () => {
    const words = find("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = filters.filter(({ select }) => select.value);
    matching = [];
    rows.forEach((row, at) => {
      if (words.every((word) => texts[at].includes(word)) && chosen.every(({ select, values }) => values(row).includes(select.value))) {
        matching.push(at);
      }
    });
    first = 0;
    paint();
  };
  const turn = (by) => {
    first = Math.max(0, first + by);
    paint();
    find("rows").scrollIntoView({ block: "start" });
  };
  find("search").addEventListener("input", filter);
  for (const { select } of filters) select.addEventListener("change", filter);
  find("filters").addEventListener("submit", (event) => event.preventDefault());
  find("filters").addEventListener("reset", () => setTimeout(filter));
  find("earlier").addEventListener("click", () => turn(-PAGE));
  find("later").addEventListener("click", () => turn(PAGE));
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) {
      event.preventDefault();
      find("search").focus();
    }
  });
  // Paper has no pages to turn: all that matches is printed, with its details.
  window.addEventListener("beforeprint", () => { printing = true; paint(); });
  window.addEventListener("afterprint", () => { printing = false; paint(); });
  paint();
  document.documentElement.dataset.ready = "yes";
})();
