"""Ratios of whole runs and of restoring: ``pytest tests/benchmarks/bench_scale.py -s`` prints them as a table.

The name keeps it out of the default test run.  Times on a shared machine say
little by themselves; what is compared runs in turn, in one call.
"""

import subprocess
import sys
import time

import pytest

from unspin.documents import restore_document
from unspin.lexicon.read import read_packs
from unspin.records import Source
from unspin.restore import Restorer

TEXT = """\
Libya and the USA face demanding situations

In a superb diplomatic engagement aimed closer to improving safety collaboration, representatives
of group {n} met with Libyan leaders on March 3, 2025.They talked about methods {n} for helping
balance in the place.
"""
BARE = """
import sys, pathlib
from unspin.extract.models import load
nlp, _ = load()
texts = [s for p in sorted(pathlib.Path(sys.argv[1]).rglob("*.txt")) for s in p.read_text().split("\\n") if s.strip()]
print(sum(len(d) for d in nlp.pipe(texts)))
"""


def seconds(*command):
    began = time.perf_counter()
    subprocess.run([sys.executable, *map(str, command)], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def corpus(folder, count):
    folder.mkdir()
    for n in range(count):
        (folder / f"{n:05}.txt").write_text(TEXT.format(n=n))
    return folder


def run(inputs, folder, *more):
    return seconds("-m", "unspin", "run", inputs, "-o", folder, "-q", *more)


def test_whole_runs(tmp_path):
    inputs = corpus(tmp_path / "in", 400)
    one = run(inputs, tmp_path / "one", "--workers", "1")
    (tmp_path / "bare.py").write_text(BARE)
    bare = seconds(tmp_path / "bare.py", tmp_path / "one/restored")
    two = run(inputs, tmp_path / "two", "--workers", "2")
    ten = run(corpus(tmp_path / "in10", 40), tmp_path / "ten", "--workers", "1")
    print(f"\nrun / bare nlp.pipe {one / bare:5.2f}\none / two workers   {one / two:5.2f}")
    print(f"400 / 40 documents  {one / ten:5.2f}")
    if pytest.importorskip("distributed"):
        print(f"dask / local, two   {run(inputs, tmp_path / 'dask', '--workers', '2', '--engine', 'dask') / two:5.2f}")


@pytest.fixture(scope="module")
def restorer():
    return Restorer.load()


@pytest.fixture(scope="module")
def keys():
    return sorted({entry.spun for pack in read_packs() for entry in pack.entries})


TEXTS = [TEXT.format(n=n) for n in range(100)]


@pytest.mark.benchmark(group="100 texts")
def test_restoring(benchmark, restorer):
    sources = [Source(str(n), "", "", text) for n, text in enumerate(TEXTS)]
    made = benchmark(lambda: [restore_document(source, restorer) for source in sources])
    assert all(restoration.edits for restoration in made)


@pytest.mark.benchmark(group="100 texts")
def test_finding_with_ahocorasick_rs(benchmark, keys):
    library = pytest.importorskip("ahocorasick_rs")
    automaton = library.AhoCorasick(keys, matchkind=library.MatchKind.LeftmostLongest)
    assert any(benchmark(lambda: [automaton.find_matches_as_indexes(text.lower()) for text in TEXTS]))


@pytest.mark.benchmark(group="100 texts")
def test_finding_with_pyahocorasick(benchmark, keys):
    automaton = pytest.importorskip("ahocorasick").Automaton()
    for key in keys:
        automaton.add_word(key, key)
    automaton.make_automaton()
    assert any(benchmark(lambda: [list(automaton.iter_long(text.lower())) for text in TEXTS]))


@pytest.mark.benchmark(group="100 texts")
def test_finding_with_flashtext(benchmark, keys):
    processor = pytest.importorskip("flashtext").KeywordProcessor()
    processor.add_keywords_from_list(keys)
    assert any(benchmark(lambda: [processor.extract_keywords(text) for text in TEXTS]))


@pytest.mark.benchmark(group="100 texts")
def test_finding_with_spacy_phrasematcher(benchmark, keys):
    spacy = pytest.importorskip("spacy")
    from spacy.matcher import PhraseMatcher

    nlp = spacy.blank("en")
    matcher = PhraseMatcher(nlp.vocab, attr="LOWER")
    matcher.add("spun", list(nlp.pipe(keys)))
    assert any(benchmark(lambda: [matcher(doc) for doc in nlp.pipe(TEXTS)]))
