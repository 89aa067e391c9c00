"""Readers take anything: no unhandled exception, no hang, and their laws hold.

Each reader gets ``UNSPIN_FUZZ`` inputs (300 where it is not set, as in CI).
A longer run by hand: ``UNSPIN_FUZZ=100000 pytest tests/fuzz``; a faster one: ``mutants.py``.
"""

import os

import laws
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

COUNT = int(os.environ.get("UNSPIN_FUZZ", "300"))
#: A hang is what takes longer than this, in milliseconds.
SLOWEST = 5_000

fuzzed = settings(
    max_examples=COUNT,
    deadline=SLOWEST,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    database=None,
)

TEXTS = st.lists(st.sampled_from(laws.MARKS) | st.text(max_size=12), max_size=30).map("".join)
PLAIN = TEXTS.map(lambda text: text.encode("utf-8", "replace").decode("utf-8"))
HEADS = st.sampled_from([b"%PDF-", b"PK\x03\x04", b"\xff\xfe", b"\xef\xbb\xbf", b"{\\rtf"])
RECORDS = st.sampled_from(
    [
        b"text,id\n",
        b'"',
        b"a,b\n",
        b'{"text": "',
        b'"}\n',
        b"[1]\n",
        b"{}\n",
        b"[" * 500,
        b'{"id": 1, "text": "The minister said that talks would go on in May."}\n',
    ]
)
DATA = st.one_of(
    st.binary(max_size=200),
    TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass")),
    PLAIN.map(lambda text: text.encode("utf-16")),
    st.tuples(HEADS, st.binary(max_size=50)).map(b"".join),
    st.lists(RECORDS).map(b"".join),
)


@pytest.mark.parametrize("suffix", [".txt", ".html", ".jsonl", ".csv"])
def test_sources_give_a_document_or_a_reason(tmp_path, suffix):
    @settings(fuzzed, max_examples=max(1, COUNT // 4))
    @given(DATA)
    def check(data):
        laws.source(data, tmp_path, suffix)

    check()


@fuzzed
@given(PLAIN)
def test_tidying_proposes_edits_that_can_be_applied(text):
    laws.tidied(text)


@fuzzed
@given(PLAIN)
def test_blocks_lie_in_the_text_in_order(text):
    laws.laid_out(text)


def test_a_pack_is_read_or_refused_with_its_line(tmp_path):
    cells = st.lists(
        st.sampled_from(["army", "military", "noun", "phrase", "the [army|military] said", "9", "suspect"])
        | st.text(max_size=8),
        min_size=2,
        max_size=6,
    ).map("\t".join)
    lines = st.lists(cells | TEXTS, max_size=6).map(
        lambda found: ("spun\tplain\tform\texample\n" + "\n".join(found)).encode("utf-8", "surrogatepass")
    )

    @fuzzed
    @given(st.just(laws.HEAD) | DATA, lines | DATA, DATA)
    def check(pack, entries, keep):
        laws.pack(pack, entries, keep, tmp_path)

    check()


def test_settings_are_read_or_refused_with_their_file(tmp_path):
    keys = st.sampled_from(["packs", "careful", "model", "output", "format", "workers", "other"])
    values = st.sampled_from(["[]", '["news"]', "0.5", "nan", "inf", "-1", "true", '""', '"csv"', "1e400", "[[]]"])
    lines = st.lists(st.tuples(keys, values).map(" = ".join), max_size=4).map(lambda found: "\n".join(found).encode())

    @fuzzed
    @given(lines | DATA)
    def check(data):
        laws.settings(data, tmp_path)

    check()
