"""Ratios of whole runs and of restoring: ``pytest tests/benchmarks/bench_scale.py -s`` prints them as a table.

The name keeps it out of the default test run.  Times on a shared machine say
little by themselves; what is compared runs in turn, in one call, and where it
runs in this process the least of several rounds counts.
"""

import gc
import itertools
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import spacy

from unspin.documents import restore_document
from unspin.evaluate import parse_gold
from unspin.extract import models
from unspin.layout import layout
from unspin.lexicon.read import read_packs
from unspin.records import Source
from unspin.restore import Restorer

GOLD = Path(__file__).parent.parent / "gold"
#: Articles that were spun, as a reader would see them.
TEXTS = [
    parse_gold(path.read_text(encoding="utf-8"))[0]
    for path in sorted(GOLD.glob("*.marked.txt"))
    if not path.name.startswith("clean")
]
WORDS = sum(len(text.split()) for text in TEXTS)
BARE = f"""
import sys, pathlib, spacy
nlp = spacy.load(sys.argv[2], exclude={list(models.UNUSED)})
texts = [s for p in sorted(pathlib.Path(sys.argv[1]).rglob("*.txt")) for s in p.read_text().split("\\n") if s.strip()]
print(sum(len(d) for d in nlp.pipe(texts)))
"""


def seconds(*command):
    """Give the wall time of a process and the processor time of it and its children."""
    began, before = time.perf_counter(), os.times()
    subprocess.run([sys.executable, *map(str, command)], check=True, stdout=subprocess.DEVNULL)
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - began, used


def corpus(folder, count):
    """Write documents of some 160 words; a paragraph that comes again has another number in it."""
    folder.mkdir()
    paragraphs = [p for text in TEXTS for p in text.split("\n") if len(p.split()) > 25]
    for n in range(count):
        chosen = [paragraphs[(3 * n + k) % len(paragraphs)] for k in range(3)]
        text = "\n\n".join(f"{p} This is number {n} of {count}." for p in chosen)
        (folder / f"{n:05}.txt").write_text(text + "\n", encoding="utf-8")
    return folder


def run(inputs, folder, *more):
    return seconds("-m", "unspin", "run", inputs, "-o", folder, "-q", *more)


def told(name, a, b):
    print(f"{name:45} wall {a[0] / b[0]:6.2f}  processor {a[1] / b[1]:6.2f}")


def test_whole_runs(tmp_path):
    inputs = corpus(tmp_path / "in", 300)
    one = run(inputs, tmp_path / "one", "--workers", "1")
    (tmp_path / "bare.py").write_text(BARE)
    bare = seconds(tmp_path / "bare.py", tmp_path / "one/restored", models.find()[1])
    two = run(inputs, tmp_path / "two", "--workers", "2")
    print()
    told("run with one worker / model and nlp.pipe alone", one, bare)
    told("one worker / two workers", one, two)
    if pytest.importorskip("distributed", reason="unspin[dask] is not installed"):
        dask = run(inputs, tmp_path / "dask", "--workers", "2", "--engine", "dask")
        told("dask / local, two workers each", dask, two)
    assert (tmp_path / "one/edits.csv").read_bytes() == (tmp_path / "two/edits.csv").read_bytes()


def test_ten_a_hundred_a_thousand_documents(tmp_path):
    times = {n: run(corpus(tmp_path / f"in{n}", n), tmp_path / f"out{n}", "--workers", "1") for n in (10, 100, 1000)}
    print()
    told("100 / 10 documents", times[100], times[10])
    told("1,000 / 100 documents", times[1000], times[100])


def least(work, rounds=5):
    """Give the least processor time of several rounds."""
    found = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        found.append(time.process_time() - began)
    return min(found)


def test_restoring_against_the_models_pipeline(restorer):
    nlp = spacy.load(models.find()[1], exclude=models.UNUSED)
    laid = [(text, layout(text)) for text in TEXTS]
    lines = [line for text in TEXTS for line in text.split("\n") if line.strip()]
    first = least(lambda: [restorer.restore(*one) for one in laid], 1)
    again = least(lambda: [restorer.restore(*one) for one in laid])
    model = least(lambda: list(nlp.pipe(lines)))
    print(f"\n{WORDS} words; spaCy's pipeline / restoring: first time {model / first:5.2f}, again {model / again:5.2f}")


def test_a_thousand_to_a_hundred_thousand_entries(tmp_path, monkeypatch):
    """The same texts under packs of made-up phrases of their own words; most of them stand nowhere."""
    monkeypatch.setenv("UNSPIN_CACHE", str(tmp_path / "cache"))
    words = sorted({w for text in TEXTS for w in text.split() if w.isascii() and w.isalpha() and w.islower()})
    phrases = itertools.islice((f"{a} {b}" for a, b in itertools.product(words, words) if a != b), 0, None, 7)
    drawn = list(itertools.islice(phrases, 100_000))
    laid = [(text, layout(text)) for text in TEXTS]
    print()
    usual = None
    for count in (1_000, 10_000, 100_000):
        pack = tmp_path / f"made{count}"
        pack.mkdir()
        (pack / "pack.toml").write_text('title = "made up"\nfamily = "made"\nsubject = "none"\n')
        step = len(drawn) // count
        lines = (f"{spun}\tthe plain one\tphrase\tIt was [{spun}|the plain one] there.\n" for spun in drawn[::step])
        (pack / "entries.tsv").write_text("spun\tplain\tform\texample\n" + "".join(lines))
        began = time.process_time()
        Restorer.load([pack])
        compiled = time.process_time() - began
        began = time.process_time()
        made = Restorer.load([pack])
        loaded = time.process_time() - began
        took = least(lambda made=made: [made.restore(*one) for one in laid])
        usual = usual or (took, loaded, compiled)
        print(
            f"{count:7,} entries / 1,000: restoring {took / usual[0]:5.2f}, loading {loaded / usual[1]:5.2f}, "
            f"compiling and loading {compiled / usual[2]:5.2f}"
        )


@pytest.fixture(scope="module")
def restorer():
    loaded = Restorer.load()
    gc.freeze()  # as a run does
    return loaded


@pytest.fixture(scope="module")
def keys():
    return sorted({entry.spun for pack in read_packs() for entry in pack.entries})


@pytest.mark.benchmark(group="the gold articles")
def test_restoring(benchmark, restorer):
    sources = [Source(str(n), "", "", text) for n, text in enumerate(TEXTS)]
    made = benchmark(lambda: [restore_document(source, restorer) for source in sources])
    assert all(restoration.edits for restoration in made)


@pytest.mark.benchmark(group="the gold articles")
def test_finding_with_ahocorasick_rs(benchmark, keys):
    library = pytest.importorskip("ahocorasick_rs", reason="ahocorasick-rs is not installed")
    automaton = library.AhoCorasick(keys, matchkind=library.MatchKind.LeftmostLongest)
    assert any(benchmark(lambda: [automaton.find_matches_as_indexes(text.lower()) for text in TEXTS]))


@pytest.mark.benchmark(group="the gold articles")
def test_finding_with_pyahocorasick(benchmark, keys):
    automaton = pytest.importorskip("ahocorasick", reason="pyahocorasick is not installed").Automaton()
    for key in keys:
        automaton.add_word(key, key)
    automaton.make_automaton()
    assert any(benchmark(lambda: [list(automaton.iter_long(text.lower())) for text in TEXTS]))


@pytest.mark.benchmark(group="the gold articles")
def test_finding_with_flashtext(benchmark, keys):
    processor = pytest.importorskip("flashtext", reason="FlashText is not installed").KeywordProcessor()
    processor.add_keywords_from_list(keys)
    assert any(benchmark(lambda: [processor.extract_keywords(text) for text in TEXTS]))


@pytest.mark.benchmark(group="the gold articles")
def test_finding_with_spacy_phrasematcher(benchmark, keys):
    spacy = pytest.importorskip("spacy")
    from spacy.matcher import PhraseMatcher

    nlp = spacy.blank("en")
    matcher = PhraseMatcher(nlp.vocab, attr="LOWER")
    matcher.add("spun", list(nlp.pipe(keys)))
    assert any(benchmark(lambda: [matcher(doc) for doc in nlp.pipe(TEXTS)]))


@pytest.mark.benchmark(group="fifty words")
def test_finding_with_spaczz(benchmark, keys):
    """Fuzzy matching tries every key at every place: fifty words are all that can be waited for."""
    library = pytest.importorskip("spaczz.matcher", reason="spaczz is not installed")
    import spacy

    nlp = spacy.blank("en")
    matcher = library.FuzzyMatcher(nlp.vocab)
    matcher.add("spun", [nlp(key) for key in keys[::20]])
    doc = nlp(" ".join(TEXTS[0].split()[:50]))
    benchmark.pedantic(lambda: matcher(doc), rounds=1)


@pytest.mark.benchmark(group="fifty words")
def test_restoring_fifty_words(benchmark, restorer):
    source = Source("a", "", "", " ".join(TEXTS[0].split()[:50]))
    benchmark(lambda: restore_document(source, restorer))
