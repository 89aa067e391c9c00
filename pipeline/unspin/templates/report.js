"use strict";
// Text reaches the page through textContent only; nothing of an article is ever read as markup.
(() => {
const DOC = ["doc_id", "status", "reason", "title", "author", "published", "publisher", "source_url", "words",
  "edits", "suspects", "spin_score", "pack", "mentions", "relations", "sha256"];
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
  let shift = 0;  // how much longer the restored text is than the source, so far
  const data = {
    text, document: documents[place],
    blocks: raw.blocks.map(([start, end, kind, level, row]) => ({ start, end, kind, level, row })),
    edits: raw.edits.map(([start, end, made, other, kind, rule, score, alternatives], place) =>
{
      const from = start - shift, upto = from + (made ? codePoints(other).length : end - start);
      if (made) shift += end - start - (upto - from);
      return { start, end, from, upto, made: !!made, other, kind, rule: rule.map(r => rules[r].name).join(" | "), score, alternatives, place };
    }),
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
const link = (href, text) => make("a", { href }, short(text, 400));
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
        return make("td", { class: column.number ? "n" : null }, column.number && !column.show ? number(value) : typeof value === "string" ? short(value, 400) : value);
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

// ---------------------------------------------------------------- decisions
// Kept by the content of the document: they hold in any later report of the same text.
const DECISION = ["doc_id", "sha256", "start", "end", "original", "replacement", "rule", "decision", "scope", "before", "after"];
const decided = new Map();  // sha256 of a document: place: row of the exported file
let keeps = true;
const keyOf = sha256 => "unspin-decisions " + sha256;
try {
  for (const d of documents) {
    const kept = d.sha256 && localStorage.getItem(keyOf(d.sha256));
    if (kept) decided.set(d.sha256, new Map(JSON.parse(kept)));
  }
  localStorage.setItem("unspin-keeps", "yes");
} catch { keeps = false; }
const was = (e, data) => e.made ? e.other : data.text.slice(e.start, e.end);
const plainOf = (e, data) => e.made ? data.text.slice(e.start, e.end) : e.other;
const placeOf = (e, data) => `${e.from}-${e.upto} ${plainOf(e, data)}`;
const decisionOf = (e, data) => decided.get(data.document.sha256)?.get(placeOf(e, data))?.[7] || "";
const decisionRows = () => {
  const seen = new Set();  // two documents may have one content
  return documents.filter(d => !seen.has(d.sha256) && seen.add(d.sha256)).flatMap(d =>
    [...(decided.get(d.sha256) || new Map()).values()].sort((a, b) => a[2] - b[2] || a[3] - b[3]));
};
const scopeOf = (e, data) => decided.get(data.document.sha256)?.get(placeOf(e, data))?.[8] || "place";
function decide(e, data, word, scope = scopeOf(e, data)) {
  const d = data.document, mine = decided.get(d.sha256) || new Map(), place = placeOf(e, data);
  if (decisionOf(e, data) === word && scopeOf(e, data) === scope) mine.delete(place);
  else mine.set(place, [d.doc_id, d.sha256, e.from, e.upto, was(e, data), plainOf(e, data), e.rule, word, scope, ...around(e, data)]);
  keep(d.sha256, mine);
}
// The text of the block on both sides of a change, with all that was decided there: a pack takes an example from it.
function around(e, data) {
  const block = data.blocks.find(b => b.start <= e.start && e.end <= b.end) || { start: e.start, end: e.end };
  const read = (from, to) => {
    let said = "", at = from;
    for (const other of data.edits) {
      const word = decisionOf(other, data), turned = other.made ? word === "reject" : word === "accept";
      if (!turned || other.place === e.place || other.start < at || other.end > to) continue;
      said += data.text.slice(at, other.start) + other.other;
      at = other.end;
    }
    return said + data.text.slice(at, to);
  };
  return [read(Math.max(block.start, e.start - 600), e.start), read(e.end, Math.min(block.end, e.end + 600))];
}
function keep(sha256, mine) {
  decided.set(sha256, mine);
  try {
    if (mine.size) localStorage.setItem(keyOf(sha256), JSON.stringify([...mine]));
    else localStorage.removeItem(keyOf(sha256));
  } catch { keeps = false; }
  showDecided();
}
// Two buttons that say what was decided; pressed again, a decision is taken back. A third one proposes it for a pack.
function choice(e, data) {
  const box = make("span", { class: "choice", "data-choice": "" });
  const said = `${was(e, data) || "nothing"} to ${plainOf(e, data) || "nothing"}`;
  const buttons = [["accept", "Accept"], ["reject", "Reject"]].map(([word, name]) => {
    const button = make("button", { type: "button", "aria-label": `${name}: ${short(said, 80)}`, "data-word": word,
      onclick: () => decide(e, data, word) }, name);
    return button;
  });
  const pack = make("button", { type: "button", "aria-label": `For the pack: ${short(said, 80)}`,
    onclick: () => decide(e, data, decisionOf(e, data), scopeOf(e, data) === "pack" ? "place" : "pack") }, "For the pack");
  box.append(...buttons, pack);
  box.refresh = () => {
    buttons.forEach(b => b.setAttribute("aria-pressed", String(decisionOf(e, data) === b.dataset.word)));
    pack.disabled = !decisionOf(e, data);
    pack.setAttribute("aria-pressed", String(!pack.disabled && scopeOf(e, data) === "pack"));
  };
  box.refresh();
  return box;
}
const short = (text, most) => text.length > most ? text.slice(0, most - 1) + "…" : text;
function showDecided() {
  document.querySelectorAll("[data-choice]").forEach(box => box.refresh());
  main.querySelectorAll("mark[data-edit]").forEach(node => node.refresh());
  const count = decisionRows().length, tab = views.querySelector("[data-view=decisions]");
  tab.textContent = count ? `Decisions (${number(count)})` : "Decisions";
  document.querySelectorAll("[data-export]").forEach(button => {
    button.disabled = !count; button.textContent = `Export decisions (${number(count)})`;
  });
}
const exporter = () => {
  const count = decisionRows().length;
  return make("button", { type: "button", "data-export": "", disabled: !count, onclick: exportDecisions }, `Export decisions (${number(count)})`);
};
function exportDecisions() {
  const cell = value => /[",\r\n]/.test(value) ? `"${String(value).replaceAll('"', '""')}"` : String(value);
  for (const d of documents) {  // what stands around a place may have been decided after it
    const mine = decided.get(d.sha256), data = mine?.size && load(d.place);
    for (const e of data ? data.edits : []) mine.get(placeOf(e, data))?.splice(9, 2, ...around(e, data));
  }
  const rows = decisionRows().map(row => row.length > 8 ? row : [...row, "place", "", ""]);
  const lines = [DECISION, ...rows].map(row => row.map(cell).join(",") + "\r\n");
  const address = URL.createObjectURL(new Blob(lines, { type: "text/csv;charset=utf-8" }));
  const a = make("a", { href: address, download: "decisions.csv" });
  document.body.append(a); a.click(); a.remove();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
function showDecisions() {
  const rows = decisionRows(), byId = new Map(documents.map(d => [d.doc_id, d]));
  const forget = make("button", { type: "button", disabled: !rows.length, onclick: () => {
    if (forget.dataset.sure) { for (const sha256 of [...decided.keys()]) keep(sha256, new Map()); showDecisions(); return; }
    forget.dataset.sure = "yes"; forget.textContent = `Really forget ${number(rows.length)}?`;
  } }, "Forget all");
  main.replaceChildren(make("h2", null, "Decisions"),
    make("p", null, "A decision is on one place of one text. Accept or reject changes and suspects where they are shown; then export, and run again with ",
      make("code", null, "unspin run INPUT --decisions decisions.csv"), ". What is for the pack is taken into one, too, by ",
      make("code", null, "unspin lexicon accept decisions.csv --pack PACK"), "."),
    make("p", { class: "about" }, keeps ? "This browser keeps your decisions when the page is closed."
      : "This browser keeps nothing: export before the page is closed."),
    make("div", { class: "tools" }, exporter(), forget),
    table("Decisions", [
      { name: "Decision", key: r => r[7] }, { name: "Holds for", key: r => r[8] || "place", show: r => r[8] === "pack" ? "this place, and proposed for the pack" : "this place" },
      { name: "Was", key: r => r[4], show: r => r[4] || "(nothing)" }, { name: "Plain", key: r => r[5], show: r => r[5] || "(nothing)" },
      { name: "Rule", key: r => r[6] }, { name: "Document", key: r => r[0], show: r => byId.has(r[0]) ? docLink(byId.get(r[0])) : r[0] },
      { name: "Undo", key: r => r[2], show: r => make("button", { type: "button", "aria-label": "Take back: " + short(r[4], 60), onclick: () => {
        const mine = decided.get(r[1]); mine.delete(`${r[2]}-${r[3]} ${r[5]}`); keep(r[1], mine); showDecisions();
      } }, "Take back") }], rows));
}

// ---------------------------------------------------------------- views
const VALUES = new Set(["DATE", "TIME", "MONEY", "PERCENT", "QUANTITY", "CARDINAL", "ORDINAL"]);
function showOverview() {
  const sum = name => documents.reduce((total, d) => total + d[name], 0);
  const byStatus = ["done", "clean", "refused", "failed"].map(s => [s, documents.filter(d => d.status === s).length]);
  const scores = Array.from({ length: 10 }, (_, i) => [`${(i / 10).toFixed(1)} to ${((i + 1) / 10).toFixed(1)}`, 0]);
  for (const d of documents) if (["done", "clean"].includes(d.status)) scores[Math.min(9, Math.floor(d.spin_score * 10))][1]++;
  const top = rules.filter(r => r.made).sort((a, b) => b.made - a.made).slice(0, 15).map(r => [r.name, r.made]);
  const named = entities.filter(e => !VALUES.has(e.type)).sort((a, b) => b.mentions - a.mentions).slice(0, 15).map(e => [e.name, e.mentions]);
  const unsure = rules.filter(r => r.proposed).sort((a, b) => b.proposed - a.proposed).slice(0, 15).map(r => [r.name, r.proposed]);
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
      make("section", null, make("h3", null, "Entities by type"), bars([...types].sort((a, b) => b[1] - a[1]), "Entities by type")),
      make("section", null, make("h3", null, "Most named entities"), bars(named, "Mentions by entity")),
      make("section", null, make("h3", null, "Relations by type"), bars(overview.relations.slice(0, 15), "Relations by type")),
      make("section", null, make("h3", null, "Rules with most suspects"), bars(unsure, "Suspects by rule"))),
    make("h3", null, "Documents"),
    table("Documents", [
      { name: "Document", key: d => d.title || d.doc_id, show: docLink }, { name: "Status", key: d => d.status },
      { name: "Published", key: d => d.published }, { name: "Author", key: d => d.author },
      { name: "Words", key: d => d.words, number: true }, { name: "Edits", key: d => d.edits, number: true },
      { name: "Suspects", key: d => d.suspects, number: true },
      { name: "Spin", key: d => d.spin_score, number: true, show: d => d.spin_score.toFixed(2) },
      { name: "Pack", key: d => d.pack }, { name: "Relations", key: d => d.relations, number: true },
      { name: "Reason", key: d => d.reason }], documents),
    make("p", { class: "about" }, [overview.run.unspin && "Unspin " + overview.run.unspin, model,
      "graph drawn by Cytoscape.js 3.34.4 (MIT licence, © The Cytoscape Consortium)"].filter(Boolean).join(" · ")));
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
      make("span", { class: "about" }, `${number(d.edits)} edits, ${number(d.suspects)} suspects; keys: n next, p previous change, a accept, r reject, m merged`), exporter()),
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
  showDecided();
  if (at !== undefined) showPlace(data, at);
}
function relationTable(relations, withDocument) {
  const side = (text, place) => place >= 0 ? entityLink(entities[place]) : text;
  const columns = [{ name: "Subject", key: r => r.subject, show: r => side(r.subject, r.subjectAt) },
    { name: "Predicate", key: r => r.predicate, show: r => link(`#doc/${r.document.place}/${r.start}-${r.end}`,
      (r.negated ? "not: " : "") + (r.predicate || r.relation || "no verb") + (r.preposition ? ` (${r.preposition})` : "")) },
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
    { name: "Plain", key: e => e.made ? now(e) : e.other },
    { name: "Decision", key: e => decisionOf(e, e.data), show: e => choice(e, e.data) }, { name: "Outcome", key: e => e.made ? "changed" : "suspect" },
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
  const said = e.made ? `${e.other || "nothing"}, changed to ${data.text.slice(e.start, e.end) || "nothing"}` : `${text}, suspect: perhaps ${e.other}`;
  const node = make("mark", { class: kind + (text ? "" : " gone"), tabindex: "0", "data-edit": e.place, role: "button",
    onmouseenter: () => tell(e, data), onfocus: () => tell(e, data), onmouseleave: hush, onblur: hush,
    onclick: event => { event.stopPropagation(); tell(e, data, node); },
    onkeydown: event => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); tell(e, data, node); info.querySelector("button").focus(); }
      else if (event.key === "a" || event.key === "r") { decide(e, data, event.key === "a" ? "accept" : "reject"); tell(e, data); }
    } }, text || "·");
  node.refresh = () => {
    const word = decisionOf(e, data);
    node.classList.toggle("accepted", word === "accept"); node.classList.toggle("rejected", word === "reject");
    node.setAttribute("aria-label", said + (word ? `, ${word}ed` : ""));
  };
  node.refresh();
  return node;
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
let pinned = null;  // the change whose panel stays until it is closed
function tell(e, data, pin) {
  if (pinned && !pin) return;
  const now = data.text.slice(e.start, e.end), word = decisionOf(e, data);
  const rows = [["Was", e.made ? e.other : now], [e.made ? "Plain" : "Perhaps", e.made ? now : e.other], ["Outcome", e.made ? "changed" : "suspect"],
    ["Kind", e.kind], ["Rule", e.rule], ["Score", e.score.toFixed(2)], ["Alternatives", e.alternatives], ["Decision", pin || !word ? "" : word + "ed"]];
  info.replaceChildren(make("dl", null, ...rows.filter(r => r[1] !== "").flatMap(([k, v]) => [make("dt", null, k), make("dd", null, v)])));
  if (pin) {
    pinned = pin;
    info.append(make("p", { class: "tools" }, choice(e, data), make("button", { type: "button", onclick: unpin }, "Close")));
  }
  info.hidden = false;
}
function hush() { if (!pinned) info.hidden = true; }
function unpin() { const node = pinned; pinned = null; hush(); if (node?.isConnected) node.focus(); hush(); }
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
let outcome = "suspects";
function showSuspects() {
  const shown = { suspects: e => !e.made, changes: e => e.made, all: () => true };
  const rows = all((data, d) => data.edits.filter(shown[outcome]).map(e => ({ ...e, data, document: d })));
  const select = make("select", { "aria-label": "Show", onchange: () => { outcome = select.value; showSuspects(); } },
    ...[["suspects", "Suspects"], ["changes", "Changes that were made"], ["all", "Both"]].map(([value, name]) =>
      make("option", { value, selected: value === outcome }, name)));
  main.replaceChildren(make("h2", null, "Review"), make("p", null, "Suspects are changes that were proposed and not made: a person should look."),
    make("div", { class: "tools" }, select, exporter()),
    filtered("Filter changes", rows, e => `${e.data.text.slice(e.start, e.end)} ${e.other} ${e.rule} ${decisionOf(e, e.data)}`, found => editTable(found, true)));
}

// ---------------------------------------------------------------- the graph
const TOGETHER = "named together", UNTYPED = "no type";
const graphing = { types: null, kinds: null, most: 60, cy: null };
// Nodes are entities, and the noun phrases that relations join them to; edges are relations, and being named in one block.
function drawnEdges() {
  const edges = new Map();
  const add = (a, b, kind, say, relation) => {
    const key = JSON.stringify([a, b, kind, say]), known = edges.get(key);
    if (known) { known.count++; if (relation) known.relations.push(relation); }
    else edges.set(key, { a, b, kind, say, count: 1, relations: relation ? [relation] : [] });
  };
  const node = (place, text) => place >= 0 ? "e" + place : "p" + text;
  for (const d of documents) {
    const data = load(d.place);
    if (!data) continue;
    for (const r of data.relations) {
      if (r.subjectAt < 0 && r.objectAt < 0 || !r.subject || !r.object) continue;
      const say = (r.negated ? "not " : "") + short(r.predicate, 30) + (r.preposition ? " " + r.preposition : "");
      add(node(r.subjectAt, short(r.subject, 40)), node(r.objectAt, short(r.object, 40)), r.relation || UNTYPED, say, r);
    }
    let at = 0;
    for (const block of data.blocks) {
      while (at < data.mentions.length && data.mentions[at].start < block.start) at++;
      const inside = new Set();
      for (let i = at; i < data.mentions.length && data.mentions[i].end <= block.end; i++)
        if (!VALUES.has(data.mentions[i].entity.type)) inside.add(data.mentions[i].entity.place);
      const list = [...inside].sort((a, b) => a - b).slice(0, 12);  // a list of names would join each with each
      list.forEach((a, i) => list.slice(i + 1).forEach(b => add("e" + a, "e" + b, TOGETHER, "")));
    }
  }
  return [...edges.values()];
}
const typeOf = id => id[0] === "e" ? entities[+id.slice(1)].type : "phrase";
const nameOf = id => id[0] === "e" ? entities[+id.slice(1)].name : id.slice(1);
function showGraph() {
  const edges = graphing.edges || (graphing.edges = drawnEdges());
  const count = (keys) => [...edges.reduce((map, e) => { for (const k of keys(e)) map.set(k, (map.get(k) || 0) + 1); return map; }, new Map())].sort((a, b) => b[1] - a[1]);
  const types = count(e => new Set([typeOf(e.a), typeOf(e.b)])), kinds = count(e => [e.kind]);
  graphing.types = graphing.types || new Set(types.map(t => t[0]));
  graphing.kinds = graphing.kinds || new Set(kinds.map(k => k[0]));
  const place = make("div", { id: "drawing", tabindex: "0", role: "application", "aria-label": "Entity graph; arrow keys move it, plus and minus zoom, the lists below say the same in words" });
  const said = make("p", { class: "about", role: "status" }), below = make("div");
  const go = make("select", { "aria-label": "Go to entity", onchange: () => choose(go.value) });
  const boxes = (legend, all, chosen) => make("fieldset", null, make("legend", null, legend), ...all.map(([name, n]) =>
    make("label", null, make("input", { type: "checkbox", checked: chosen.has(name), "data-filter": name, onchange: event => {
      event.target.checked ? chosen.add(name) : chosen.delete(name); draw();
    } }), ` ${short(name, 60)} (${number(n)})`)));
  const most = make("select", { "aria-label": "Entities shown at most", onchange: () => { graphing.most = +most.value; draw(); } },
    ...[30, 60, 120, 250].map(n => make("option", { value: n, selected: n === graphing.most }, `at most ${n}`)));
  const fit = make("button", { type: "button", onclick: () => { choose(""); graphing.cy?.fit(undefined, 20); } }, "Show all");
  let drawn = [];
  function choose(id) {
    go.value = id;
    const cy = graphing.cy;
    if (cy) {
      cy.elements().removeClass("near far");
      const node = id ? cy.getElementById(id) : cy.collection();
      if (node.length) {
        const near = node.closedNeighborhood();
        cy.elements().difference(near).addClass("far"); near.addClass("near");
        cy.fit(near, 60);
      }
    }
    const here = id ? drawn.filter(e => e.a === id || e.b === id) : drawn;
    const relations = here.flatMap(e => e.relations);
    const together = here.filter(e => e.kind === TOGETHER).sort((a, b) => b.count - a.count);
    const side = x => x[0] === "e" ? entityLink(entities[+x.slice(1)]) : nameOf(x);
    below.replaceChildren(...(id ? [make("h3", null, side(id))] : []),
      make("h3", null, "Relations shown"), relationTable(relations, true),
      make("h3", null, "Named together"), table("Named together", [
        { name: "Entity", key: e => nameOf(e.a), show: e => side(e.a) }, { name: "Entity with it", key: e => nameOf(e.b), show: e => side(e.b) },
        { name: "Blocks", key: e => e.count, number: true }], together));
  }
  function draw() {
    const fits = edges.filter(e => graphing.kinds.has(e.kind) && graphing.types.has(typeOf(e.a)) && graphing.types.has(typeOf(e.b)) && e.a !== e.b);
    const weight = new Map();  // relations count for more than names side by side
    for (const e of fits) for (const id of [e.a, e.b]) weight.set(id, (weight.get(id) || 0) + e.count * (e.kind === TOGETHER ? 1 : 4));
    const shown = new Set(), heavy = e => weight.get(e.a) + weight.get(e.b);
    for (const e of fits.slice().sort((x, y) => heavy(y) - heavy(x)))
      if (shown.size + !shown.has(e.a) + !shown.has(e.b) <= graphing.most) shown.add(e.a).add(e.b);
    drawn = fits.filter(e => shown.has(e.a) && shown.has(e.b));
    const left = [...shown];
    said.textContent = `${number(left.length)} of ${number(weight.size)} nodes, ${number(drawn.length)} of ${number(fits.length)} edges shown`;
    go.replaceChildren(make("option", { value: "" }, "Go to…"), ...left.slice().sort((a, b) => nameOf(a).localeCompare(nameOf(b), "en")).map(id => make("option", { value: id }, short(nameOf(id), 60))));
    const css = getComputedStyle(root), colour = name => css.getPropertyValue("--" + name).trim();
    const paint = type => colour(type === "PERSON" ? "person" : ["ORG", "NORP"].includes(type) ? "org" : ["GPE", "LOC", "FAC"].includes(type) ? "place" : type === "phrase" ? "soft" : "other");
    graphing.cy?.destroy();
    const cy = graphing.cy = cytoscape({
      container: place, maxZoom: 3, minZoom: 0.1,
      elements: [
        ...left.map((id, i) => ({ data: { id, name: short(nameOf(id), 28), colour: paint(typeOf(id)), size: 14 + Math.min(26, 3 * Math.sqrt(weight.get(id))) },
          position: { x: 400 * Math.cos(i * 2.4) * Math.sqrt(i / 30), y: 400 * Math.sin(i * 2.4) * Math.sqrt(i / 30) } })),
        ...drawn.map((e, i) => ({ data: { id: "r" + i, source: e.a, target: e.b, name: e.say, arrow: e.kind === TOGETHER ? "none" : "triangle",
          line: e.kind === TOGETHER ? "dotted" : "solid" } }))],
      style: [
        { selector: "node", style: { label: "data(name)", "background-color": "data(colour)", width: "data(size)", height: "data(size)", color: colour("fg"),
          "font-size": 12, "text-valign": "bottom", "text-margin-y": 3, "text-outline-color": colour("bg"), "text-outline-width": 2, "min-zoomed-font-size": 7 } },
        { selector: "edge", style: { label: "data(name)", "curve-style": "bezier", "target-arrow-shape": "data(arrow)", "line-style": "data(line)", width: 1.5,
          "line-color": colour("soft"), "target-arrow-color": colour("soft"), color: colour("soft"), "font-size": 9, "text-rotation": "autorotate",
          "text-outline-color": colour("bg"), "text-outline-width": 2, "min-zoomed-font-size": 8 } },
        { selector: ".far", style: { opacity: 0.15 } }],
      // From the same starting places the same picture, each time.
      layout: { name: "cose", animate: false, randomize: false, nodeRepulsion: () => 12000, idealEdgeLength: () => 70, numIter: left.length > 100 ? 300 : 800, padding: 20 },
    });
    cy.on("tap", "node", event => choose(event.target.id()));
    cy.on("tap", event => { if (event.target === cy) choose(""); });
    place.cy = cy;  // for the tests: a canvas shows nothing that a program could read
    choose("");
  }
  place.addEventListener("keydown", event => {
    const step = { ArrowLeft: [40, 0], ArrowRight: [-40, 0], ArrowUp: [0, 40], ArrowDown: [0, -40] }[event.key], cy = graphing.cy;
    if (step) cy.panBy({ x: step[0], y: step[1] });
    else if (event.key === "+" || event.key === "-") cy.zoom({ level: cy.zoom() * (event.key === "+" ? 1.25 : 0.8), renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } });
    else return;
    event.preventDefault();
  });
  main.replaceChildren(make("h2", null, "Entity graph"),
    ...(edges.length ? [make("div", { class: "tools" }, go, most, fit),
      make("details", { class: "filters" }, make("summary", null, "Filters"), boxes("Types", types, graphing.types), boxes("Relations", kinds, graphing.kinds)),
      said, place, make("div", { class: "legend" }, ...[["PERSON", "person"], ["ORG", "organisation, group"], ["GPE", "place"], ["other", "other"], ["phrase", "noun phrase"]].map(([type, name]) =>
        make("span", null, make("i", { class: "dot " + type }), " " + name)), make("span", null, "solid: relation"), make("span", null, "dotted: " + TOGETHER)), below]
      : [make("p", null, "No relation joins two entities, and none are named together.")]));
  if (edges.length) draw();
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
  const said = wanted ? all(data => data.relations.filter(r => `${r.subject} ${r.predicate} ${r.preposition} ${r.object}`.toLowerCase().includes(wanted))) : [];
  main.replaceChildren(make("h2", null, `Search: ${query}`),
    make("p", { class: "about", role: "status" }, `${number(total)} places${total > hits.length ? `, the first ${hits.length} shown` : ""}`),
    ...(named.length ? [make("h3", null, "Entities"), make("p", null, ...named.flatMap(e => [entityLink(e), "  "]))] : []),
    ...(said.length ? [make("h3", null, "Relations"), relationTable(said, true)] : []),
    make("h3", null, "In the restored texts"),
    ...hits.map(([d, data, start, end]) => make("div", { class: "hit" }, docLink(d), ": … ",
      data.text.slice(Math.max(0, start - 60), start), link(`#doc/${d.place}/${start}-${end}`, data.text.slice(start, end)),
      data.text.slice(end, Math.min(data.text.length, end + 60)), " …")));
}

// ---------------------------------------------------------------- moving about
const VIEWS = [["overview", "Overview", showOverview], ["suspects", "Review", showSuspects],
  ["entities", "Entities", showEntities], ["relations", "Relations", showRelations], ["graph", "Graph", showGraph],
  ["decisions", "Decisions", showDecisions]];
const views = document.getElementById("views");
for (const [name, title] of VIEWS) views.append(make("a", { href: "#" + name, "data-view": name }, title));
function route() {
  const [name, place, span] = location.hash.slice(1).split("/");
  pinned = null; hush();
  if (name === "main") return;
  graphing.cy?.destroy(); graphing.cy = null;
  if (name === "doc") showDocument(+place, span ? span.split("-").map(Number) : undefined);
  else if (name === "entity") showEntity(+place);
  else if (name === "search") showSearch(decodeURIComponent(place || ""));
  else (VIEWS.find(view => view[0] === name) || VIEWS[0])[2]();
  const current = { doc: "overview", entity: "entities" }[name] || name || "overview";
  for (const a of views.children) current === a.dataset.view ? a.setAttribute("aria-current", "page") : a.removeAttribute("aria-current");
  if (!span) scrollTo(0, 0);
  main.dataset.shown = location.hash || "#overview";  // a link is followed some time after its click: whoever waits, waits for this
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
theme.addEventListener("click", () => { dress(root.dataset.theme === "dark" ? "light" : "dark"); if (graphing.cy) showGraph(); });
addEventListener("storage", event => {  // decided in another window
  const d = event.key && documents.find(one => keyOf(one.sha256) === event.key);
  if (d) { decided.set(d.sha256, new Map(JSON.parse(event.newValue || "[]"))); showDecided(); }
});
addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
  if (event.key === "/") { event.preventDefault(); query.focus(); }
  else if (event.key === "Escape") unpin();
  else if (event.key === "n" || event.key === "p") {
    const marks = [...main.querySelectorAll(".pairs [data-side]:not([data-side=old]) mark[data-edit]")];
    if (!marks.length) return;
    const at = marks.findIndex(m => m.dataset.edit === document.activeElement?.dataset?.edit);
    const next = marks[(at + (event.key === "n" ? 1 : at < 0 ? 0 : -1) + marks.length) % marks.length];
    next.focus(); next.scrollIntoView({ block: "center" });
  } else if (event.key === "m") { [...main.querySelectorAll(".tools button")].find(b => b.textContent === "Merged")?.click(); }
});
showDecided();
route();
})();
