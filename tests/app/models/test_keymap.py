"""Keys never start two commands in one place, and changes survive being written down."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handviz.app.models.fuzzy import match, ranked
from handviz.app.models.keymap import EVERYWHERE, Binding, Keymap

BINDINGS = (
    Binding("open", "Open", "File", ("Ctrl+O",), EVERYWHERE),
    Binding("solo", "Show it alone", "Hypothesis", ("S",), "photo"),
    Binding("predict", "Predict", "Prediction", ("Ctrl+Return", "F5"), "photo"),
    Binding("link", "Link cameras", "Side by side", ("L",), "compare"),
    Binding("seek", "Seek", "Side by side", ("S",), "compare"),
)
KEYS = ("Ctrl+O", "S", "L", "F5", "F6")


def clashes(keymap: Keymap) -> list[tuple[str, str]]:
    return [
        (name, rival.name)
        for name in keymap.bindings
        for key in keymap.keys(name)
        for rival in keymap.rivals(name, key)
    ]


def test_defaults_hold_until_changed_and_come_back() -> None:
    keymap = Keymap(BINDINGS)
    heard = []
    keymap.changed.connect(lambda: heard.append(keymap.changes))
    keymap.set_keys("solo", ("F6", "F6"))
    assert keymap.keys("solo") == ("F6",) and keymap.is_changed("solo")
    keymap.reset("solo")
    assert keymap.keys("solo") == ("S",) and not keymap.changes
    assert heard == [{"solo": ("F6",)}, {}]


def test_a_key_is_taken_from_its_rival_and_pages_do_not_disturb_each_other() -> None:
    keymap = Keymap(BINDINGS)
    assert [rival.name for rival in keymap.rivals("link", "S")] == ["seek"]
    assert not keymap.rivals("link", "F5")
    keymap.set_keys("solo", ("F5",))
    assert keymap.keys("predict") == ("Ctrl+Return",)
    keymap.set_keys("open", ("S",))
    assert keymap.keys("seek") == () and keymap.keys("solo") == ("F5",)


@given(st.lists(st.tuples(st.sampled_from([b.name for b in BINDINGS]), st.lists(st.sampled_from(KEYS), max_size=3))))
def test_no_order_of_changes_lets_one_key_start_two_commands(changes: list) -> None:
    keymap = Keymap(BINDINGS)
    for name, keys in changes:
        keymap.set_keys(name, tuple(keys))
        assert set(keymap.keys(name)) == set(keys)
    assert not clashes(keymap)
    again = Keymap(BINDINGS, keymap.changes)
    assert all(again.keys(name) == keymap.keys(name) for name in keymap.bindings)
    keymap.reset()
    assert all(keymap.keys(binding.name) == binding.defaults for binding in BINDINGS)


def test_changes_of_commands_that_are_gone_are_left_out() -> None:
    keymap = Keymap(BINDINGS, {"gone": ("X",), "solo": ()})
    assert keymap.keys("solo") == () and "gone" not in keymap.changes and keymap.keys("gone") == ()


@pytest.mark.parametrize(
    ("query", "best"),
    [("sia", "Show it alone"), ("show", "Show it alone"), ("lc", "Link cameras"), ("dict", "Predict"), ("", "Open")],
)
def test_a_few_letters_find_a_command(query: str, best: str) -> None:
    texts = [binding.text for binding in BINDINGS]
    assert texts[ranked(query, texts)[0]] == best


def test_what_lacks_a_letter_is_not_found() -> None:
    assert match("xyz", "Show it alone") is None
    assert ranked("qq", ["Open", "Predict"]) == []


@given(st.text("abc d", min_size=1, max_size=8), st.text("abc d", max_size=12))
def test_letters_match_exactly_where_they_occur_in_order(query: str, text: str) -> None:
    rest = iter(text)
    in_order = all(letter in rest for letter in query if letter != " ")
    assert (match(query, text) is not None) == in_order
