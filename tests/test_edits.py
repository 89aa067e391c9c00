"""The laws of edits, on texts and edits made by Hypothesis."""

from hypothesis import given
from hypothesis import strategies as st

from unspin.edits import OffsetMap, apply, changed, compose, overlap, settle
from unspin.records import Edit

TEXT = st.text(alphabet="abc ,.\u00e9\u0130", max_size=30)


@st.composite
def edits_of(draw, text, outcome=("changed", "suspect")):
    made = []
    for _ in range(draw(st.integers(0, 6))):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 5)))
        new = draw(st.text(alphabet="xyz ", max_size=4))
        if new != text[start:end]:
            made.append(Edit(start, end, text[start:end], new, draw(st.sampled_from(outcome)), "word", "r"))
    return settle(made)


@given(st.data(), TEXT)
def test_two_stages_composed_give_what_they_give_in_turn(data, text):
    first = data.draw(edits_of(text))
    middle = apply(text, first)
    second = data.draw(edits_of(middle))
    joint = compose(text, first, second)
    assert apply(text, joint) == apply(middle, second)
    for edit in joint:
        assert text[edit.start : edit.end] == edit.original


@given(st.data(), TEXT)
def test_settled_edits_do_not_overlap_and_order_has_no_effect(data, text):
    made = data.draw(edits_of(text))
    for a, b in zip(changed(made), changed(made)[1:], strict=False):
        assert not overlap((a.start, a.end), (b.start, b.end))
    assert settle(reversed(made)) == made


@given(st.data(), TEXT)
def test_text_outside_edits_maps_there_and_back(data, text):
    made = data.draw(edits_of(text, ("changed",)))
    new, offsets = apply(text, made), OffsetMap(made)
    inside = {i for e in made for i in range(e.start, e.end)}
    for i in range(len(text)):
        if i not in inside:
            assert new[offsets.forward(i)] == text[i] or any(e.start == e.end == i for e in made)


def test_a_glued_word_and_its_restoration_become_one_row():
    first = [Edit(3, 4, ",", ", ", "changed", "spacing", "tidy:glue")]
    second = [Edit(0, 8, "abc, def", "xyz", "changed", "phrase", "news/abc def")]
    (edit,) = compose("abc,def", first, second)
    assert (edit.original, edit.replacement, edit.rule, edit.kind) == (
        "abc,def",
        "xyz",
        "news/abc def | tidy:glue",
        "phrase",
    )
