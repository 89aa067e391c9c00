"use strict";
// Text reaches the page through textContent only; nothing of an article is ever read as markup.
(() => {
const DOC = ["doc_id", "status", "reason", "title", "author", "published", "publisher", "source_url", "words",
  "edits", "suspects", "spin_score", "pack", "mentions", "relations"];
const overview = JSON.parse(document.getElementById("overview").textContent);
const documents = overview.documents.map((row, place) =>
  Object.assign(Object.fromEntries(DOC.map((name, i) => [name, row[i]])), { place }));
const entities = overview.entities.map(([id, name, type, mentions, docs, aliases, reference], place) =>
  ({ id, name, type, mentions, documents: docs, aliases, reference, place }));
const rules = overview.rules.map(([name, made, proposed], place) => ({ name, made, proposed, place }));
const main = document.getElementById("main"), info = document.getElementById("info");
const number = n => n.toLocaleString("en");
const loaded = new Map();

function load(place) {
  if (loaded.has(place)) return loaded.get(place);
  const holder = document.getElementById("d" + place);
  if (!holder) return null;
  const raw = JSON.parse(holder.textContent), text = codePoints(raw.text);
  const data = {
    text,
    blocks: raw.blocks.map(([start, end, kind, level, row]) => ({ start, end, kind, level, row })),
    edits: raw.edits.map(([start, end, made, other, kind, rule, score, alternatives], place) =>
      ({ start, end, made: !!made, other, kind, rule: rule.map(r => rules[r].name).join(" | "), score, alternatives, place })),
    mentions: raw.mentions.map(([start, end, entity, method]) => ({ start, end, entity: entities[entity], method })),
    relations: raw.relations.map(([subject, subjectAt, predicate, preposition, object, objectAt, relation, negated,
      modality, tense, attribution, confidence, start, end, ruleList], row) => ({ subject, subjectAt, predicate,
      preposition, object, objectAt, relation, negated: !!negated, modality, tense, attribution, confidence, start,
      end, rules: ruleList.map(r => rules[r].name).join(" | "), row, document: documents[place] })),
  };
  loaded.set(place, data);
  return data;
}
// Offsets are code points; JavaScript counts UTF-16 units. They differ only where a text holds surrogate pairs.
function codePoints(text) {
  const wide = /[\ud800-\udbff][\udc00-\udfff]/.test(text) ? Array.from(text) : null;
  return { whole: text, length: wide ? wide.length : text.length,
    slice: (a, b) => wide ? wide.slice(a, b).join("") : text.slice(a, b) };
}

// ---------------------------------------------------------------- building blocks
function make(tag, about, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(about || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "class") node.className = value;
    else if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.filter(child => child !== null && child !== undefined));
  return node;
}
const link = (href, text) => make("a", { href }, text);
function card(count, name) { return make("div", { class: "card" }, make("b", null, count), make("span", null, name)); }
function bars(rows, label) {
  const most = Math.max(1, ...rows.map(row => row[1]));
  return make("dl", { class: "bars", "aria-label": label }, ...rows.flatMap(([name, count]) => {
    const bar = make("i"); bar.style.width = 100 * count / most + "%";
    return [make("dt", null, name), make("dd", { "aria-hidden": "true" }, bar), make("dd", null, number(count))];
  }));
}
// A table that sorts by its columns and draws rows as they are asked for.
function table(caption, columns, rows, step = 200) {
  const body = make("tbody"), more = make("button", { type: "button", class: "more" });
  let sorted = rows, shown = 0, order = null, down = false;
  const heads = columns.map((column, i) => make("th", { scope: "col", class: column.number ? "n" : null },
    make("button", { type: "button", onclick: () => {
      down = order === i ? !down : !!column.number; order = i;
      sorted = rows.slice().sort((a, b) => {
        const x = column.key(a), y = column.key(b);
        const by = typeof x === "number" ? x - y : String(x).localeCompare(String(y), "en");
        return down ? -by : by;
      });
      heads.forEach((head, j) => j === i ? head.setAttribute("aria-sort", down ? "descending" : "ascending")
        : head.removeAttribute("aria-sort"));
      body.replaceChildren(); shown = 0; draw();
    } }, column.name)));
  function draw() {
    for (const row of sorted.slice(shown, shown + step))
      body.append(make("tr", null, ...columns.map(column => {
        const value = column.show ? column.show(row) : column.key(row);
        return make("td", { class: column.number ? "n" : null }, column.number && !column.show ? number(value) : value);
      })));
    shown = Math.min(sorted.length, shown + step);
    more.textContent = `Show more (${number(sorted.length - shown)} left)`;
    more.hidden = shown >= sorted.length;
  }
  more.addEventListener("click", draw); draw();
  return make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    make("table", null, make("caption", { class: "hidden" }, caption), make("thead", null, make("tr", null, ...heads)), body), more);
}
const docLink = d => link("#doc/" + d.place, d.title ? `${d.title} (${d.doc_id})` : d.doc_id);
const entityLink = e => link("#entity/" + e.place, e.name);

// ---------------------------------------------------------------- views
function showOverview() {
  const sum = name => documents.reduce((total, d) => total + d[name], 0);
  const byStatus = ["done", "clean", "refused", "failed"].map(s => [s, documents.filter(d => d.status === s).length]);
  const scores = Array.from({ length: 10 }, (_, i) => [`${(i / 10).toFixed(1)} to ${((i + 1) / 10).toFixed(1)}`, 0]);
  for (const d of documents) if (["done", "clean"].includes(d.status)) scores[Math.min(9, Math.floor(d.spin_score * 10))][1]++;
  const top = rules.filter(r => r.made).sort((a, b) => b.made - a.made).slice(0, 15).map(r => [r.name, r.made]);
  const types = new Map();
  for (const e of entities) types.set(e.type, (types.get(e.type) || 0) + 1);
  const model = overview.run.model ? `${overview.run.model.name} ${overview.run.model.version}` : "";
  main.replaceChildren(
    make("h2", null, "Overview"),
    make("div", { class: "cards" }, card(number(documents.length), "documents"), card(number(sum("words")), "words"),
      card(number(sum("edits")), "edits"), card(number(sum("suspects")), "suspects"),
      card(number(entities.length), "entities"), card(number(sum("mentions")), "mentions"), card(number(sum("relations")), "relations")),
    make("div", { class: "charts" },
      make("section", null, make("h3", null, "Documents by status"), bars(byStatus, "Documents by status")),
      make("section", null, make("h3", null, "Spin score"), bars(scores, "Documents by spin score")),
      make("section", null, make("h3", null, "Most frequent rules"), bars(top, "Edits by rule")),
      make("section", null, make("h3", null, "Entities by type"), bars([...types].sort((a, b) => b[1] - a[1]), "Entities by type"))),
    make("h3", null, "Documents"),
    table("Documents", [
      { name: "Document", key: d => d.title || d.doc_id, show: docLink }, { name: "Status", key: d => d.status },
      { name: "Published", key: d => d.published }, { name: "Author", key: d => d.author },
      { name: "Words", key: d => d.words, number: true }, { name: "Edits", key: d => d.edits, number: true },
      { name: "Suspects", key: d => d.suspects, number: true },
      { name: "Spin", key: d => d.spin_score, number: true, show: d => d.spin_score.toFixed(2) },
      { name: "Pack", key: d => d.pack }, { name: "Relations", key: d => d.relations, number: true },
      { name: "Reason", key: d => d.reason }], documents),
    make("p", { class: "about" }, [overview.run.unspin && "Unspin " + overview.run.unspin, model].filter(Boolean).join(" · ")));
}

const KINDS = [["phrase", "word, phrase"], ["case", "case, spelling, agreement"], ["spacing", "encoding, spacing, markup"],
  ["suspect", "suspect: proposed only"], ["old", "what the spinner wrote"]];
let merged = false, marked = true;
function showDocument(place, at) {
  const d = documents[place];
  if (!d) return showOverview();
  const data = load(place), facts = [["Author", d.author], ["Published", d.published], ["Publisher", d.publisher],
    ["Status", d.status], ["Spin score", d.status === "done" ? d.spin_score.toFixed(2) : ""],
    ["Pack", d.pack], ["Reason", d.reason]].filter(fact => fact[1]).map(fact => fact.join(": ")).join(" · ");
  const source = /^https?:\/\//.test(d.source_url)
    ? [" · Source: ", make("a", { href: d.source_url, rel: "noopener noreferrer" }, d.source_url)] : [];
  const around = make("p", { class: "tools" },
    place ? link("#doc/" + (place - 1), "← Previous") : null,
    place + 1 < documents.length ? link("#doc/" + (place + 1), "Next →") : null);
  const head = [make("h2", null, d.title || d.doc_id), make("p", { class: "about" }, d.doc_id + (facts ? " · " + facts : ""), ...source), around];
  if (!data) { main.replaceChildren(...head); return; }
  const pairs = drawPairs(data);
  const toggle = (name, on, act) => make("button", { type: "button", "aria-pressed": String(on), onclick: event => {
    const now = event.currentTarget.getAttribute("aria-pressed") !== "true";
    event.currentTarget.setAttribute("aria-pressed", String(now)); act(now);
  } }, name);
  const dress = () => { pairs.classList.toggle("merged", merged); pairs.classList.toggle("no-entities", !marked); };
  dress();
  const used = new Map();
  for (const m of data.mentions) used.set(m.entity, (used.get(m.entity) || 0) + 1);
  main.replaceChildren(...head,
    make("div", { class: "tools" },
      toggle("Merged", merged, on => { merged = on; showDocument(place); }),
      toggle("Entities", marked, on => { marked = on; dress(); }),
      make("span", { class: "about" }, `${number(d.edits)} edits, ${number(d.suspects)} suspects; keys: n next, p previous change, m merged`)),
    make("div", { class: "legend" }, ...KINDS.map(([kind, name]) => make("span", null, make("mark", { class: kind }, "abc"), " " + name)),
      ...[["PERSON", "person"], ["ORG", "organisation, group"], ["GPE", "place"], ["other", "other"]].map(([type, name]) =>
        make("span", null, make("span", { class: "entity " + type }, "abc"), " " + name))),
    pairs,
    make("h3", null, "Relations"), relationTable(data.relations),
    make("h3", null, "Entities"),
    table("Entities of this document", [{ name: "Entity", key: e => e[0].name, show: e => entityLink(e[0]) },
      { name: "Type", key: e => e[0].type }, { name: "Mentions here", key: e => e[1], number: true },
      { name: "Reference", key: e => e[0].reference }], [...used]),
    make("h3", null, "Changes"), editTable(data.edits.map(e => ({ ...e, data, document: d }))));
  if (at !== undefined) showPlace(data, at);
}
function relationTable(relations, withDocument) {
  const side = (text, place) => place >= 0 ? entityLink(entities[place]) : text;
  const columns = [{ name: "Subject", key: r => r.subject, show: r => side(r.subject, r.subjectAt) },
    { name: "Predicate", key: r => r.predicate, show: r => link(`#doc/${r.document.place}/${r.start}-${r.end}`,
      (r.negated ? "not: " : "") + r.predicate + (r.preposition ? ` (${r.preposition})` : "")) },
    { name: "Object", key: r => r.object, show: r => side(r.object, r.objectAt) }, { name: "Type", key: r => r.relation },
    { name: "Modality", key: r => r.modality }, { name: "Tense", key: r => r.tense }, { name: "Said by", key: r => r.attribution },
    { name: "Confidence", key: r => r.confidence, number: true, show: r => r.confidence.toFixed(2) },
    { name: "Rules inside", key: r => r.rules }];
  if (withDocument) columns.push({ name: "Document", key: r => r.document.doc_id, show: r => docLink(r.document) });
  return table("Relations", columns, relations);
}
function editTable(edits, withDocument) {
  const now = e => e.data.text.slice(e.start, e.end);
  const columns = [
    { name: "Was", key: e => e.made ? e.other : now(e), show: e => link(`#doc/${e.document.place}/${e.start}-${e.end}`, (e.made ? e.other : now(e)) || "(nothing)") },
    { name: "Plain", key: e => e.made ? now(e) : e.other }, { name: "Outcome", key: e => e.made ? "changed" : "suspect" },
    { name: "Kind", key: e => e.kind }, { name: "Score", key: e => e.score, number: true, show: e => e.score.toFixed(2) },
    { name: "Rule", key: e => e.rule }, { name: "Alternatives", key: e => e.alternatives }];
  if (withDocument) columns.push({ name: "Document", key: e => e.document.doc_id, show: e => docLink(e.document) });
  return table("Changes", columns, edits);
}

// Both texts side by side, cut where a block begins and no change runs on.
function drawPairs(data) {
  const starts = [];
  let row = null;
  for (const block of data.blocks) {
    const sameRow = block.kind === "cell" && row && row.kind === "cell" && row.row === block.row;
    if (!sameRow && !data.edits.some(e => e.start < block.start && e.end > block.start)) starts.push(block);
    row = block;
  }
  const box = make("div", { class: "pairs" });
  starts.forEach((block, i) => {
    const from = i ? block.start : 0, to = i + 1 < starts.length ? starts[i + 1].start : data.text.length;
    box.append(merged ? make("div", { class: "pair" }, side(data, from, to, "both", block.kind))
      : make("div", { class: "pair" }, side(data, from, to, "old", block.kind), side(data, from, to, "new", block.kind)));
  });
  if (!starts.length) box.append(make("div", { class: "pair" }, side(data, 0, data.text.length, "new", "paragraph")));
  return box;
}
function side(data, from, to, which, kind) {
  const box = make("div", { class: kind, "data-side": which }), last = to === data.text.length;
  const edits = data.edits.filter(e => e.start >= from && (e.start < to || last) && e.end <= to);
  let at = from;
  for (const e of edits) {
    if (e.start < at) continue;  // a suspect within a change
    plain(box, data, at, e.start, which);
    const now = data.text.slice(e.start, e.end);
    if (!e.made) box.append(mark(e, data, now, "suspect"));
    else {
      if (which !== "new") box.append(mark(e, data, e.other, "old " + e.kind));
      if (which !== "old") {
        const node = mark(e, data, now, e.kind);
        if (now) { node.textContent = ""; plain(node, data, e.start, e.end, which); }
        box.append(node);
      }
    }
    at = e.end;
  }
  plain(box, data, at, to, which);
  return box;
}
function mark(e, data, text, kind) {
  return make("mark", { class: kind + (text ? "" : " gone"), tabindex: "0", "data-edit": e.place,
    "aria-label": e.made ? `${e.other || "nothing"}, changed to ${data.text.slice(e.start, e.end) || "nothing"}` : `${text}, suspect: perhaps ${e.other}`,
    role: "button", onmouseenter: () => tell(e, data), onfocus: () => tell(e, data), onmouseleave: hush, onblur: hush }, text || "·");
}
function plain(box, data, from, to, which) {
  if (from >= to) return;
  if (which === "old") { box.append(make("span", { "data-from": from, "data-to": to }, data.text.slice(from, to))); return; }
  let at = from;
  for (const m of data.mentions) {
    if (m.end <= at || m.start >= to) continue;
    const start = Math.max(at, m.start), end = Math.min(to, m.end);
    if (start > at) box.append(make("span", { "data-from": at, "data-to": start }, data.text.slice(at, start)));
    box.append(make("span", { class: "entity " + m.entity.type, "data-from": start, "data-to": end, title: `${m.entity.name} (${m.entity.type})`,
      onclick: () => { location.hash = "entity/" + m.entity.place; } }, data.text.slice(start, end)));
    at = end;
  }
  if (at < to) box.append(make("span", { "data-from": at, "data-to": to }, data.text.slice(at, to)));
}
function tell(e, data) {
  const now = data.text.slice(e.start, e.end);
  const rows = [["Was", e.made ? e.other : now], [e.made ? "Plain" : "Perhaps", e.made ? now : e.other], ["Outcome", e.made ? "changed" : "suspect"],
    ["Kind", e.kind], ["Rule", e.rule], ["Score", e.score.toFixed(2)], ["Alternatives", e.alternatives]];
  info.replaceChildren(make("dl", null, ...rows.filter(r => r[1] !== "").flatMap(([k, v]) => [make("dt", null, k), make("dd", null, v)])));
  info.hidden = false;
}
function hush() { info.hidden = true; }
function showPlace(data, [from, to]) {
  const nodes = [...main.querySelectorAll(".pairs [data-from]")].filter(n => +n.dataset.from < to && +n.dataset.to > from);
  const spots = nodes.map(node => {
    const whole = Array.from(node.textContent), start = +node.dataset.from;
    const low = Math.max(from - start, 0), high = Math.min(to - start, whole.length);
    const spot = make("span", { class: "spot" }, whole.slice(low, high).join(""));
    node.replaceChildren(whole.slice(0, low).join(""), spot, whole.slice(high).join(""));
    return spot;
  });
  const edits = data.edits.filter(e => e.start < to && e.end > from || e.start === from && e.end === to);
  for (const e of edits) main.querySelectorAll(`[data-edit="${e.place}"]`).forEach(node => node.classList.add("here"));
  const first = spots[0] || main.querySelector(".here");
  if (first) first.scrollIntoView({ block: "center" });
}

function all(what) {
  return documents.flatMap(d => { const data = load(d.place); return data ? what(data, d) : []; });
}
function showEntities() {
  main.replaceChildren(make("h2", null, "Entities"), filtered("Filter entities", entities,
    e => `${e.name} ${e.type} ${e.aliases} ${e.reference}`, rows => table("Entities", [
      { name: "Name", key: e => e.name, show: entityLink }, { name: "Type", key: e => e.type },
      { name: "Mentions", key: e => e.mentions, number: true }, { name: "Documents", key: e => e.documents, number: true },
      { name: "Aliases", key: e => e.aliases }, { name: "Reference", key: e => e.reference }], rows)));
}
function showEntity(place) {
  const entity = entities[place];
  if (!entity) return showEntities();
  const mentions = all((data, d) => data.mentions.filter(m => m.entity === entity).map(m => ({ ...m, document: d, data })));
  const relations = all(data => data.relations.filter(r => r.subjectAt === place || r.objectAt === place));
  main.replaceChildren(make("h2", null, entity.name),
    make("p", { class: "about" }, [entity.type, entity.id, entity.reference, entity.aliases && "also " + entity.aliases].filter(Boolean).join(" · ")),
    make("h3", null, "Relations"), relationTable(relations, true),
    make("h3", null, "Mentions"), table("Mentions", [
      { name: "In the text", key: m => m.start, show: m => link(`#doc/${m.document.place}/${m.start}-${m.end}`,
        "…" + m.data.text.slice(Math.max(0, m.start - 40), Math.min(m.data.text.length, m.end + 40)) + "…") },
      { name: "Found by", key: m => m.method }, { name: "Document", key: m => m.document.doc_id, show: m => docLink(m.document) }], mentions));
}
function showRelations() {
  main.replaceChildren(make("h2", null, "Relations"), filtered("Filter relations", all(data => data.relations),
    r => `${r.subject} ${r.predicate} ${r.preposition} ${r.object} ${r.relation} ${r.attribution}`, rows => relationTable(rows, true)));
}
function showSuspects() {
  const rows = all((data, d) => data.edits.filter(e => !e.made).map(e => ({ ...e, data, document: d })));
  main.replaceChildren(make("h2", null, "Suspects"), make("p", null, "Changes that were proposed and not made: a person should look."),
    filtered("Filter suspects", rows, e => `${e.data.text.slice(e.start, e.end)} ${e.other} ${e.rule}`, found => editTable(found, true)));
}
function filtered(label, rows, words, draw) {
  const box = make("div"), count = make("span", { class: "about", role: "status" });
  const act = () => {
    const wanted = input.value.toLowerCase();
    const found = wanted ? rows.filter(row => words(row).toLowerCase().includes(wanted)) : rows;
    count.textContent = `${number(found.length)} of ${number(rows.length)}`;
    box.replaceChildren(draw(found));
  };
  const input = make("input", { type: "search", "aria-label": label, placeholder: label, oninput: act });
  act();
  return make("div", null, make("div", { class: "tools" }, input, count), box);
}
function showSearch(query) {
  const wanted = query.toLowerCase(), hits = [];
  let total = 0;
  if (wanted) for (const d of documents) {
    const data = load(d.place);
    if (!data) continue;
    const text = data.text.whole.toLowerCase();
    for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) {
      total++;
      if (hits.length < 200) {
        const start = Array.from(data.text.whole.slice(0, at)).length;
        hits.push([d, data, start, start + Array.from(query).length]);
      }
    }
  }
  const named = wanted ? entities.filter(e => `${e.name} ${e.aliases}`.toLowerCase().includes(wanted)).slice(0, 30) : [];
  main.replaceChildren(make("h2", null, `Search: ${query}`),
    make("p", { class: "about", role: "status" }, `${number(total)} places${total > hits.length ? `, the first ${hits.length} shown` : ""}`),
    ...(named.length ? [make("h3", null, "Entities"), make("p", null, ...named.flatMap(e => [entityLink(e), "  "]))] : []),
    make("h3", null, "In the restored texts"),
    ...hits.map(([d, data, start, end]) => make("div", { class: "hit" }, docLink(d), ": … ",
      data.text.slice(Math.max(0, start - 60), start), link(`#doc/${d.place}/${start}-${end}`, data.text.slice(start, end)),
      data.text.slice(end, Math.min(data.text.length, end + 60)), " …")));
}

// ---------------------------------------------------------------- moving about
const VIEWS = [["overview", "Overview", showOverview], ["suspects", "Suspects", showSuspects],
  ["entities", "Entities", showEntities], ["relations", "Relations", showRelations]];
const views = document.getElementById("views");
for (const [name, title] of VIEWS) views.append(make("a", { href: "#" + name, "data-view": name }, title));
function route() {
  const [name, place, span] = location.hash.slice(1).split("/");
  hush();
  if (name === "main") return;
  if (name === "doc") showDocument(+place, span ? span.split("-").map(Number) : undefined);
  else if (name === "entity") showEntity(+place);
  else if (name === "search") showSearch(decodeURIComponent(place || ""));
  else (VIEWS.find(view => view[0] === name) || VIEWS[0])[2]();
  const current = { doc: "overview", entity: "entities" }[name] || name || "overview";
  for (const a of views.children) current === a.dataset.view ? a.setAttribute("aria-current", "page") : a.removeAttribute("aria-current");
  if (!span) scrollTo(0, 0);
}
addEventListener("hashchange", route);
const query = document.getElementById("query");
document.getElementById("find").addEventListener("submit", event => {
  event.preventDefault(); location.hash = "search/" + encodeURIComponent(query.value.trim());
});
const theme = document.getElementById("theme"), root = document.documentElement;
function dress(name) {
  root.dataset.theme = name; theme.textContent = name === "dark" ? "Light" : "Dark";
  try { localStorage.setItem("unspin-theme", name); } catch { /* a page from disk may have no storage */ }
}
let kept = null;
try { kept = localStorage.getItem("unspin-theme"); } catch { /* as above */ }
dress(kept || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"));
theme.addEventListener("click", () => dress(root.dataset.theme === "dark" ? "light" : "dark"));
addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
  if (event.key === "/") { event.preventDefault(); query.focus(); }
  else if (event.key === "Escape") hush();
  else if (event.key === "n" || event.key === "p") {
    const marks = [...main.querySelectorAll(".pairs [data-side]:not([data-side=old]) mark[data-edit]")];
    if (!marks.length) return;
    const at = marks.findIndex(m => m.dataset.edit === document.activeElement?.dataset?.edit);
    const next = marks[(at + (event.key === "n" ? 1 : at < 0 ? 0 : -1) + marks.length) % marks.length];
    next.focus(); next.scrollIntoView({ block: "center" });
  } else if (event.key === "m") { [...main.querySelectorAll(".tools button")].find(b => b.textContent === "Merged")?.click(); }
});
route();
})();
