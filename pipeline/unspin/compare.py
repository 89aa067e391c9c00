"""What changed between two runs, row by row, and why.

Both runs are read side by side, a document at a time.  Rows are matched by
what they say and where, never by their running numbers: an edit more at the
top of a text does not change every row below it.  The cause of a change comes
from what ``run.json`` says of both runs and from the rules of the edits
nearby.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from unspin.tables import (
    BETWEEN,
    OPTIONAL,
    TABLES,
    DocumentRows,
    TableError,
    has_table,
    is_run,
    read_documents,
    read_rows,
    read_text,
    read_told,
    rule_mark,
    unpack_rules,
)

Cells = dict[str, str]

#: Columns that only number the rows of a document, or follow from the edits before.
_NUMBERING = frozenset({"block_id", "parent_id", "edit_id", "mention_id", "relation_id"})
_FOLLOWING = frozenset({"restored_start", "restored_end"})
_PLACE = ("start", "end")

#: How rows that are not the same may be matched, the closest way first; the second list is
#: for documents whose input changed, where offsets say nothing.
_KEYS: dict[str, tuple[list[tuple[str, ...]], list[tuple[str, ...]]]] = {
    "blocks": ([(*_PLACE, "kind"), _PLACE], [("kind", "label", "row", "column"), ("kind", "text")]),
    "edits": ([(*_PLACE, "outcome"), _PLACE], [("original", "replacement"), ("original",)]),
    "mentions": ([_PLACE], [("text", "type"), ("text",)]),
    "relations": (
        [(*_PLACE, "predicate", "preposition", "object"), (*_PLACE, "subject", "object"), (*_PLACE, "predicate")],
        [("subject", "predicate", "preposition", "object"), ("sentence", "predicate", "object")],
    ),
}

#: Said of a rule that changed another place of the document, which can sway this one.
_ELSEWHERE = " (elsewhere in the document)"

#: The pseudo-table of the restored texts.
TEXTS = "restored"


class Change(NamedTuple):
    """A row that is in one run only, or not the same in both."""

    table: str
    key: str  #: ``doc_id`` and what tells the row from others, or ``entity_id``
    old: Cells | None
    new: Cells | None
    columns: tuple[str, ...]  #: that differ, of a row in both
    cause: str

    @property
    def kind(self) -> str:
        """``added``, ``removed`` or ``changed``."""
        if self.old is None:
            return "added"
        return "removed" if self.new is None else "changed"


class Told(NamedTuple):
    """What the two ``run.json`` say, compared."""

    rules: tuple[dict[str, Any], dict[str, Any]]  #: marks of the rules of each pack, old and new
    everything: tuple[str, ...]  #: what can have changed edits and all that follows from them
    extraction: tuple[str, ...]  #: what can have changed mentions and relations only
    problems: tuple[str, ...]

    def fate(self, rule: str) -> str:
        """Tell what became of a lexicon entry: ``added``, ``removed``, ``edited``, or nothing."""
        pack, mark = rule.split("/", 1)[0], rule_mark(rule)
        old, new = (side.get(pack, {}).get(mark) for side in self.rules)
        if old == new:
            return ""
        return "added" if old is None else "removed" if new is None else "edited"


class Comparison:
    """Two run folders compared; ``changes`` may be asked for more than once.

    Raises TableError where one of the folders is no run.
    """

    def __init__(self, old: Path, new: Path) -> None:
        for run in (old, new):
            if not is_run(run):
                raise TableError(f"{run}: is no run folder; `unspin run INPUT -o {run}` makes one")
        self.old, self.new = old, new
        self.told = _compare_told(old, new)
        self.problems: list[str] = []
        self.documents = 0

    def changes(self) -> Iterator[Change]:
        """Give every change: documents in the order of the runs, then entities and lost relations."""
        problems = list(self.told.problems)
        entities: dict[str, Counter[str]] = defaultdict(Counter)
        joint: dict[str, str] = {}  # cause of the changes of each document that has any
        self.documents = 0
        for old, new in _pair(self.old, self.new, problems):
            self.documents += 1
            alone = None if old and new else old or new
            for mention in alone.mentions if alone else ():
                entities[mention["entity_id"]][_came_or_went(new)] += 1
            for change in self._document(old, new):
                if change.table == "mentions":
                    for row in (change.old, change.new):
                        if row is not None:
                            entities[row["entity_id"]][change.cause] += 1
                if change.table in {"documents", TEXTS}:
                    joint[change.key] = change.cause
                yield change
        yield from self._entities(entities, problems)
        for name in OPTIONAL:
            if has_table(self.old, name) and has_table(self.new, name):
                yield from self._optional(name, joint, problems)
        self.problems = list(dict.fromkeys(problems))

    def _document(self, old: DocumentRows | None, new: DocumentRows | None) -> Iterator[Change]:
        if old is None or new is None:
            one = old or new
            assert one is not None
            cause = _came_or_went(new)
            before, after = (one.document, None) if new is None else (None, one.document)
            yield Change("documents", one.document["doc_id"], before, after, (), cause)
            return
        doc_id = new.document["doc_id"]
        same_input = old.document["sha256"] == new.document["sha256"]
        edits = list(_match("edits", old.edits, new.edits, same_input))
        why = _Causes(self.told, edits, same_input)
        found: Counter[str] = Counter()
        for name in ("edits", "blocks", "mentions", "relations"):
            pairs = edits if name == "edits" else _match(name, getattr(old, name), getattr(new, name), same_input)
            for before, after in pairs:
                cause = why.of(name, before, after)
                found[cause.removesuffix(_ELSEWHERE)] += 1
                key = f"{doc_id} {_key(name, after or before or {})}"
                yield Change(name, key, before, after, _differing(before, after, same_input), cause)
        columns = tuple(c for c in new.document if new.document[c] != old.document.get(c, "") and c != "path")
        texts = [_text(run, rows) for run, rows in ((self.old, old), (self.new, new))]
        joint = _joint(found) or why.of("documents", None, None)
        if texts[0] != texts[1]:
            was, now = _excerpts(*texts)
            yield Change(TEXTS, doc_id, {"text": was}, {"text": now}, ("text",), joint)
        if columns:
            yield Change("documents", doc_id, old.document, new.document, columns, joint)

    def _entities(self, causes: dict[str, Counter[str]], problems: list[str]) -> Iterator[Change]:
        for old, new in _merge(self.old, self.new, "entities", "entity_id", problems):
            one = new or old or {}
            if old == new:
                continue
            found = causes.get(one["entity_id"], Counter())
            cause = _joint(found) or _or((*self.told.everything, *self.told.extraction))
            columns = tuple(c for c in one if old and new and old.get(c, "") != new.get(c, ""))
            yield Change("entities", one["entity_id"], old, new, columns, cause)


    def _optional(self, name: str, joint: dict[str, str], problems: list[str]) -> Iterator[Change]:
        """Give the rows of a table that both runs were asked for and one of them lacks."""
        number = OPTIONAL[name].key[1]

        def rows(run: Path) -> Counter[tuple[tuple[str, str], ...]]:
            return Counter(
                tuple((k, v) for k, v in row.items() if k != number) for row in read_rows(run, name, problems)
            )

        old, new = rows(self.old), rows(self.new)
        for found, gone in ((old - new, True), (new - old, False)):
            for cells in found.elements():
                row = dict(cells)
                cause = joint.get(row["doc_id"]) or _or((*self.told.everything, *self.told.extraction))
                key = f"{row['doc_id']} {_key(name, row)}"
                yield Change(name, key, row if gone else None, None if gone else row, (), cause)


# ---------------------------------------------------------------- matching


def _pair(old: Path, new: Path, problems: list[str]) -> Iterator[tuple[DocumentRows | None, DocumentRows | None]]:
    """Pair the documents of two runs by id; memory holds one pair where both runs have them in one order."""
    ids = [_ids(run, problems) for run in (old, new)]
    waiting: tuple[dict[str, DocumentRows], dict[str, DocumentRows]] = ({}, {})
    reading = [_documents(run, problems) for run in (old, new)]
    for rows in reading[0]:
        doc_id = rows.document["doc_id"]
        if doc_id not in ids[1]:
            yield rows, None
            continue
        while doc_id not in waiting[1]:
            other = next(reading[1])
            if other.document["doc_id"] not in ids[0]:
                yield None, other
            else:
                waiting[1][other.document["doc_id"]] = other
        yield rows, waiting[1].pop(doc_id)
    for other in reading[1]:
        if other.document["doc_id"] not in ids[0]:
            yield None, other


def _ids(run: Path, problems: list[str]) -> set[str]:
    seen: set[str] = set()
    for row in read_rows(run, "documents", problems):
        if row["doc_id"] in seen:
            problems.append(f"{run}: documents: {row['doc_id']} stands there twice; only the first is compared")
        seen.add(row["doc_id"])
    return seen


def _documents(run: Path, problems: list[str]) -> Iterator[DocumentRows]:
    seen: set[str] = set()
    for rows in read_documents(run, problems):
        doc_id = rows.document["doc_id"]
        if doc_id in seen:
            continue
        seen.add(doc_id)
        for name in ("blocks", "edits", "mentions", "relations"):
            number = TABLES[name].key[1]
            for key, count in Counter(row[number] for row in getattr(rows, name)).items():
                if count > 1:
                    problems.append(f"{run}: {name}: {doc_id} {key} stands there {count} times")
        yield rows


def _merge(
    old: Path, new: Path, name: str, key: str, problems: list[str]
) -> Iterator[tuple[Cells | None, Cells | None]]:
    """Merge two tables that are sorted by a key."""
    sides = [_sorted(run, name, key, problems) for run in (old, new)]
    a, b = next(sides[0], None), next(sides[1], None)
    while a is not None or b is not None:
        if b is None or (a is not None and a[key] < b[key]):
            yield a, None
            a = next(sides[0], None)
        elif a is None or b[key] < a[key]:
            yield None, b
            b = next(sides[1], None)
        else:
            yield a, b
            a, b = next(sides[0], None), next(sides[1], None)


def _sorted(run: Path, name: str, key: str, problems: list[str]) -> Iterator[Cells]:
    last = ""
    for row in read_rows(run, name, problems):
        if row[key] == last:
            problems.append(f"{run}: {name}: {last} stands there twice; only the first is compared")
            continue
        if row[key] < last:
            raise TableError(f"{run}: {name} is not sorted by {key}; run again to write it anew")
        last = row[key]
        yield row


def _match(
    name: str, old: Sequence[Cells], new: Sequence[Cells], same_input: bool
) -> list[tuple[Cells | None, Cells | None]]:
    """Pair the rows of one document that are not the same; what has no partner stands alone."""
    columns = _compared(TABLES[name].header, same_input)
    rest_old, rest_new, _ = _take(old, new, columns)
    pairs: list[tuple[Cells | None, Cells | None]] = []
    for key in _KEYS[name][0 if same_input else 1]:
        rest_old, rest_new, matched = _take(rest_old, rest_new, key)
        pairs += matched
    pairs += [(row, None) for row in rest_old] + [(None, row) for row in rest_new]

    def place(pair: tuple[Cells | None, Cells | None]) -> tuple[int, int]:
        row = pair[1] or pair[0] or {}
        return int(row.get("start") or 0), int(row.get("end") or 0)

    return sorted(pairs, key=place)


def _take(
    old: Sequence[Cells], new: Sequence[Cells], columns: Sequence[str]
) -> tuple[list[Cells], list[Cells], list[tuple[Cells | None, Cells | None]]]:
    """Pair rows that agree in some columns, in their order; give what is left of both sides, and the pairs."""
    by_key: dict[tuple[str, ...], list[Cells]] = defaultdict(list)
    for row in reversed(new):
        by_key[tuple(row[c] for c in columns)].append(row)
    left, pairs, taken = [], [], set()
    for row in old:
        partners = by_key.get(tuple(row[c] for c in columns))
        if partners:
            partner = partners.pop()
            taken.add(id(partner))
            pairs.append((row, partner))
        else:
            left.append(row)
    return left, [row for row in new if id(row) not in taken], pairs  # type: ignore[return-value]


def _compared(columns: Iterable[str], same_input: bool) -> tuple[str, ...]:
    aside = _NUMBERING | _FOLLOWING | (frozenset() if same_input else frozenset(_PLACE))
    return tuple(c for c in columns if c not in aside)


def _differing(old: Cells | None, new: Cells | None, same_input: bool) -> tuple[str, ...]:
    if old is None or new is None:
        return ()
    return tuple(c for c in _compared(new, same_input) if new[c] != old.get(c, ""))


def _key(name: str, row: Cells) -> str:
    return f"{row.get('start', '')}-{row.get('end', '')}"


def _text(run: Path, rows: DocumentRows) -> str:
    return read_text(run, rows.document["doc_id"]) if rows.document["status"] in ("done", "clean") else ""


def _excerpts(old: str, new: str) -> tuple[str, str]:
    """Give what stands around the first difference of two texts."""
    at = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    start = max(0, at - 20)
    return old[start : at + 40], new[start : at + 40]


# ---------------------------------------------------------------- causes


def _came_or_went(new: DocumentRows | None) -> str:
    return "input removed" if new is None else "input added"


def _joint(found: Counter[str]) -> str:
    """Give the commonest causes, each once.

    >>> _joint(Counter({"rule a removed; rule b removed": 2, "rule b removed": 1}))
    'rule a removed; rule b removed'
    """
    parts = (part for cause, _ in found.most_common(3) for part in cause.split("; "))
    return "; ".join(dict.fromkeys(parts))


def _or(causes: Iterable[str]) -> str:
    return " or ".join(causes) or "unexplained"


class _Causes:
    """Why rows of one document changed."""

    def __init__(self, told: Told, edits: Sequence[tuple[Cells | None, Cells | None]], same_input: bool) -> None:
        self._told, self._same_input = told, same_input
        self._near: list[tuple[int, int, str]] = []
        self._elsewhere: Counter[str] = Counter()
        for pair in edits:
            cause = self._rule(pair)
            if cause:
                self._elsewhere[cause] += 1
            for row in pair:
                if row is not None:
                    self._near.append((int(row["start"]), int(row["end"]), cause))

    def _rule(self, pair: tuple[Cells | None, Cells | None]) -> str:
        names = dict.fromkeys(rule for row in pair if row for rule in row["rule"].split(BETWEEN))
        fates = ((rule, self._told.fate(rule)) for rule in names)
        return "; ".join(f"rule {rule} {fate}" for rule, fate in fates if fate)

    def of(self, name: str, old: Cells | None, new: Cells | None) -> str:
        """Give the cause of a change in a table."""
        if not self._same_input:
            return "input changed"
        if name == "edits" and (own := self._rule((old, new))):
            return own
        row = new or old
        if row is not None:
            start, end = int(row["start"]), int(row["end"])
            near = dict.fromkeys(why for a, b, why in self._near if why and a <= end and b >= start)
            if near:
                return "; ".join(near)
        if self._elsewhere:
            found = "; ".join(cause for cause, _ in self._elsewhere.most_common(3)) + _ELSEWHERE
            return f"{found}, or {_or(self._told.everything)}" if self._told.everything else found
        if name not in ("edits", "blocks") and not self._near and self._told.extraction:
            return _or((*self._told.everything, *self._told.extraction))
        return _or(self._told.everything)


def _compare_told(old: Path, new: Path) -> Told:
    sides: list[dict[str, Any]] = []
    for run in (old, new):
        told = read_told(run)
        if told is None:
            return Told(({}, {}), (), (), (f"{run}: no run.json that can be read, so causes are not known",))
        sides.append(told)
    a, b = sides

    def get(side: dict[str, Any], key: str) -> dict[str, Any]:
        value = side.get(key)
        return value if isinstance(value, dict) else {}

    everything: list[str] = []
    extraction: list[str] = []
    for key in sorted(get(a, "settings").keys() | get(b, "settings").keys()):
        x, y = get(a, "settings").get(key), get(b, "settings").get(key)
        if x != y:
            where = extraction if key == "model" else everything
            where.append(f"settings: {key} {_short(x)} to {_short(y)}")
    if a.get("unspin") != b.get("unspin") or a.get("code") != b.get("code"):
        versions = [f"{side.get('unspin', '?')} ({str(side.get('code', '?'))[:8]})" for side in (a, b)]
        everything.append(f"code version {versions[0]} to {versions[1]}")
    if a.get("decisions", {}) != b.get("decisions", {}):
        counts = [get(side, "decisions").get("count", 0) for side in (a, b)]
        if any(counts):
            everything.append(f"decisions: {counts[0]} to {counts[1]}")
    for key in sorted(get(a, "libraries").keys() | get(b, "libraries").keys()):
        x, y = get(a, "libraries").get(key), get(b, "libraries").get(key)
        if x != y:
            (extraction if key == "spacy" else everything).append(f"library {key} {_short(x)} to {_short(y)}")
    if a.get("model") != b.get("model"):
        names = [f"{get(s, 'model').get('name', '?')} {get(s, 'model').get('version', '?')}" for s in (a, b)]
        extraction.append(f"model {names[0]} to {names[1]}")
    for key in sorted(get(a, "lexicons").keys() | get(b, "lexicons").keys()):
        if get(a, "lexicons").get(key) != get(b, "lexicons").get(key):
            where = everything if key.startswith("pack ") else extraction
            where.append(f"{key} edited" if key.startswith("pack ") else f"lexicon {key} edited")
    return Told((_rules(a), _rules(b)), tuple(everything), tuple(extraction), ())


def _rules(told: dict[str, Any]) -> dict[str, Any]:
    """Read the marks of the rules that a run had, by pack."""
    packs = told.get("rules")
    try:
        return {name: unpack_rules(packed) for name, packed in packs.items()} if isinstance(packs, dict) else {}
    except (TypeError, ValueError):
        return {}


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) < 60 else text[:57] + "..."


# ---------------------------------------------------------------- showing


class Summary(NamedTuple):
    """How many rows changed, by table and kind, and by cause."""

    tables: dict[str, Counter[str]]
    causes: Counter[str]
    documents: int
    problems: list[str]

    @property
    def total(self) -> int:
        """All changes."""
        return sum(sum(counts.values()) for counts in self.tables.values())


def summarise(comparison: Comparison) -> Summary:
    """Count the changes of a comparison."""
    tables: dict[str, Counter[str]] = defaultdict(Counter)
    causes: Counter[str] = Counter()
    for change in comparison.changes():
        tables[change.table][change.kind] += 1
        causes[change.cause] += 1
    return Summary(dict(tables), causes, comparison.documents, comparison.problems)


def show(
    old: Path, new: Path, form: str, write: Callable[[str], object], details: bool = True, colour: bool = False
) -> bool:
    """Write what changed between two runs as text, json or html; tell whether anything did, or may have.

    That it is not known why (no ``run.json``) is no difference.
    """
    comparison = Comparison(old, new)
    summary = summarise(comparison)
    pieces = {"text": _as_text, "json": _as_json, "html": _as_html}[form](comparison, summary, details, colour)
    for piece in pieces:
        write(piece)
    return bool(summary.total or set(summary.problems) - set(comparison.told.problems))


def _as_text(comparison: Comparison, summary: Summary, details: bool, colour: bool) -> Iterator[str]:
    def paint(text: str, code: int) -> str:
        return f"\033[{code}m{text}\033[0m" if colour else text

    for problem in summary.problems:
        yield paint(f"problem: {problem}", 33) + "\n"
    if not summary.total:
        yield f"no difference in {summary.documents:,} documents\n"
        return
    for name in (*TABLES, *OPTIONAL, TEXTS):
        if counts := summary.tables.get(name):
            said = ", ".join(f"{counts[kind]:,} {kind}" for kind in ("added", "removed", "changed") if counts[kind])
            yield f"{name}: {said}\n"
    yield "causes:\n"
    for cause, count in summary.causes.most_common(20):
        yield f"  {count:,} rows: {cause}\n"
    if len(summary.causes) > 20:
        yield f"  and {len(summary.causes) - 20:,} more causes\n"
    if not details:
        return
    yield "\n"
    signs = {"added": ("+", 32), "removed": ("-", 31), "changed": ("~", 36)}
    for change in comparison.changes():
        sign, code = signs[change.kind]
        yield paint(f"{sign} {change.table} {change.key}: {_said(change)}", code) + f"  [{change.cause}]\n"


#: What a row is shown by.
_SHOWN = {
    "documents": ("status", "reason"),
    "blocks": ("kind", "text"),
    "edits": ("original", "replacement", "outcome", "rule"),
    "entities": ("name", "type", "mentions"),
    "mentions": ("text", "entity_id"),
    "relations": ("subject", "predicate", "preposition", "object"),
    "relations_lost": ("subject", "predicate", "preposition", "object"),
}


def _said(change: Change) -> str:
    if change.old is not None and change.new is not None:
        return ", ".join(f"{c} {_cut(change.old.get(c, ''))} -> {_cut(change.new.get(c, ''))}" for c in change.columns)
    row = change.new or change.old or {}
    return " | ".join(_cut(row[c]) for c in _SHOWN[change.table] if row.get(c))


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return json.dumps(text if len(text) <= 80 else text[:77] + "...", ensure_ascii=False)


def _as_json(comparison: Comparison, summary: Summary, details: bool, colour: bool) -> Iterator[str]:
    head = {
        "old": str(comparison.old),
        "new": str(comparison.new),
        "documents": summary.documents,
        "tables": {name: dict(sorted(counts.items())) for name, counts in sorted(summary.tables.items())},
        "causes": dict(summary.causes.most_common()),
        "problems": summary.problems,
    }
    yield json.dumps(head, ensure_ascii=False)[:-1]
    if details:
        yield ', "changes": ['
        before = "\n"
        for change in comparison.changes():
            yield before + json.dumps(change._asdict() | {"kind": change.kind}, ensure_ascii=False)
            before = ",\n"
        yield "\n]"
    yield "}\n"


def _as_html(comparison: Comparison, summary: Summary, details: bool, colour: bool) -> Iterator[str]:
    from unspin.report import asset, environment, policy

    style = asset("report.css")
    yield from (
        environment()
        .get_template("diff.html")
        .generate(
            style=style,
            policy=policy(style),
            old=str(comparison.old),
            new=str(comparison.new),
            summary=summary,
            tables=[name for name in (*TABLES, *OPTIONAL, TEXTS) if name in summary.tables],
            changes=((c, _said(c)) for c in comparison.changes()) if details else (),
        )
    )
