"""Photos that were moved are found again, by what is in them alone."""

from pathlib import Path

import pytest
from review_cases import new_case, photo_case

from handviz.errors import InputError
from handviz.review.photos import find_photos, photo_path, same_photo
from handviz.review.store import Library


@pytest.fixture
def library(tmp_path):
    """Two photos and three frames of a video, in folders beside the library."""
    folder = tmp_path / "work" / "photos"
    folder.mkdir(parents=True)
    with Library.open(tmp_path / "work" / "hands.handviz", "ada") as made:
        made.add_cases([photo_case(folder / "a.jpg", b"first photo"), photo_case(folder / "b.jpg", b"other photo")])
        made.add_cases([photo_case(folder / "clip.mp4", b"a video", frame=frame) for frame in (0, 5, 9)])
        yield made


def names(library: Library) -> list[str | None]:
    """Where each case's photo lies, None where it is missing."""
    return [path and path.name for path in (photo_path(library, case) for case in library.cases())]


def test_photos_that_move_with_the_library_are_there(library, tmp_path):
    assert names(library) == ["a.jpg", "b.jpg", "clip.mp4", "clip.mp4", "clip.mp4"]
    library.close()
    (tmp_path / "work").rename(tmp_path / "elsewhere")
    with Library.open(tmp_path / "elsewhere" / "hands.handviz") as moved:
        assert names(moved) == ["a.jpg", "b.jpg", "clip.mp4", "clip.mp4", "clip.mp4"]
        assert photo_path(moved, moved.case(1)) == tmp_path / "elsewhere" / "photos" / "a.jpg"


def test_moved_and_renamed_photos_are_found_by_their_content(library, tmp_path):
    photos = tmp_path / "work" / "photos"
    new = tmp_path / "archive" / "2026" / "deep"
    new.mkdir(parents=True)
    (photos / "a.jpg").rename(new / "renamed.png")
    (photos / "clip.mp4").rename(new / "clip.mp4")
    (new / "decoy.jpg").write_bytes(b"FIRST photo")
    (photos / "b.jpg").unlink()
    found = find_photos(library, [tmp_path / "archive"])
    assert (found.cases, found.missing) == (4, 1)
    assert names(library) == ["renamed.png", None, "clip.mp4", "clip.mp4", "clip.mp4"]
    assert library.case(1).path == new / "renamed.png"
    assert library.undo_sentence() == "added 3 cases"
    assert find_photos(library, [tmp_path / "archive"]).cases == 0


def test_a_search_can_be_stopped(library, tmp_path):
    (tmp_path / "work" / "photos").rename(tmp_path / "moved")
    seen = []
    found = find_photos(library, [tmp_path / "moved"], lambda done, sought: seen.append((done, sought)) or done < 1)
    assert seen == [(0, 5), (1, 4)] and found.cases == 1 and found.missing == 4


def test_a_folder_that_is_not_there_brings_nothing(library, tmp_path):
    (tmp_path / "work" / "photos").rename(tmp_path / "moved")
    assert find_photos(library, [tmp_path / "none"]).missing == 5


def test_a_changed_photo_is_told_from_the_old_one(library, tmp_path):
    case = library.case(1)
    assert same_photo(case.path, case.photo_sha256)
    case.path.write_bytes(b"changed")
    assert not same_photo(case.path, case.photo_sha256)
    assert not same_photo(tmp_path / "none", case.photo_sha256)


@pytest.mark.parametrize("path", ["/" + "x" * 5000, "/dev/null/x", "/a\0b"])
def test_impossible_paths_are_missing_photos(library, path):
    library.add_case(new_case(50, path=Path(path)))
    assert names(library)[-1] is None


def test_a_name_that_is_no_text_is_told(library):
    with pytest.raises(InputError, match=r"\\udcff.*is no text that can be stored"):
        library.add_case(new_case(50, path=Path("/nowhere/\udcff.jpg")))
    assert library.count() == 5
