"""``report.html``: one self-contained page per run.

The texts and rows of each document stand in the page once, as JSON that is
read when its document is looked at; the source text is the restored text with
its edits undone.  The page may load nothing: its policy names the hashes of
its style sheet and its two scripts.  The larger one is Cytoscape.js, which draws
the graph (MIT licence, named in the file and in the page).
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from unspin.tables import BETWEEN, DocumentRows, TableError, is_run, read_documents, read_rows, read_text, read_told

if TYPE_CHECKING:
    import jinja2

NAME = "report.html"
_TEMPLATES = Path(__file__).with_name("templates")


def write_report(run: Path, told: Mapping[str, Any] | None = None) -> Path:
    """Write the report of a run folder and give its path; ``told`` is what ``run.json`` says where it is still to come.

    Raises TableError where the folder is no run or lacks a table or a text.
    """
    if not is_run(run):
        raise TableError(f"{run}: is no run folder; `unspin run INPUT -o {run}` makes one")
    part = run / f".{NAME}.part"
    part.unlink(missing_ok=True)  # of a run that was killed; or a link that leads elsewhere
    try:
        with open(part, "w", encoding="utf-8", newline="") as file:
            for piece in _pieces(run, told):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, run / NAME)
    finally:
        part.unlink(missing_ok=True)
    return run / NAME


def _pieces(run: Path, told: Mapping[str, Any] | None) -> Iterator[str]:
    page = _Page(run, (read_told(run) or {}) if told is None else told)
    style, library, script = asset("report.css"), asset("cytoscape.min.js"), asset("report.js")
    yield from (
        environment()
        .get_template("report.html")
        .generate(
            style=style,
            library=library,
            script=script,
            policy=policy(style, library, script),
            documents=page.documents(),
            overview=page.overview,  # asked for when the documents have been read
        )
    )


def environment() -> jinja2.Environment:
    """Give the templates, escaping all that is put into them."""
    import jinja2

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined
    )


@cache
def asset(name: str) -> Any:
    """Give a style sheet or script as it stands in the page."""
    import markupsafe

    return markupsafe.Markup((_TEMPLATES / name).read_text(encoding="utf-8"))


def policy(style: str, *scripts: str) -> str:
    """Give the Content-Security-Policy that lets in one style sheet and these scripts, and nothing from anywhere."""

    def mark(text: str) -> str:
        return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"

    allowed = " ".join(map(mark, scripts)) or "'none'"
    return f"default-src 'none'; style-src {mark(style)}; script-src {allowed}; base-uri 'none'; form-action 'none'"


def json_text(value: object) -> Any:
    """Write a value as JSON that can stand inside a script element.

    >>> json_text("</script><!--")
    Markup('"\\\\u003c/script>\\\\u003c!--"')
    """
    import markupsafe

    return markupsafe.Markup(json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c"))


class _Page:
    """Turns a run into the data of its page; rules and entities are numbered as they come."""

    def __init__(self, run: Path, told: Mapping[str, Any]) -> None:
        self._run, self._told = run, told
        self._entities: list[list[Any]] = []
        self._entity: dict[str, int] = {}
        for row in read_rows(run, "entities"):
            self._entity[row["entity_id"]] = len(self._entities)
            shown = [row["entity_id"], row["name"], row["type"], int(row["mentions"]), int(row["documents"])]
            self._entities.append([*shown, row["aliases"], row["reference"]])
        self._rules: dict[str, int] = {}
        self._made: Counter[int] = Counter()
        self._proposed: Counter[int] = Counter()
        self._relations: Counter[str] = Counter()
        self._list: list[list[Any]] = []

    def documents(self) -> Iterator[Any]:
        """Give the data of each document that has a text."""
        for rows in read_documents(self._run):
            d = rows.document
            self._list.append(
                [d[name] for name in ("doc_id", "status", "reason", "title", "author", "published", "publisher")]
                + [d["source_url"], _int(d["words"]), _int(d["edits"]), _int(d["suspects"])]
                + [float(d["spin_score"] or 0), d["pack"], len(rows.mentions), len(rows.relations), d["sha256"]]
            )
            self._relations.update(r["relation"] or "no type" for r in rows.relations)
            if d["status"] in ("done", "clean"):
                yield len(self._list) - 1, json_text(self._document(rows))

    def _document(self, rows: DocumentRows) -> dict[str, Any]:
        shift = 0
        edits = []
        for e in rows.edits:
            rules = [self._rules.setdefault(rule, len(self._rules)) for rule in e["rule"].split(BETWEEN)]
            start = int(e["start"]) + shift
            made = e["outcome"] == "changed"
            if made:
                shift += len(e["replacement"]) - len(e["original"])
                self._made.update(rules)
            else:
                self._proposed.update(rules)
            end = start + len(e["replacement"] if made else e["original"])
            # What stands in the restored text is not said again: of a change the old words, of a suspect the new.
            other = e["original"] if made else e["replacement"]
            edits.append([start, end, int(made), other, e["kind"], rules, float(e["score"]), e["alternatives"]])
        return {
            "text": read_text(self._run, rows.document["doc_id"]),
            "blocks": [
                [int(b["restored_start"]), int(b["restored_end"]), b["kind"], _int(b["level"]), _int(b["row"], -1)]
                for b in rows.blocks
            ],
            "edits": edits,
            "mentions": [
                [int(m["restored_start"]), int(m["restored_end"]), self._entity[m["entity_id"]], m["method"]]
                for m in rows.mentions
            ],
            "relations": [
                [
                    *(r["subject"], self._entity.get(r["subject_id"], -1), r["predicate_text"], r["preposition"]),
                    *(r["object"], self._entity.get(r["object_id"], -1), r["relation"], int(r["negated"] == "true")),
                    *(r["modality"], r["tense"], r["attribution"], float(r["confidence"] or 0)),
                    *(int(r["restored_start"]), int(r["restored_end"])),
                    [self._rules[rule] for rule in r["rules"].split(BETWEEN) if rule in self._rules],
                ]
                for r in rows.relations
            ],
        }

    def overview(self) -> Any:
        """Give what the page says of the run as a whole."""
        rules = [[rule, self._made[i], self._proposed[i]] for rule, i in self._rules.items()]
        about = {key: self._told[key] for key in ("unspin", "model", "settings") if key in self._told}
        relations = sorted(self._relations.items(), key=lambda pair: (-pair[1], pair[0]))
        data = {"run": about, "documents": self._list, "rules": rules, "entities": self._entities}
        return json_text(data | {"relations": relations})


def _int(text: str, default: int = 0) -> int:
    return int(text) if text else default
