"""A check proves again only what an edit touches, and finds what a check from scratch finds."""

import pytest

from unspin.lexicon import check, proofs

HEADER = "spun\tplain\tform\texample\toften\n"
ENTRIES = [
    "army\tmilitary\tnoun\tThe [army|military] left on Sunday.\t7",
    "coaching\ttraining\tnoun\tThe army gave them weapons and [coaching|training].\t9",
    "demanding situation\tchallenge\tnoun\tThey face [demanding situations|challenges] in the region.\t9",
    "give a boost to\tsupport\tverb\tThe pledge to [give a boost to|support] the driver's force.\t9",
    "safety\tsecurity\tnoun\tThe [safety|security] forces came.\t8",
]
KEEP = ["The army gave a demanding coach his driver's wages.", "The cat sat on the mat."]


@pytest.fixture
def looked(tmp_path, monkeypatch):
    """Give a function that writes and checks a pack, and tells what was found and which texts were judged anew."""
    monkeypatch.setenv("UNSPIN_CACHE", str(tmp_path / "cache"))
    proved, kept = [], []
    prove_all, restore = check.prove_all, check.Restorer.restore
    monkeypatch.setattr(
        check,
        "prove_all",
        lambda entries, *more: (proved.extend(e.spun for e in entries), prove_all(entries, *more))[1],
    )
    monkeypatch.setattr(
        check.Restorer, "restore", lambda self, text, blocks: (kept.append(text), restore(self, text, blocks))[1]
    )
    folder = tmp_path / "mine"
    folder.mkdir()

    def look(entries=ENTRIES, keep=KEEP, family="x"):
        (folder / "pack.toml").write_text(f'title = "Mine"\nfamily = "{family}"\nsubject = "x"\n')
        (folder / "entries.tsv").write_text(HEADER + "".join(f"{e}\n" for e in entries))
        (folder / "keep.txt").write_text("".join(f"{k}\n" for k in keep))
        proved.clear()
        kept.clear()
        found = check.check([folder])
        anew = set(proved), set(kept)
        with monkeypatch.context() as fresh:
            fresh.setenv("UNSPIN_CACHE", str(tmp_path / "empty"))
            for path in (tmp_path / "empty").glob("verdicts-*"):
                path.unlink()
            assert check.check([folder]) == found
        return anew

    return look


ALL = {e.split("\t")[0] for e in ENTRIES}


def test_nothing_is_proved_twice(looked):
    assert looked() == (ALL, set(KEEP))
    assert looked() == (set(), set())


@pytest.mark.parametrize(
    ("entries", "proved", "kept"),
    [
        ([ENTRIES[0][:-1] + "suspect", *ENTRIES[1:]], {"coaching"}, {KEEP[0]}),
        ([ENTRIES[0][:-1] + "2", *ENTRIES[1:]], {"army", "coaching"}, {KEEP[0]}),
        (ENTRIES[1:], {"coaching"}, {KEEP[0]}),
        ([ENTRIES[0].replace("Sunday", "Monday"), *ENTRIES[1:]], {"army"}, set()),
        ([*ENTRIES, "weapon\tarm\tnoun\tThey laid down their [weapons|arms].\t5"], {"coaching", "weapon"}, set()),
        ([*ENTRIES[:3], "driver's\tmotorist's\tphrase\tThe [driver's|motorist's] car burnt.\t5", *ENTRIES[3:]],
         {"give a boost to", "driver's"}, {KEEP[0]}),
        ([*ENTRIES, "the region of doom\thell\tphrase\tHe fears [the region of doom|hell].\t5"],
         {"the region of doom"}, set()),
    ],
)
def test_an_edit_proves_again_what_it_touches(looked, entries, proved, kept):
    looked()
    assert looked(entries) == (proved, kept)
    assert looked(entries) == (set(), set())


def test_nothing_is_loaded_where_nothing_is_to_be_proved(looked, monkeypatch, tmp_path):
    looked()
    made = []
    first = check.Restorer.__init__
    monkeypatch.setattr(check.Restorer, "__init__", lambda self, *a, **k: (made.append(self), first(self, *a, **k))[1])
    check.check([tmp_path / "mine"])
    assert made == []
    (tmp_path / "mine" / "keep.txt").write_text("The dog slept.\n")
    check.check([tmp_path / "mine"])
    assert len(made) == 1


def test_a_keep_sentence_that_is_added_is_run_alone(looked):
    looked()
    assert looked(keep=[*KEEP, "The dog slept."]) == (set(), {"The dog slept."})


def test_another_family_or_other_code_proves_everything_again(looked, monkeypatch):
    looked()
    assert looked(family="y") == (ALL, set(KEEP))
    monkeypatch.setattr("unspin.lexicon.proofs.NEVER", proofs.NEVER / 2)
    assert looked(family="y") == (ALL, set(KEEP))


def test_a_cache_that_cannot_be_read_is_done_without(looked, tmp_path):
    looked()
    (path,) = (tmp_path / "cache").glob("verdicts-*.json")
    path.write_text("no JSON")
    assert looked() == (ALL, set(KEEP))
    path.write_text("[]")
    assert looked() == (ALL, set(KEEP))
