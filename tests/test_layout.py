"""Blocks and metadata: exact outlines of small texts, and laws that hold for any text."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unspin.layout import KEYS, fences, field, iso_date, layout, metadata, title_case
from unspin.records import Metadata


def outline(text):
    """Give each block as ``id<parent kind[level] text``."""
    return [
        f"{b.block_id}<{b.parent_id} {b.kind}{b.level or ''} {text[b.start : b.end]}".replace("\n", "⏎")
        for b in layout(text)
    ]


LONG = "The two sides have agreed that the talks will go on in the capital for some more weeks."

OUTLINES = {
    "plain title, headings, items under a lead-in": (
        f"""Libya and Egypt sign a security deal
{LONG}
Why It Matters
{LONG} Key points include:
- Joint drills: Improving readiness.
- Aid
{LONG}
to sum up
{LONG}
""",
        [
            "b1< title1 Libya and Egypt sign a security deal",
            f"b2<b1 paragraph {LONG}",
            "b3<b1 heading2 Why It Matters",
            f"b4<b3 paragraph {LONG} Key points include:",
            "b5<b4 item1 Joint drills: Improving readiness.",
            "b6<b4 item1 Aid",
            f"b7<b3 paragraph {LONG}",
            "b8<b1 heading2 to sum up",
            f"b9<b8 paragraph {LONG}",
        ],
    ),
    "a first sentence is no title": (
        f"{LONG}\nReview of Safety Threats in libya\n{LONG}",
        [f"b1< paragraph {LONG}", "b2< heading2 Review of Safety Threats in libya", f"b3<b2 paragraph {LONG}"],
    ),
    "one line alone is a paragraph": ("Give a boost to Security", ["b1< paragraph Give a boost to Security"]),
    "Markdown": (
        "# The Talks #\n\n## First\n\n### Inner\n\nText one.\n\n"
        "## Second\n\n**Bold Heading**\n\n> Quoted text.\n\n---\n\nEnd.\n",
        [
            "b1< title1 The Talks",
            "b2<b1 heading2 First",
            "b3<b2 heading3 Inner",
            "b4<b3 paragraph Text one.",
            "b5<b1 heading2 Second",
            "b6<b1 heading2 Bold Heading",
            "b7<b6 paragraph Quoted text.",
            "b8<b6 paragraph End.",
        ],
    ),
    "a first heading of lower rank is the title where none ranks with it": (
        "## The Talks\n\nText one.\n\n### Inner\n\nText two.",
        ["b1< title1 The Talks", "b2<b1 paragraph Text one.", "b3<b1 heading3 Inner", "b4<b3 paragraph Text two."],
    ),
    "underlined headings": (
        "The Talks\n=========\n\nText one.\n\nWhat Next\n---------\n\nText two.",
        ["b1< title1 The Talks", "b2<b1 paragraph Text one.", "b3<b1 heading2 What Next", "b4<b3 paragraph Text two."],
    ),
    "lines broken at a margin are joined": (
        """The Talks

In a notable engagement aimed at more security, representatives met
with leaders to discuss strategies for strengthening stability within
the region.

- Drills: Improving readiness through combined drills of every one of
  the sides.
- Aid: More of it.

The second paragraph is also broken at a margin, as many older texts
are.
""",
        [
            "b1< title1 The Talks",
            "b2<b1 paragraph In a notable engagement aimed at more security, representatives met⏎with leaders to "
            "discuss strategies for strengthening stability within⏎the region.",
            "b3<b1 item1 Drills: Improving readiness through combined drills of every one of⏎  the sides.",
            "b4<b1 item1 Aid: More of it.",
            "b5<b1 paragraph The second paragraph is also broken at a margin, as many older texts⏎are.",
        ],
    ),
    "marks of items": (
        "They want:\n* one\n• two\n– three\n1. four\n2) five\n(a) six\nb) seven\n  - inner\n  - other\n- last",
        [
            "b1< paragraph They want:",
            *[f"b{i}<b1 item1 {w}" for i, w in enumerate(("one", "two", "three", "four", "five", "six", "seven"), 2)],
            "b9<b8 item2 inner",
            "b10<b8 item2 other",
            "b11<b1 item1 last",
        ],
    ),
    "no marks of items": (
        "1987 was a good year.\n3.5 pct was gained.\nA. Smith said so.\nI. Newton did, too.\n-5 degrees it was.",
        [
            "b1< paragraph 1987 was a good year.",
            "b2< paragraph 3.5 pct was gained.",
            "b3< paragraph A. Smith said so.",
            "b4< paragraph I. Newton did, too.",
            "b5< paragraph -5 degrees it was.",
        ],
    ),
    "items that lost their marks": (
        f"{LONG} They include:\nPolitical Reform: {LONG}\nMore Aid: {LONG}\n{LONG}",
        [
            f"b1< paragraph {LONG} They include:",
            f"b2<b1 item1 Political Reform: {LONG}",
            f"b3<b1 item1 More Aid: {LONG}",
            f"b4< paragraph {LONG}",
        ],
    ),
    "a table after items stands under the heading": (
        f"{LONG}\n## Aims\nThese include:\n- one\nGoal | Aim |\n---|---|\nArmy | |\n| Police | More \\| less |\n{LONG}",
        [
            f"b1< paragraph {LONG}",
            "b2< heading2 Aims",
            "b3<b2 paragraph These include:",
            "b4<b3 item1 one",
            "b5<b2 cell Goal",
            "b6<b2 cell Aim",
            "b7<b2 cell Army",
            "b8<b2 cell Police",
            "b9<b2 cell More \\| less",
            f"b10<b2 paragraph {LONG}",
        ],
    ),
    "a bar in a sentence makes no table": (
        "Rates | prices rose today.\nThey fell later | today.",
        ["b1< paragraph Rates | prices rose today.", "b2< paragraph They fell later | today."],
    ),
    "code stays together": (
        f"{LONG}\n```python\nx = 1\n\n# y\n```\n{LONG}",
        [f"b1< paragraph {LONG}", "b2< paragraph ```python⏎x = 1⏎⏎# y⏎```", f"b3< paragraph {LONG}"],
    ),
    "metadata above and below": (
        f"Talks End in Tripoli\nBy Jane Doe\nPublished on: March 3, 2025\n{LONG}\n"
        f"Source: the ministry said so in the end.\n"
        f"{LONG}\nTags: libya, us\n© 2025 Example News. All rights reserved.",
        [
            "b1< title1 Talks End in Tripoli",
            "b2< metadata By Jane Doe",
            "b3< metadata Published on: March 3, 2025",
            f"b4<b1 paragraph {LONG}",
            "b5< metadata Source: the ministry said so in the end.",
            f"b6<b1 paragraph {LONG}",
            "b7< metadata Tags: libya, us",
            "b8< metadata © 2025 Example News. All rights reserved.",
        ],
    ),
    "front matter": (
        f"---\ntitle: The Talks\ntags:\n  - libya\n---\n{LONG}\n{LONG}",
        [
            "b1< metadata title: The Talks",
            "b2< metadata tags:",
            "b3< metadata - libya",
            f"b4< paragraph {LONG}",
            f"b5< paragraph {LONG}",
        ],
    ),
    "CRLF": (
        "# A title\r\n\r\nOne.\r\nTwo.",
        ["b1< title1 A title", "b2<b1 paragraph One.", "b3<b1 paragraph Two."],
    ),
    "nothing": (" \n\t\r\n", []),
}  # fmt: skip


@pytest.mark.parametrize("name", OUTLINES)
def test_outline(name):
    text, expected = OUTLINES[name]
    assert outline(text) == expected


def test_cells_know_row_column_and_header():
    text = "Key | Value |\n:---|---:|\nArmy | |\nPolice | More |"
    cells = [(text[b.start : b.end], b.row, b.column, b.header_id) for b in layout(text)]
    assert cells == [
        ("Key", 0, 0, ""),
        ("Value", 0, 1, ""),
        ("Army", 1, 0, "b1"),
        ("Police", 2, 0, "b1"),
        ("More", 2, 1, "b2"),
    ]


LABELS = [
    ("- Joint drills: Improving them.", "Joint drills", "Improving them."),
    ("- **Joint drills:** Improving them.", "Joint drills", "Improving them."),
    ("- **Joint drills**: Improving them.", "Joint drills", "Improving them."),
    ("- Coaching and equipping native forces: More.", "Coaching and equipping native forces", "More."),
    ("- It begins at 10:30 today", None, "It begins at 10:30 today"),
    ("- See https://x.org now", None, "See https://x.org now"),
    ("- He said so. Then this: more", None, "He said so. Then this: more"),
    ("- “It is: so”", None, "“It is: so”"),
    ("- Far too many words to be a label in a list: text", None, "Far too many words to be a label in a list: text"),
    ("- Label:", None, "Label:"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "label", "body"), LABELS)
def test_label_of_an_item(line, label, body):
    text = f"They include:\n{line}"
    item = layout(text)[1]
    assert item.kind == "item"
    assert (item.label and text[slice(*item.label)], text[item.body : item.end]) == (label, body)


DATES = [
    ("2025-03-03 10:28:00", "2025-03-03T10:28:00"),
    ("2025-03-03T10:28:00+00:00", "2025-03-03T10:28:00+00:00"),
    ("2025-03-03T10:28:00.123Z", "2025-03-03T10:28:00Z"),
    ("2025/3/3", "2025-03-03"),
    ("March 3, 2025", "2025-03-03"),
    ("Mon, 03 Mar 2025 10:28:00 +0100", "2025-03-03T10:28:00+01:00"),
    ("Monday 3rd of March 2025", "2025-03-03"),
    ("Sept. 9th, 2024 at 12:05 a.m.", "2024-09-09T00:05:00"),
    ("3-Mar-2025", "2025-03-03"),
    ("25/12/2024", "2024-12-25"),
    ("12/25/2024", "2024-12-25"),
    ("03.04.2025", "2025-04-03"),
    ("04/05/2025", ""),
    ("31 February 2025", ""),
    ("2025-13-40", ""),
    ("2024", ""),
    ("yesterday", ""),
    ("10:28", ""),
    ("", ""),
]


@pytest.mark.parametrize(("written", "iso"), DATES)
def test_date(written, iso):
    assert iso_date(written) == iso


KEY_NAMES = [
    ('Writer', 'author'), ('WRITTEN BY', 'author'), ('Creator', 'author'), ('Post date', 'published'),
    ('Put up date', 'published'), ('Publish dates', 'published'), ('Supply hyperlink', 'source_url'),
    ('Sourse link', 'source_url'), ('source_url', 'source_url'), ('Tags', ''), ('Joint exercises', None),
    ('Targets', None), ('Political Fragmentation', None), ('Data', None), ('Autor', None), ('', None),
]  # fmt: skip


@pytest.mark.parametrize(("key", "expected"), KEY_NAMES)
def test_key(key, expected):
    assert field(key) == expected


def test_every_key_names_its_field():
    for name, keys in KEYS.items():
        for key in keys.split(", "):
            assert field(key) == name


FOOTERS = [
    (
        "Source link : https://afric.news/2025/a-b/\nWriter : Atticus Reed\nPost date : 2025-03-03 10:28:00",
        Metadata("", "Atticus Reed", "2025-03-03T10:28:00", "", "https://afric.news/2025/a-b/"),
    ),
    (
        "**Author:** Jane Doe\n*Published on:* 3 March 2025\nPublisher: Afric News",
        Metadata("", "Jane Doe", "2025-03-03", "Afric News", ""),
    ),
    ("By Jane Doe | March 3, 2025", Metadata("", "Jane Doe", "2025-03-03", "", "")),
    ("Author: By Jane Doe, 3 March 2025", Metadata("", "Jane Doe", "2025-03-03", "", "")),
    ("Source: Reuters\nPublished March 3, 2025", Metadata("", "", "2025-03-03", "", "")),
    ("Copyright belongs to the Source.", Metadata()),
]


@pytest.mark.parametrize(("footer", "expected"), FOOTERS)
def test_metadata(footer, expected):
    text = f"{LONG}\n{LONG}\n{footer}"
    assert metadata(text, layout(text)) == expected
    assert [b.kind for b in layout(text)][2:] == ["metadata"] * (footer.count("\n") + 1)


@pytest.mark.parametrize(
    ("front", "expected"),
    [
        ("title: >\n  Talks that\n  went on\nauthor: 'Jane O''Hara'", ("Talks that went on", "Jane O'Hara", "")),
        ("authors:\n  - Jane Doe\n  - John Roe\ntitle: Talks", ("Talks", "Jane Doe, John Roe", "")),
        ("authors: [Jane Doe, {name: John Roe}]\ndate: 2025-03-03 10:28:00", ("", "Jane Doe, John Roe",
                                                                               "2025-03-03T10:28:00")),
        ("'title': Talks: the end\nauthor: Jane Doe", ("Talks: the end", "Jane Doe", "")),  # no YAML
        ("title: &a [*a, Talks]\nauthor: Jane Doe", ("&a [*a, Talks]", "Jane Doe", "")),  # has no end
        pytest.param(f"title: {'[' * 5000}\nauthor: Jane Doe", ("[" * 5000, "Jane Doe", ""), id="deep"),
    ],
)
def test_front_matter_is_read_as_yaml_where_it_is(front, expected):
    found = metadata(text := f"---\n{front}\n---\n{LONG}\n{LONG}", layout(text))
    assert found[:3] == expected


def test_fenced_code_is_a_block_of_its_own_that_nobody_reads_as_prose():
    code = "```python\nUnited Nations = army (face,demanding) # situations\n\n~~~\n```"
    text = f"{LONG}\n{code}\nThe army left."
    blocks = layout(text)
    assert [text[b.start : b.end] for b in blocks] == [LONG, code, "The army left."]
    assert fences(text) == [(len(LONG) + 1, len(LONG) + 1 + len(code))]
    assert fences("```\nnever closed") == fences("```a``` b\n```c``` d") == fences("~~~\n```") == []


def test_front_matter_gives_the_title_whatever_heads_the_text():
    front = '---\ntitle: "From the front"\ndate: 2025-03-03\nauthor: Jane Doe\n---\n'
    text = front + LONG + "\n" + LONG
    assert metadata(text, layout(text)) == Metadata("From the front", "Jane Doe", "2025-03-03", "", "")
    text = front + "# The real one\n\n" + LONG
    assert metadata(text, layout(text)).title == "From the front"


@pytest.mark.parametrize(
    "line",
    [
        "By the time they met, all was lost.",
        "Date palms grow here.",
        "Source of the problem: the long war that nobody wanted to end and that went on for many, many years.",
        "Author Jane Doe said: we shall see.",
        "By Monday it was over.",
    ],
)
def test_prose_is_no_metadata(line):
    text = f"{LONG}\n{line}\n{LONG}"
    assert [b.kind for b in layout(text)] == ["paragraph"] * 3


def test_title_case_share():
    assert title_case("Key Subjects Addressed in Top-Degree Talks") == 1
    assert title_case("Toaster, kettle, fire: group finds one") == pytest.approx(1 / 6)
    assert title_case("of the") == 0


PIECES = [
    "The talks ended.", "Title Of It", "to sum up", "\n", "\n", "\n\n", "\r\n", " ", "- ", "  - ", "1. ",
    "# ", "## ", "|", " | ", "---|---|", "---", "===", "Key: value", "Author: Jane Doe", "By Jane Doe",
    "include:", "```", "> ", "**Bold**", "\\|", "\t", "\x0c", "©", "2025-03-03", "x",
]  # fmt: skip


@settings(max_examples=600, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join) | st.text(max_size=100))
def test_blocks_are_sorted_do_not_overlap_and_hold_every_word(text):
    blocks = layout(text)
    at = 0
    covered = list(text)
    for number, block in enumerate(blocks, 1):
        assert block.block_id == f"b{number}"
        assert at <= block.start < block.end <= len(text)
        assert text[block.start : block.end] == text[block.start : block.end].strip()
        assert block.start <= block.body <= block.end
        if block.label:
            assert block.start <= block.label[0] < block.label[1] <= block.body
        assert not block.parent_id or int(block.parent_id[1:]) < number
        at = block.end
        covered[block.start : block.end] = " " * (block.end - block.start)
    assert re.findall(r"[^\W\d_]{2,}", "".join(covered)) == []
    assert sum(b.kind == "title" for b in blocks) <= 1
    metadata(text, blocks)


HOSTILE = [
    "a ", "A b: ", "|", "a|", "- ", "-", "*", "# ", "> ", "```\n", "a\n", "\n", "Author: ", "By A ",
    "---|", "1/", "1. a\n", "a | b |\n", "© ", "**a",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_text_takes_time_in_proportion(piece):
    def seconds(length):
        text = piece * (length // len(piece))
        start = time.perf_counter()
        metadata(text, layout(text))
        return time.perf_counter() - start

    # a quadratic pattern takes minutes for the longer text
    assert seconds(200_000) < 20 * seconds(25_000) + 1


@pytest.mark.parametrize("line", ["nobody knew why", "He had no idea", "they were wrong", "I don’t know"])
def test_short_line_of_speech_is_no_heading(line):
    text = f"{LONG}\n{line}\n{LONG}"
    assert [b.kind for b in layout(text)] == ["paragraph"] * 3


@pytest.mark.parametrize("line", ["Nobody Knows Why", "what we know", "Why it matters", "to sum up"])
def test_short_line_that_is_no_clause_is_a_heading(line):
    text = f"{LONG}\n{line}\n{LONG}"
    assert [b.kind for b in layout(text)] == ["paragraph", "heading", "paragraph"]
