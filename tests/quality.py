"""Measure the floors of ``tests/quality.toml``; exits 1 where one is not reached.

    python tests/quality.py [--table]

Prints each figure beside its floor.  Figures that need the shared articles or
the clean news are left out, with a line that says so, where these are not
beside the project.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from held_out import HeldOut
from unspin.documents import restore_document
from unspin.edits import changed
from unspin.evaluate import Counts, read_gold, score
from unspin.records import Restoration, Source
from unspin.restore import Restorer

HERE = Path(__file__).resolve().parent
SHARED = HERE.parent.parent / "shared"

SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")


def restored(text: str, restorer: Restorer) -> Restoration:
    return restore_document(Source("x.txt", "x.txt", "", text), restorer)


def gold_figures(folder: Path, restorer: Restorer, as_shipped: bool = False) -> dict[str, float]:
    """Give precision, recall and F0.5 over the gold articles of a folder, each without what its own gold showed.

    ``as_shipped``: with it, as whoever restores one of these articles gets it.
    """
    total = Counts()
    held = HeldOut(restorer)
    for doc_id, spun, gold in read_gold(folder):
        if not as_shipped:
            held.leave_out(doc_id.removesuffix(".txt"), spun, gold)
        total += score(spun, gold, restored(spun, restorer).edits, doc_id).counts
    held.remember()
    return {"precision": total.precision, "recall": total.recall, "f05": total.f05}


def clean_documents() -> Iterator[str]:
    with gzip.open(SHARED / "data" / "clean_news.jsonl.gz", "rt", encoding="utf-8") as handle:
        for line in handle:
            yield json.loads(line)["text"]


def clean_figures(restorer: Restorer) -> dict[str, float]:
    """Give the share of clean sentences altered (surface repairs aside) and of documents called clean."""
    sentences = altered = documents = clean = 0
    for text in clean_documents():
        document = restored(text, restorer)
        documents += 1
        clean += document.status == "clean"
        spans = [m.span() for m in SENTENCE.finditer(text) if m[0].strip()]
        sentences += len(spans)
        edits = [e for e in changed(document.edits) if e.kind not in {"spacing", "encoding", "markup"}]
        altered += sum(any(e.start < b and e.end > a for e in edits) for a, b in spans) if edits else 0
    return {"altered": altered / sentences, "clean": clean / documents}


def measure() -> dict[str, dict[str, float]]:
    """Give every figure that can be measured here."""
    restorer = Restorer.load()
    found = {"gold": gold_figures(HERE / "gold", restorer)}
    if SHARED.is_dir():
        found["article"] = gold_figures(SHARED / "gold", restorer)
        found["article_as_shipped"] = gold_figures(SHARED / "gold", restorer, as_shipped=True)
        found["clean"] = clean_figures(restorer)
    return found


def main() -> int:
    floors = tomllib.loads((HERE / "quality.toml").read_text(encoding="utf-8"))
    figures = measure()
    worse = 0
    for part, bounds in floors.items():
        if part not in figures:
            print(f"{part:10} not measured: ../shared is not here")
            continue
        for name, value in figures[part].items():
            low, high = bounds.get(name), bounds.get(name + "_at_most")
            bad = (low is not None and value < low) or (high is not None and value > high)
            worse += bad
            bound = f"at least {low}" if low is not None else f"at most {high}" if high is not None else ""
            print(f"{part:10} {name:10} {value:8.4f}  {bound}{'  NOT HELD' if bad else ''}")
    return int(bool(worse))


if __name__ == "__main__":
    sys.exit(main())
