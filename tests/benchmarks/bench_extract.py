"""What names and relations add to bare ``nlp.pipe``: ``pytest tests/benchmarks/bench_extract.py -s``.

All read the same restored texts in one process, in turn; CPU time is
compared, for the wall clock of a shared machine says little; of each the fastest
round counts.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import spacy

from unspin.documents import restore_document
from unspin.evaluate import parse_gold
from unspin.extract import Extractor, models
from unspin.records import Source
from unspin.restore import Restorer
from unspin.sentences import batches

GOLD = Path(__file__).parent.parent / "gold"
ROUNDS = 6

#: Names and relations may add so much to the model's own time.
MOST = 0.15


def seconds(work: Callable[[], Any]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def test_names_and_relations_cost_little() -> None:
    restorer, extractor = Restorer.load(), Extractor()
    plain = spacy.load(models.find()[1], exclude=list(models.UNUSED))
    spun = [parse_gold(path.read_text(encoding="utf-8"), path.name)[0] for path in sorted(GOLD.glob("*.marked.txt"))]
    documents = [restore_document(Source(str(n), "", "", text), restorer) for n, text in enumerate(spun)]
    blocks = [d.text[b.start : b.end] for d in documents for b in d.blocks if b.kind != "metadata" and b.end > b.start]
    works: dict[str, Callable[[], Any]] = {
        "bare": lambda: list(plain.pipe(blocks)),
        "ours": lambda: [list(extractor.nlp.pipe(b, as_tuples=True)) for b in batches((t, None) for t in blocks)],
        "whole": lambda: list(extractor.extract(documents)),
    }
    rounds = [{name: seconds(work) for name, work in works.items()} for _ in range(ROUNDS)]
    bare, ours, whole = (min(taken[name] for taken in rounds[1:]) for name in works)  # the first round warms up
    print(f"\nthe model as we run it / as it comes {ours / bare:.2f}, with names and relations {whole / bare:.2f}")
    print(f"names and relations add {(whole - ours) / bare:.1%} of the model's time as it comes")
    assert whole - ours <= MOST * bare
    assert whole <= (1 + MOST) * bare
