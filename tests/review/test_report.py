"""Reports: a folder that opens anywhere, in which nothing runs; pictures with the kept hypotheses' mean joints."""

import os
import shutil
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from made_hands import make_prediction, moving_hand
from PIL import Image
from review_cases import new_case

from handviz.app.models.palette import TIMESTEP_HEX
from handviz.errors import InputError
from handviz.files import sha256
from handviz.hypotheses.triage import TriageSettings
from handviz.review.export import case_record
from handviz.review.filters import CaseFilter
from handviz.review.merging import import_json
from handviz.review.pictures import TIMESTEP_COLORS, case_picture, kept_mean_joints
from handviz.review.prediction_cache import PredictionCache
from handviz.review.report import ReportStopped, export_report
from handviz.review.report_page import CaseView, page
from handviz.review.store import Library


class Page(HTMLParser):
    """What a browser would make of a page: elements, attributes, text."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attributes]

    def handle_data(self, data):
        self.text += data

    def addresses(self) -> list[str]:
        """Everything the page refers to."""
        return [value for name, value in self.attributes if name in ("src", "href", "srcset", "action", "data")]


@pytest.fixture
def photographed(tmp_path):
    """Ada's library of two photos with predictions in a cache, a third whose photo is gone."""
    cache = PredictionCache(tmp_path / "cache")
    with Library.open(tmp_path / "hands.handviz", "ada") as library:
        for number in range(3):
            path = tmp_path / "photos" / f"hand {number} #?.png"
            path.parent.mkdir(exist_ok=True)
            Image.new("RGB", (640, 480), (90, 120, 60 * number)).save(path)
            prediction = make_prediction(np.stack([moving_hand(), moving_hand(0.2)]))
            cache.put(f"{number:064x}", prediction)
            box = tuple(float(value) for value in prediction.box)
            case = new_case(number, path=path, photo_sha256=sha256(path), box=box, prediction_key=f"{number:064x}")
            library.add_case(case)
        (tmp_path / "photos" / "hand 2 #?.png").unlink()
        library.add_flag(1, "wrong pose", 3, "two lines\n<b>bold</b>", hypotheses=[1], joints=[8])
        library.set_verdict(1, "reject")
        yield library, cache


def test_the_folder_opens_anywhere(photographed, tmp_path):
    library, cache = photographed
    report = export_report(library, tmp_path / "out" / "report", cache=cache)
    assert (report.cases, report.without_picture) == (3, 1)
    moved = tmp_path / "moved somewhere"
    shutil.move(tmp_path / "out" / "report", moved)
    found = Page((moved / "index.html").read_text(encoding="utf-8"))
    assert not {"script", "iframe", "object", "link", "form"} & set(found.tags)
    assert not [name for name, _ in found.attributes if name.startswith("on")]
    addresses = found.addresses()
    assert len(addresses) == 4 and all((moved / unquote(address)).is_file() for address in addresses)
    assert "http://" not in str(found.attributes) and "https://" not in str(found.attributes)
    assert "two lines\n<b>bold</b>" in found.text and "severe" in found.text and "index_tip" in found.text
    assert "The photo is not where it was." in found.text
    with Image.open(moved / "pictures" / "case000001.jpg") as picture:
        assert picture.format == "JPEG" and max(picture.size) == 480
    assert sorted(os.listdir(moved)) == ["cases.csv", "cases.json", "index.html", "pictures"]
    with Library.open(tmp_path / "again.handviz") as again:
        assert str(import_json(again, moved)) == "3 cases, 1 flag, 1 verdict"


def test_a_filter_and_an_empty_report(photographed, tmp_path):
    library, cache = photographed
    assert export_report(library, tmp_path / "one", CaseFilter(verdict="reject"), cache=cache).cases == 1
    empty = export_report(library, tmp_path / "none", CaseFilter(kind="ambiguous"))
    assert empty.cases == 0 and "No case matches" in empty.page.read_text(encoding="utf-8")


def test_a_changed_photo_is_not_passed_off_as_the_old_one(photographed, tmp_path):
    library, cache = photographed
    Image.new("RGB", (640, 480)).save(library.case(1).path)
    library.case(2).path.write_bytes(b"\xff\xd8\xff no photo")
    report = export_report(library, tmp_path / "report", cache=cache)
    assert report.without_picture == 3
    assert "The photo was changed since the case was added." in report.page.read_text(encoding="utf-8")


def test_a_report_replaces_nothing_and_leaves_nothing_half_done(photographed, tmp_path, monkeypatch):
    library, cache = photographed
    taken = tmp_path / "taken"
    taken.mkdir()
    with pytest.raises(InputError, match="exists already"):
        export_report(library, taken)
    before = sorted(os.listdir(tmp_path))
    with pytest.raises(ReportStopped):
        export_report(library, tmp_path / "stopped", cache=cache, progress=lambda done, total: done < 1)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(InputError):
        export_report(library, tmp_path / "file" / "report")
    (tmp_path / "file").unlink()

    def full(self, *_args, **_kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Image.Image, "save", full)
    with pytest.raises(InputError, match="disk is full"):
        export_report(library, tmp_path / "full", cache=cache)
    assert sorted(os.listdir(tmp_path)) == before


TEXT = st.text(max_size=30) | st.sampled_from(
    ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "'><svg onload=alert(1)>", "</style><script>",
     "javascript:alert(1)", "&lt;b&gt;", "]]>", "--><script>"]
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(name=TEXT, annotator=TEXT, kind=TEXT, note=TEXT, triage=TEXT, key=TEXT, value=TEXT)
@example("</title><script>", "</p><script>", "<x>", "</li><script>", "<y>", "</dt><script>", "</dd><script>")
def test_nothing_that_people_wrote_becomes_part_of_the_page(name, annotator, kind, note, triage, key, value):
    assume(triage and annotator not in ("grace", "g"))

    def made(name, annotator, kind, note, triage, key, value):
        flag = {"kind": kind, "severity": 2, "note": note, "annotator": annotator, "hypotheses": [], "joints": []}
        case = _case(Path(name), (triage,), {key: value})
        record = case_record(case, [], [], Path()) | {
            "flags": [flag, flag | {"annotator": "grace"}],
            "verdicts": [{"annotator": annotator, "verdict": "accept"}, {"annotator": "g", "verdict": "reject"}],
        }
        return Page(page(name, annotator, False, [CaseView(case, record, "pictures/a.jpg", ""),
                                                  CaseView(case, record, "", note)]))  # fmt: skip

    plain = made("name", "annotator", "kind", "note", "triage", "key", "value")
    hostile = made(name, annotator, kind, note, triage, key, value)
    assert hostile.tags == plain.tags
    assert [name for name, _ in hostile.attributes] == [name for name, _ in plain.attributes]
    assert hostile.addresses() == plain.addresses()


def _case(path: Path, triage: tuple[str, ...], provenance: dict[str, str]):
    from handviz.review.cases import Case

    values = new_case(1, path=path, triage=triage, provenance=provenance).__dict__
    return Case(**values, id=1, case_uuid="ab" * 16)


def test_colours_are_those_of_the_window():
    assert TIMESTEP_COLORS == TIMESTEP_HEX


def test_joints_are_drawn_where_they_are():
    image = np.full((480, 640, 3), 128, np.uint8)
    prediction = make_prediction(np.stack([moving_hand(0.4), moving_hand(0.4)]))
    joints = kept_mean_joints(prediction)
    np.testing.assert_allclose(joints, prediction.joints_2d[0], atol=1e-3)
    box = (0.0, 0.0, 640.0, 480.0)
    picture = np.asarray(case_picture(image, box, joints, side=640), int)
    assert picture.shape == (480, 640, 3)
    for moment, color in zip(joints, TIMESTEP_COLORS, strict=True):
        wanted = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)])
        tips = [moment[joint] for joint in (8, 12, 16) if 2 < moment[joint][0] < 637 and 2 < moment[joint][1] < 477]
        assert tips
        for x, y in tips:
            near = picture[int(y) - 1 : int(y) + 2, int(x) - 1 : int(x) + 2].reshape(-1, 3)
            assert np.abs(near - wanted).sum(1).min() < 40


def test_the_kept_ones_are_averaged():
    prediction = make_prediction(np.stack([moving_hand(0.0), moving_hand(0.1), moving_hand(0.4)]), [0.8, 0.6, 0.1])
    mean = kept_mean_joints(prediction, TriageSettings(keep="top", top_n=2))
    np.testing.assert_allclose(mean, prediction.joints_2d[:2].mean(0), rtol=1e-5)
    alone = kept_mean_joints(prediction, TriageSettings(keep="threshold", threshold=0.99))
    np.testing.assert_allclose(alone, prediction.joints_2d[0])


@given(
    box=st.none() | st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(0.1, 1e6), st.floats(0.1, 1e6)),
    spread=st.none() | st.floats(-1e7, 1e7) | st.just(float("nan")),
    width=st.integers(1, 40),
    height=st.integers(1, 40),
)
@settings(max_examples=80, deadline=None)
def test_any_box_gives_a_picture(box, spread, width, height):
    joints = None if spread is None else np.linspace(0, spread, 3 * 21 * 2).reshape(3, 21, 2)
    picture = case_picture(np.zeros((height, width, 3), np.uint8), box, joints, side=64)
    assert min(picture.size) >= 1 and max(picture.size) == 64
