"""Surface repairs: what each rule puts right, and the sentences that it must leave alone."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unspin.edits import apply
from unspin.records import KINDS
from unspin.tidy import MISSPELLINGS, STAGES, tidy

#: rule, spun, repaired
REPAIRED = [
    ("mojibake", "Libyaâ€™s forces met at the cafÃ©.", "Libya’s forces met at the café."),
    ("mojibake", "Plain “quotes” stay, but donâ€™t mind.", "Plain “quotes” stay, but don’t mind."),
    ("invisible", "\u202eThe army\u202c left.", "The army left."),
    ("invisible", "The secu\u200brity of the\ufeff area.", "The security of the area."),
    ("invisible", "A soft\u00adware up\x03date.", "A software update."),
    ("glued", "This conversation,held on Monday, ended.", "This conversation, held on Monday, ended."),
    ("glued", "Talks with Libya,and with others.", "Talks with Libya, and with others."),
    ("glued", "With the U.S.,and with others.", "With the U.S., and with others."),
    ("glued", "U.S.-Libya family members.As each side said.", "U.S.-Libya family members. As each side said."),
    ("glued", "An efficient collaboration.A strategic partnership.",
     "An efficient collaboration. A strategic partnership."),
    ("glued", "On this context, U.S.involvement is the most.", "On this context, U.S. involvement is the most."),
    ("glued", "The U.S.Agency spoke.", "The U.S. Agency spoke."),
    ("glued", "It fell in 2020.The rest rose.", "It fell in 2020. The rest rose."),
    ("glued", "It fell in 2020,the rest rose on March 12,and stayed.",
     "It fell in 2020, the rest rose on March 12, and stayed."),
    ("glued", "They met theU.S. envoy and theLibyan side.", "They met the U.S. envoy and the Libyan side."),
    ("glued", "Africa Command(AFRICOM) and the bank (IMF)said so.",
     "Africa Command (AFRICOM) and the bank (IMF) said so."),
    ("glued", "It ended.however, they met.", "It ended. However, they met."),
    ("glued", "It was over.the talks ended.", "It was over. The talks ended."),
    ("glued", "He said,“We will.”Then he left.", "He said, “We will.” Then he left."),
    ("numbers", "A fever of 102.five degrees.", "A fever of 102.5 degrees."),
    ("numbers", "It rose two.5 points to $three.eight billion.", "It rose 2.5 points to $3.8 billion."),
    ("numbers", "It fell by twelve.one percent in a 20-4 hour day.", "It fell by 12.1 percent in a 24 hour day."),
    ("numbers", "A 20-four hour shift.", "A 24 hour shift."),
    ("spaced", "The leaders , who met , left .", "The leaders, who met, left."),
    ("spaced", "Is it over ? They asked ,and left.", "Is it over? They asked, and left."),
    ("braces", "Upgrading current army {hardware} to fulfill needs.",
     "Upgrading current army hardware to fulfill needs."),
    ("braces", "A {large scale} plan.", "A large scale plan."),
    ("spintax", "A {big|large|huge} plan.", "A big plan."),
    ("spintax", "A {really {big|large}|huge} plan.", "A really big plan."),
    ("doubled", "They met in the the region.", "They met in the region."),
    ("doubled", "The  the region.", "The region."),
    ("misspelled", "Results, wich complicates the goverment plan.", "Results, which complicates the government plan."),
    ("misspelled", "Goverment plans. They are seperate.", "Government plans. They are separate."),
    ("misspelled", "They helped alot in febuary.", "They helped a lot in February."),
    ("names", "Peace in libya and in libya’s south.", "Peace in Libya and in Libya’s south."),
    ("names", "The dedication of america to north africa.", "The dedication of America to North Africa."),
    ("names", "In North africa, on monday, pro-russian groups met.",
     "In North Africa, on Monday, pro-Russian groups met."),
    ("names", "The u.s. envoy came in march 2025.", "The U.S. envoy came in March 2025."),
    ("names", "Ankara said turkey would join.", "Ankara said Turkey would join."),
    ("names", "Talks with polish officials.", "Talks with Polish officials."),
    ("sentences", "The area is calm. the new talks began. They end soon. It is late. All is well. We wait.",
     "The area is calm. The new talks began. They end soon. It is late. All is well. We wait."),
]  # fmt: skip

#: Sentences that come through untouched.
KEPT = [
    "They won 20-4 and then 30-2, and 3.5 percent of them saw version 1.2.",
    "They won 20-seven and lost 30-2 hours after; it was John three.16, at the age of twenty.12",
    "",
    "See items 1,a and 2,b of code 2024,Error and 12024,the rest.",
    "U.S. Africa Command (AFRICOM) met U.S.-Libya envoys at 3.5 pct of 1,000 dlrs.",
    "See https://afric.news/2025/03/03/africom,u-s.Embassy or afric.news, example.com and Booking.com.",
    "Write to jane.doe,x@libya.example.com or @libya about #libya.",
    "Read report.pdf, main.py and libya.jpg in /home/libya/file.Txt now.",
    "Dr. Smith, Ph.D., e.g. the one of J.K. Rowling, came at 9 a.m. on a Sunday.",
    "J.R.R.Tolkien and J.P.Morgan wrote it.",
    "Use Node.js, Vue.js, ASP.Net and Asp.Net today; System.Out is theirs.",
    "Version 2.0.1,3 and 10,000,000 units; N,N-dimethyl and a,b,c are fine.",
    "name,age,city\nanna,31,linz\nbert,41,nancy",
    "Call f(a,b) and x.Sort() and print() here.",
    "`libya,and teh {hardware}` is code.",
    "```\nlibya,and teh {hardware}\n```",
    "Dear {name}, your {first name} is here.",
    "A \\cite{hardware} and ${hardware} and {{hardware}} stay.",
    "if (ready) {hardware}",
    "You can use the wildcard ? and the sign ! in a text.",
    "Set user.{name,email} and NOT_{MINGW,CYGWIN}, then read org.a11y.Bus.Enabled and hello.BASE.4321.c anew.",
    "* `parent` {string|url} The parent. Takes a {Buffer|TypedArray} as well.",
    "The set {x | x > 0} and mysql --mode {on|off} stay.",
    "He had had enough; she said that that man is very very old.",
    "What it is is a number of of which and a call for for bonds.",
    "Get entry to to the base.",
    "So . . . he waited ... and the .NET team, too.",
    "He joined Wich College and Mr Teh.",
    "We polish the china and march on; they may chat with jordan almonds and turkey sandwiches.",
    "They ate french fries, brussels sprouts and swiss cheese in the indian summer.",
    "The iPhone and eBay. adidas said so. They agreed. It is so. He left. We stay. All is well.",
    "Yahoo! said it would. Inc. and Corp. and etc. are short. The U.S. is big. He left.",
    "<BAC.N> rose to 3.5; shr 12 cts vs 11 cts, net 1.2 mln.",
    "It’s “fine” — naïve café, ﬁne ligatures and half…width.",
    "👩\u200d👩\u200d👧 family and نمی\u200cخواهم stay joined.",
    "tabs\tand\r\nline ends\r\n\r\nstay as they are\f",
    "the whole text is written without capitals. it is a style. so is libya. they said so. we agree. all is well.",
    "Strengthening Libyan Armed Forces: Methods for Efficient collaboration",
    "Libya agrees security plan with Egypt\n\nThey met.",
]  # fmt: skip


@pytest.mark.parametrize(("rule", "spun", "plain"), REPAIRED, ids=[f"{r}-{i}" for i, (r, _, _) in enumerate(REPAIRED)])
def test_fault_is_repaired(rule, spun, plain):
    edits = tidy(spun)
    assert apply(spun, edits) == plain
    if spun != plain:
        assert f"tidy:{rule}" in {name for e in edits for name in e.rule.split(" | ")}


@pytest.mark.parametrize("text", KEPT)
def test_correct_text_is_left_alone(text):
    assert tidy(text) == []


def test_every_rule_is_tried_and_has_a_known_kind():
    rules = [rule for stage in STAGES for rule in stage]
    assert len({rule.name for rule in rules}) == len(rules)
    assert {rule.kind for rule in rules} <= set(KINDS)
    tried = {rule for rule, spun, plain in REPAIRED if spun != plain} | {"starts", "headings", "elsewhere"}
    assert {rule.name for rule in rules} == tried


def test_edits_are_minimal_and_say_what_they_are():
    (comma,) = tidy("This conversation,held on Monday, ended.")
    assert comma[:7] == (17, 18, ",", ", ", "changed", "spacing", "tidy:glued")
    (brace,) = tidy("current army {hardware} now")
    assert (brace.original, brace.replacement, brace.kind) == ("{hardware}", "hardware", "markup")
    (choice,) = tidy("A {big|large|huge} plan.")
    assert (choice.replacement, choice.alternatives, choice.kind) == ("big", ("large", "huge"), "markup")
    (mark,) = tidy("Libyaâ€™s forces.")
    assert (mark.original, mark.replacement, mark.kind) == ("â€™", "’", "encoding")


def test_a_clean_document_can_be_tidied_without_case_and_spelling():
    text = "In libya,and with teh {hardware} now.The end of secu\u200brity."
    edits = tidy(text, spun=False)
    assert apply(text, edits) == "In libya, and with teh {hardware} now. The end of security."
    assert {e.kind for e in edits} == {"spacing", "encoding"}


ARTICLE = """Talks on the Future of Safety sector Reform in Libya

The U.S. Embassy met AFRICOM. The U.S. Embassy and AFRICOM agreed. The U.S. Embassy wrote.
Through this, africom and the U.S. embassy can help all sides now.
Key points of the talks include:
- Joint drills: Improving readiness.
- Group help: Involving neighbours.
- technical help: Offering tools.
- Improving cybersecurity Measures: More of it.
Strategic Focus | Goal |
---|---|
Army Reform | Support all. |
common Strategic Meetings | Align all. |
to sum up
the new talks ended well for every one of the sides.
They will go on for a long time after this meeting.
We shall see what comes of it in the end.
"""


def test_lost_capitals_come_back_where_the_document_tells():
    found = {ARTICLE[e.start :].split()[0].strip(":") for e in tidy(ARTICLE)}
    assert found == {"sector", "africom", "embassy", "technical", "cybersecurity", "common", "the"}
    assert {e.kind for e in tidy(ARTICLE)} == {"case"}


@pytest.mark.parametrize(("slip", "plain"), sorted(MISSPELLINGS.items()))
def test_a_slip_leads_to_a_word_that_is_none(slip, plain):
    assert slip != plain
    assert slip.isalpha()
    assert slip.islower()
    assert not set(plain.split("_")) & set(MISSPELLINGS)


PIECES = [
    "libya",
    "The area",
    ".",
    ",",
    " ",
    "\n",
    "{hardware}",
    "{a b|c}",
    "the the",
    "U.S.",
    "U.S.involvement",
    "wich",
]
PIECES += [
    "- Key: word",
    "a | b |\n---|---|",
    "Title Case sector Words",
    "to sum up",
    "â€™",
    "\u200b",
    "is over.the end",
]
PIECES += ["https://x.org/a,b", "AFRICOM", "africom", "turkey", "Turkish", " in march 2025"]


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=25))
def test_tidying_twice_changes_nothing_more(pieces):
    text = "".join(pieces)
    edits = tidy(text)
    for edit in edits:
        assert text[edit.start : edit.end] == edit.original
    assert tidy(apply(text, edits)) == []


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_any_text_can_be_tidied(text):
    apply(text, tidy(text))


HOSTILE = [
    "a",
    " ",
    "a.",
    "a-",
    "ab,",
    "{",
    "{a|",
    "|",
    "`",
    "<a ",
    "a@",
    "/a",
    "-",
    "”a",
    "\u200b",
    "é",
    "Ã©",
    "the ",
    "U.S.",
    "1/",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_lines_take_time_in_proportion(piece):
    def seconds(length):
        text = piece * (length // len(piece))
        start = time.perf_counter()
        tidy(text)
        return time.perf_counter() - start

    # a quadratic pattern takes minutes for the longer text
    assert seconds(200_000) < 20 * seconds(25_000) + 1


@pytest.mark.xfail(strict=True, reason="nothing in the sentence tells the country from the bird")
def test_turkey_alone():
    text = "He travelled to turkey."
    assert apply(text, tidy(text)) == "He travelled to Turkey."


@pytest.mark.xfail(strict=True, reason="a lower-case word after a full stop may be a domain or a file name")
def test_full_stop_before_a_lower_case_word():
    text = "It was over.soldiers left."
    assert apply(text, tidy(text)) == "It was over. Soldiers left."
