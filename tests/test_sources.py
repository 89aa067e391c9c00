"""Reading documents: which files, which bytes make which text, and why some are refused."""

import csv
import hashlib
import json
import os
import time

import pytest

from unspin.layout import layout
from unspin.records import Metadata
from unspin.sources import InputError, Item, decode, encoding_of, file_key, find, language_of, read

ENGLISH = "The two sides have agreed that the talks will go on in the capital for some more weeks."


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def load(path, **limits):
    return list(read(Item(path.name, path), **limits))


# Which files


def test_find_lists_files_below_folders_in_order(tmp_path):
    for name in ("seeds/b.txt", "seeds/a/z.md", "seeds/.hidden", "seeds/.git/x.txt", "seeds/photo.jpg", "one.txt"):
        write(tmp_path / name, "x")
    found = find([tmp_path / "seeds", str(tmp_path / "one.txt")])
    assert [item.doc_id for item in found] == ["a/z.md", "b.txt", "one.txt", "photo.jpg"]
    assert found[0].path == tmp_path / "seeds/a/z.md"


def test_find_does_not_follow_linked_folders(tmp_path):
    write(tmp_path / "in/a.txt", "x")
    (tmp_path / "in/loop").symlink_to(tmp_path / "in", target_is_directory=True)
    (tmp_path / "in/linked.txt").symlink_to(tmp_path / "in/a.txt")
    (tmp_path / "in/broken.txt").symlink_to(tmp_path / "nowhere")
    items = find([tmp_path / "in"])
    assert [item.doc_id for item in items] == ["a.txt", "broken.txt", "linked.txt"]
    (broken,) = read(items[1])
    assert (broken.status, broken.reason) == ("refused", "cannot be read: No such file or directory")


def test_find_refuses_what_it_cannot_use(tmp_path):
    write(tmp_path / "a/x.txt", "x")
    write(tmp_path / "b/x.txt", "x")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"b/x\.txt: would be 'x\.txt', as .*a/x\.txt is; rename one"):
        find([tmp_path / "a", tmp_path / "b"])
    with pytest.raises(InputError, match=r"gone: no such file or folder; check the spelling"):
        find([tmp_path / "gone"])
    with pytest.raises(InputError, match=r"empty: the folder holds no document; name a folder"):
        find([tmp_path / "empty"])


def test_find_gives_names_that_can_be_written(tmp_path):
    try:
        os.close(os.open(os.fsencode(tmp_path) + b"/caf\xe9.txt", os.O_CREAT | os.O_WRONLY))
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    (item,) = find([tmp_path])
    assert item.doc_id == "caf\ufffd.txt"
    assert load(item.path)[0].reason == "empty"


# Bytes to text

DECODED = [
    (
        "plain.txt",
        b"Plain text of a few words.\r\nNext\rline\n",
        "Plain text of a few words.\r\nNext\rline\n",
        False,
    ),
    ("utf8.md", "# Café “x”".encode(), "# Café “x”", False),
    ("bom.txt", b"\xef\xbb\xbfA text.", "A text.", False),
    ("utf16.txt", "A té“xt”.".encode("utf-16"), "A té“xt”.", True),
    ("utf16be.txt", b"\xfe\xff" + "A text.".encode("utf-16-be"), "A text.", True),
    ("utf32.txt", "A text.".encode("utf-32"), "A text.", True),
    ("cp1252.txt", b"It\x92s 5 \x80 \x96 caf\xe9", "It’s 5 € – café", True),
    ("undefined.txt", b"A \x81 caf\xe9", "A \x81 café", True),
    ("none", b"No suffix at all", "No suffix at all", True),
    ("other.rst", b"Another suffix", "Another suffix", True),
]


@pytest.mark.parametrize(("name", "data", "text", "keep"), DECODED, ids=[d[0] for d in DECODED])
def test_file_is_decoded(tmp_path, name, data, text, keep):
    (source,) = load(write(tmp_path / name, data))
    assert (source.text, source.keep, source.status, source.language) == (text, keep, "", "en")
    assert source.sha256 == hashlib.sha256(data).hexdigest()
    assert (source.doc_id, source.path) == (name, str(tmp_path / name))


REFUSED = [
    ("empty.txt", b"", "empty"),
    ("blank.txt", b"\xef\xbb\xbf \r\n\t", "empty"),
    ("photo.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", "not text (NUL bytes)"),
    ("paper.pdf", b"%PDF-1.7\nabc", "not text (a PDF file)"),
    ("half.txt", b"\xff\xfea", "not text (byte 2 is not UTF-16)"),
    ("noise.bin", bytes(range(1, 32)) * 9, "not text (control characters)"),
    ("large.txt", b"word " * 30, "too large (more than 100 bytes)"),
    ("page.html", b"<html><body><script>x()</script></body></html>", "empty"),
    ("deep.html", b"<div>" * 300 + b"x", "too large (more than 100 bytes)"),
]


@pytest.mark.parametrize(("name", "data", "reason"), REFUSED, ids=[r[0] for r in REFUSED])
def test_file_is_refused_with_its_reason(tmp_path, name, data, reason):
    (source,) = load(write(tmp_path / name, data), max_bytes=100 if "large" in reason else 10_000)
    assert (source.status, source.reason, source.text, source.keep) == ("refused", reason, "", False)
    assert source.sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_unreadable_file_tells_the_reason(tmp_path):
    path = write(tmp_path / "secret.txt", "x")
    path.chmod(0)
    assert load(path)[0].reason == "cannot be read: Permission denied"


def test_encoding_is_found_across_pieces():
    data = ("é" * 10).encode()
    assert encoding_of([data[:3], data[3:]]) == "utf-8"
    assert encoding_of([data[:3]]) == "cp1252"
    assert encoding_of([]) == "utf-8"
    assert decode(b"\x80\x8d\x9d") == "€\x8d\x9d"


# Containers


def records(tmp_path, *rows, name="news.jsonl"):
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    return load(write(tmp_path / name, "\n".join(lines)))


def test_lines_of_json_are_documents(tmp_path):
    first = {"id": 7, "text": ENGLISH, "title": "A title", "author": ["Jane Doe", {"name": "Joe Roe"}],
             "date": "March 3, 2025", "url": "https://x.org/a", "publisher": {"name": "Afric News"}}  # fmt: skip
    found = records(
        tmp_path,
        first,
        {"url": "https://x.org/b/c?d", "content": ENGLISH},
        {"body": ENGLISH},
        "",
        "{broken",
        [1],
        {"id": "x", "title": "no text"},
        {"id": 7, "article": "Lone \ud800 surrogate"},
        {"id": "7-2", "text": "Short."},
        {"id": "../../etc/passwd", "text": "Short."},
        {"id": "e", "text": "  "},
    )
    assert [s.doc_id.removeprefix("news.jsonl#") for s in found] == [
        *("7", "https_x.org_b_c_d", "3", "5", "6", "x", "7-2", "7-2-2", "etc_passwd", "e")
    ]
    assert found[0].text == ENGLISH
    assert found[0].sha256 == hashlib.sha256(ENGLISH.encode()).hexdigest()
    assert found[0].metadata == Metadata("A title", "Jane Doe, Joe Roe", "2025-03-03", "Afric News", "https://x.org/a")
    assert (found[0].keep, found[0].path) == (True, str(tmp_path / "news.jsonl"))
    assert found[6].text == "Lone \ufffd surrogate"
    assert [s.reason for s in found if s.status == "refused"] == [
        "line 5: not JSON (Expecting property name enclosed in double quotes: line 1 column 2 (char 1))",
        "line 6: not a JSON object",
        "line 7: no text under any of text, content, body, article",
        "line 11: empty",
    ]


def test_deep_or_long_json_is_one_refused_record(tmp_path):
    found = records(tmp_path, "[" * 200_000, {"text": ENGLISH})
    assert [s.status for s in found] == ["refused", ""]
    path = write(tmp_path / "long.jsonl", json.dumps({"text": "word " * 2000}) + "\n" + json.dumps({"text": "Short."}))
    found = load(path, max_bytes=1000)
    assert [s.reason for s in found] == ["line 1: too large (more than 8,000 characters)", ""]
    assert load(path, max_bytes=5000)[0].reason == "line 1: too large (more than 5,000 characters)"


def test_json_in_other_encodings(tmp_path):
    line = json.dumps({"id": "a", "text": "Café in the town."}, ensure_ascii=False)
    for encoding in ("utf-8-sig", "utf-16", "cp1252"):
        (source,) = load(write(tmp_path / f"{encoding}.jsonl", line.encode(encoding)))
        assert (source.status, source.text) == ("", "Café in the town.")


def test_rows_of_csv_are_documents(tmp_path):
    path = tmp_path / "news.csv"
    with open(path, "w", newline="", encoding="utf-8-sig") as handle:
        rows = csv.writer(handle)
        rows.writerows(
            [["ID", "Text", "Author", "Published at"], ["a", "Line one,\nline two.", "Jane Doe", "2025-03-03 10:28"]]
        )
        rows.writerows([[], ["a", "word " * 50_000], ["", ENGLISH], ["c"]])
    found = load(path)
    assert [s.doc_id for s in found] == ["news.csv#a", "news.csv#a-2", "news.csv#3", "news.csv#c"]
    assert found[0].text == "Line one,\nline two."
    assert (found[0].metadata.author, found[0].metadata.published) == ("Jane Doe", "2025-03-03T10:28:00")
    assert len(found[1].text) == 250_000
    assert (found[3].status, found[3].reason) == (
        "refused",
        "line 7: no text under any of text, content, body, article",
    )


def test_a_table_whose_first_line_never_ends_is_one_refused_document(tmp_path):
    (source,) = load(write(tmp_path / "c.csv", "id,text," + "x" * 3000), max_bytes=1000)
    assert (source.status, source.reason) == ("refused", "line 1: not CSV (line longer than 2,000 characters)")


def test_an_empty_container_has_the_hash_of_its_file(tmp_path):
    path = write(tmp_path / "blank.jsonl", "\n" * 10_000)
    (source,) = load(path)
    assert (source.reason, source.sha256) == ("empty", hashlib.sha256(path.read_bytes()).hexdigest())


def test_no_two_records_have_texts_of_one_name(tmp_path):
    lines = [json.dumps({"id": key, "text": ENGLISH}) for key in ("x", "x.txt", "x", "x.md")]
    found = load(write(tmp_path / "a.jsonl", "\n".join(lines)))
    assert [s.doc_id for s in found] == ["a.jsonl#x", "a.jsonl#x.txt-2", "a.jsonl#x-3", "a.jsonl#x.md"]


def test_the_folder_of_a_run_holds_no_articles(tmp_path):
    for name in ("a.txt", "out/run.json", "out/datapackage.json", "out/documents.csv", "sub/run.json"):
        write(tmp_path / name, ENGLISH)
    assert [item.doc_id for item in find([tmp_path])] == ["a.txt", "sub/run.json"]


def test_faults_of_csv(tmp_path):
    (source,) = load(write(tmp_path / "a.csv", "name,age\nx,1"))
    assert source.reason == "line 1: no column named text, content, body, article"
    (source,) = load(write(tmp_path / "b.csv", "id;text\n1;A word; two"))
    assert source.text == "A word"
    found = load(write(tmp_path / "c.csv", 'id,text\n1,Good.\n2,"open ' + "word\n" * 1000), max_bytes=1000)
    assert [s.status for s in found] == ["", "refused"]
    assert found[1].reason.endswith("the rest was not read")
    assert [s.reason for s in load(write(tmp_path / "d.csv", b"\0\1\2"))] == ["not text (NUL bytes)"]
    assert [s.reason for s in load(write(tmp_path / "e.csv", ""))] == ["empty"]
    before = csv.field_size_limit()
    load(tmp_path / "c.csv")
    assert csv.field_size_limit() == before


def test_ten_thousand_records_of_one_key(tmp_path):
    found = records(tmp_path, *[{"id": "a", "text": "Short."}] * 10_000)
    assert len({s.doc_id for s in found}) == 10_000


@pytest.mark.parametrize(
    ("key", "name"),
    [("a/b", "a_b"), ("/etc", "etc"), ("..", ""), ("a..b", "a.b"), ("x\x00\n", "x"),
     ("Ünï 1", "Ünï 1"), ("con:1", "con_1"), (" . ", "")],
)  # fmt: skip
def test_key_is_fit_for_a_file_name(key, name):
    assert file_key(key) == name


def test_long_keys_stay_apart():
    one, two = file_key("é" * 500 + "1"), file_key("é" * 500 + "2")
    assert one != two
    assert len(one.encode()) <= 100


# HTML

PAGE = """<!DOCTYPE html><html lang="en"><head><title>Talks end | Afric News</title>
<meta property="og:site_name" content="Afric News"><meta name="author" content="Jane Doe">
<meta property="article:published_time" content="2025-03-03T10:28:00+00:00">
<link rel="canonical" href="https://afric.news/talks"></head>
<body><nav><a href="/">Home</a></nav><article><h1>Talks end</h1>
<p>The two <b>sides</b> have agreed that the <a href="/t">talks</a> will go on in the capital for some more weeks.</p>
<h2>Key Points</h2><p>These include:</p>
<ul><li>Joint drills: Improving readiness of all of the forces.</li><li>Aid<ul><li>Food and water</li></ul></li></ul>
<table><tr><th>Goal</th><th>Aim</th></tr><tr><td>Army | police</td><td>More drills</td></tr></table>
<p>The end of the talks came.<br>late on Monday, and all of the leaders who were there said they would meet again.</p>
</article><footer>All rights reserved</footer></body></html>"""


def test_page_becomes_marked_text(tmp_path):
    (source,) = load(write(tmp_path / "page.html", PAGE))
    assert source.metadata == Metadata(
        "Talks end", "Jane Doe", "2025-03-03T10:28:00+00:00", "Afric News", "https://afric.news/talks"
    )
    assert source.keep
    text = source.text
    assert [(b.kind, text[b.start : b.end]) for b in layout(text)] == [
        ("title", "Talks end"),
        ("paragraph", "The two sides have agreed that the talks will go on in the capital for some more weeks."),
        ("heading", "Key Points"),
        ("paragraph", "These include:"),
        ("item", "Joint drills: Improving readiness of all of the forces."),
        ("item", "Aid"),
        ("item", "Food and water"),
        ("cell", "Goal"),
        ("cell", "Aim"),
        ("cell", "Army \\| police"),
        ("cell", "More drills"),
        ("paragraph", "The end of the talks came."),
        ("paragraph", "late on Monday, and all of the leaders who were there said they would meet again."),
    ]  # fmt: skip


def test_small_page_is_read_whole(tmp_path):
    page = "<body><h1>A title</h1><div>loose <b>text</b> here<p>One.<br>Two.<ul><li>an item</ul><pre>x\ny</pre>"
    (source,) = load(write(tmp_path / "page.htm", page))
    assert source.text == "# A title\n\nloose text here\n\nOne.\n\nTwo.\n\n- an item\n\nx\n\ny\n"
    assert source.metadata == Metadata(title="A title")


def test_linked_data_tells_the_author(tmp_path):
    data = {
        "@graph": [
            {"@type": "NewsArticle", "headline": "H", "author": {"name": "Jane Doe"}, "datePublished": "2025-03-03"}
        ]
    }
    page = f'<head><script type="application/ld+json">{json.dumps(data)}</script></head><body><p>{ENGLISH}</p></body>'
    (source,) = load(write(tmp_path / "page.html", page))
    assert (source.metadata.author, source.metadata.published) == ("Jane Doe", "2025-03-03")
    assert source.text == f"# H\n\n{ENGLISH}\n"


HOSTILE = ["<div>", "<b>", "<p>", "<", "<aaaa", "<a b='", "<ul><li>", "<table>", "</p>", "&#", "<!--", "<script>"]


@pytest.mark.parametrize("piece", HOSTILE)
def test_broken_page_does_not_crash(tmp_path, piece):
    start = time.perf_counter()
    (source,) = load(write(tmp_path / "page.html", piece * 20_000 + "text"))
    assert source.status in ("", "refused")
    assert time.perf_counter() - start < 10


# Language

SAMPLES = {
    "de": "Der Rat der Stadt hat am Montag nach langer Debatte beschlossen, dass die neue Brücke auch für "
    "Fußgänger gebaut wird.",
    "fr": "Le conseil de la ville a décidé lundi que le nouveau pont sera ouvert aux piétons et que les travaux "
    "vont commencer.",
    "es": "El consejo de la ciudad decidió el lunes que el nuevo puente estará abierto para los peatones y que "
    "las obras empiezan.",
    "pt": "O conselho da cidade decidiu na segunda-feira que a nova ponte não será aberta para os carros e que "
    "as obras começam.",
    "it": "Il consiglio della città ha deciso lunedì che il nuovo ponte sarà aperto ai pedoni e che i lavori "
    "non sono finiti.",
    "nl": "De gemeenteraad heeft maandag besloten dat de nieuwe brug ook voor voetgangers open gaat en dat het "
    "werk nu begint.",
    "sv": "Kommunen har beslutat att den nya bron också ska vara öppen för fotgängare och att arbetet inte är "
    "klart än i år.",
    "pl": "Rada miasta postanowiła w poniedziałek, że nowy most będzie otwarty także dla pieszych i że prace "
    "się nie skończą.",
    "tr": "Belediye meclisi pazartesi günü yeni köprünün yayalar için de açık olacağına ve bu yıl çok iş olduğu "
    "için karar verdi.",
    "id": "Dewan kota memutuskan pada hari Senin bahwa jembatan baru itu akan dibuka juga untuk pejalan kaki "
    "dan tidak lama lagi.",
    "ru": "Совет города решил в понедельник, что новый мост будет открыт для пешеходов.",
    "ar": "قرر مجلس المدينة يوم الاثنين أن الجسر الجديد سيكون مفتوحا للمشاة",
    "zh": "市议会星期一决定新桥将对行人开放工程将于今年开始",
    "ja": "市議会は月曜日に新しい橋を歩行者にも開放することを決めました",
    "ko": "시의회는 월요일에 새 다리를 보행자에게도 개방하기로 결정했다",
    "el": "Το δημοτικό συμβούλιο αποφάσισε τη Δευτέρα ότι η νέα γέφυρα θα ανοίξει",
}


@pytest.mark.parametrize("code", SAMPLES)
def test_other_language_is_refused(tmp_path, code):
    (source,) = load(write(tmp_path / "a.txt", SAMPLES[code]))
    assert (source.language, source.status) == (code, "refused")
    assert source.reason.startswith("not English (looks like ")


@pytest.mark.parametrize(
    "text",
    [
        ENGLISH,
        "Merci.",
        "shr 12 cts vs 11 cts net 1.2 mln vs 1.0 mln revs 3.4 mln vs 3.1 mln nine mths shr 36 cts vs 30 cts",
        "Flights: Rio de Janeiro, La Paz, El Salvador, Los Angeles, Las Vegas, Le Mans, Den Haag, Das Es Salaam",
        "BANK OF THE WEST SETS PAYOUT FOR QUARTER",
        "Der Spiegel said that the head of Die Linke was in the town for the talks, and that he will be back in May.",
        "Article 1 1 1 1 2 2 2 3 3 3 4 4 4 5 5 5 6 6 6",
    ],
)
def test_english_and_doubtful_text_pass(text):
    assert language_of(text) == "en"


@pytest.mark.parametrize("header", ['"a,b";text;"c,d"', "a,b;Text ;c,d", "a\tb,c\td,e\ttext"])
def test_header_with_commas_in_its_names(tmp_path, header):
    mark = "\t" if "\t" in header else ";"
    names = next(csv.reader([header], delimiter=mark))
    cells = ["A word" if name.strip().lower() == "text" else "1" for name in names]
    (source,) = load(write(tmp_path / "a.csv", f"{header}\n{mark.join(cells)}"))
    assert source.text == "A word"
