"""Manifests bring predictions made elsewhere; what they say is checked, and no path leaves its folder."""

import json
import os
from dataclasses import asdict

import pytest
from casework_fakes import BOX
from hypothesis import example, given, settings
from hypothesis import strategies as st

from handviz.casework.batch_events import ItemDone
from handviz.casework.manifest import FORMAT, MAX_LINE, Entry, inside, is_manifest, read_manifest, write_manifest
from handviz.errors import InputError
from handviz.media.photos import load_photo
from handviz.review.store import Library

HEAD = json.dumps({"format": FORMAT, "version": 1})


def read(path):
    return list(read_manifest(path))


names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
boxes = st.tuples(*[st.floats(-100, 100)] * 2, *[st.floats(1, 100)] * 2)
entries = st.builds(
    Entry, names, st.none() | names, st.none() | st.integers(0, 1000), st.none() | names, st.none() | boxes,
    st.sampled_from([None, "left", "right"]),
)  # fmt: skip


@given(st.lists(entries, max_size=4))
def test_what_is_written_is_read(tmp_path_factory, many):
    path = tmp_path_factory.mktemp("m") / "run.jsonl"
    write_manifest(path, many)
    assert [entry for _, entry in read(path)] == many and is_manifest(path)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
hostile_lines = st.binary(max_size=80) | st.dictionaries(st.sampled_from(list(asdict(Entry("")))), json_values).map(
    lambda values: json.dumps(values).encode()
)


@given(st.lists(hostile_lines, max_size=4), st.booleans())
@example([b"[" * 5000], True)
@example([b'{"photo": "a", "box": [1' + b"0" * 400 + b", 1, 1, 1]}"], True)
@example([b'{"photo": "a", "box": [NaN, 1, 1, 1]}'], True)
@example([b'{"photo": "a", "frame": 99999999999999999999}'], True)
@settings(max_examples=300)
def test_any_bytes_give_entries_or_sentences(tmp_path_factory, lines, with_head):
    path = tmp_path_factory.mktemp("m") / "run.jsonl"
    path.write_bytes(b"\n".join([HEAD.encode()] * with_head + lines))
    try:
        for number, entry in read(path):
            assert number > 1 and isinstance(entry, Entry | InputError)
    except InputError as error:
        assert str(path) in str(error)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "empty"),
        (b"\n", "no manifest"),
        (b'{"photo": "a.jpg"}\n', "no manifest"),
        (json.dumps({"format": FORMAT}).encode(), "its version"),
        (json.dumps({"format": FORMAT, "version": 2}).encode(), "newer"),
        (HEAD.encode() + b"\n" + b" " * (MAX_LINE + 1), "longer"),
    ],
)
def test_files_that_are_no_manifest(tmp_path, content, complaint):
    path = tmp_path / "run.jsonl"
    path.write_bytes(content)
    with pytest.raises(InputError, match=complaint):
        read(path)


@given(names)
def test_no_path_leaves_its_folder(tmp_path_factory, relative):
    folder = tmp_path_factory.mktemp("m")
    try:
        path = inside(folder, relative)
    except InputError:
        return
    assert path.resolve().is_relative_to(folder.resolve()) and path.resolve() != folder.resolve()


@pytest.mark.parametrize("relative", ["../a", "/etc/passwd", "a/../../b", "..\\a", "~/../x", ".", "a\0b", "link/a"])
def test_paths_that_try(tmp_path, relative):
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path)
    with pytest.raises(InputError):
        inside(folder, relative)


def test_a_colon_is_a_letter_like_others_but_no_drive(tmp_path):
    assert inside(tmp_path, "12:30.jpg").parent == tmp_path
    if os.name == "nt":
        with pytest.raises(InputError):
            inside(tmp_path, "C:/Windows/win.ini")


@pytest.fixture
def run_folder(tmp_path, photos, tiny_predictor):
    """What another machine left: predictions of the first three photos and a manifest of all five."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    many = []
    for number, photo in enumerate(sorted(photos.iterdir())):
        opened = load_photo(photo)
        name = f"{photo.stem}.npz" if number < 3 else None
        if name:
            tiny_predictor.predict(opened.image, box=BOX, hand="left", hypotheses=4).save(folder / name)
        many.append(Entry(photo.name, opened.sha256, prediction=name, box=BOX, hand="right"))
    write_manifest(folder / "run.jsonl", many)
    return folder


def test_predictions_are_taken_over_and_the_rest_is_predicted(make_batch, run_folder, photos, tmp_path):
    def go():
        run, recorder = make_batch(run_folder / "run.jsonl", photos=photos, box=None)
        run.start()
        assert run.join(60)
        return run.progress, [event.message for event in recorder.of(ItemDone) if event.message]

    progress, messages = go()
    assert (progress.predicted, messages) == (5, [])
    with Library.open(tmp_path / "hands.handviz") as library:
        assert [case.hand for case in library.cases()] == ["left"] * 3 + ["right"] * 2
    again, _ = go()
    assert (again.already, again.predicted) == (5, 0)
    assert make_batch.client.made == 2  # the last two need networks to know their keys


def test_each_bad_line_is_told_and_the_others_are_taken(make_batch, run_folder, photos):
    lines = (run_folder / "run.jsonl").read_text().splitlines()
    first = json.loads(lines[1])
    (run_folder / "hostile.npz").write_bytes(b"PK\x03\x04 not an archive")
    wrong = [
        first | {"photo": "../secret.png"},
        first | {"photo": "gone.png"},
        first | {"photo_sha256": "0" * 64},
        first | {"prediction": "hostile.npz"},
        first | {"prediction": "/etc/passwd"},
        first | {"frame": -1},
    ]
    (run_folder / "run.jsonl").write_text("\n".join([*lines[:4], *map(json.dumps, wrong), "not json"]))
    run, recorder = make_batch(run_folder / "run.jsonl", photos=photos)
    run.start()
    assert run.join(60)
    assert (run.progress.predicted, run.progress.failed) == (3, 7)
    messages = [event.message for event in recorder.of(ItemDone) if event.outcome == "failed"]
    assert make_batch.client.made == 0
    for word in ("leaves its folder", "--photos", "content has changed", "hostile.npz", "frame", "not JSON"):
        assert any(word in message for message in messages), word
