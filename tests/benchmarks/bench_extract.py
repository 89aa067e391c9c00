"""What names and relations add to bare ``nlp.pipe``: ``pytest tests/benchmarks/bench_extract.py -s``.

Both read the same restored texts in one process, in turn; CPU time is
compared, for the wall clock of a shared machine says little; of each the fastest
round counts.
"""

from __future__ import annotations

import time
from pathlib import Path

from unspin.documents import restore_document
from unspin.evaluate import parse_gold
from unspin.extract import BATCH, Extractor
from unspin.records import Source
from unspin.restore import Restorer

GOLD = Path(__file__).parent.parent / "gold"
ROUNDS = 6

#: Names and relations may add so much to the model's own time.
MOST = 0.15


def test_names_and_relations_cost_little() -> None:
    restorer, extractor = Restorer.load(), Extractor()
    spun = [parse_gold(path.read_text(encoding="utf-8"), path.name)[0] for path in sorted(GOLD.glob("*.marked.txt"))]
    documents = [restore_document(Source(str(n), "", "", text), restorer) for n, text in enumerate(spun)]
    blocks = [d.text[b.start : b.end] for d in documents for b in d.blocks if b.kind != "metadata" and b.end > b.start]
    bare, whole = [], []
    for _ in range(ROUNDS):
        began = time.process_time()
        tokens = sum(len(doc) for doc in extractor.nlp.pipe(blocks, batch_size=BATCH))
        bare.append(time.process_time() - began)
        began = time.process_time()
        rows = sum(len(found.relations) for found in extractor.extract(documents))
        whole.append(time.process_time() - began)
    added = min(whole[1:]) / min(bare[1:]) - 1  # the first round warms up
    print(f"\n{tokens} tokens, {rows} rows: bare {min(bare):.2f} s, with names and relations {min(whole):.2f} s")
    print(f"added {added:.1%}")
    assert added <= MOST
