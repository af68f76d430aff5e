"""What ships for synthesis: complete, parted into training and test, and with its origin told."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from handviz.resources import assets_dir

SUFFIX = {"skins": ".jpg", "panoramas": ".npz", "backgrounds": ".jpg"}


def names(kind: str) -> set[str]:
    return {path.stem for path in (assets_dir() / kind).glob(f"*{SUFFIX[kind]}")}


def splits(kind: str) -> dict[str, list[str]]:
    return json.loads((assets_dir() / kind / "splits.json").read_text())


def listed(readme: Path) -> dict[str, list[str]]:
    """First cell -> other cells of a README's table."""
    rows = [line.strip("|\n ").split("|") for line in readme.read_text().splitlines() if line.startswith("| ")]
    return {cells[0].strip(" `"): [cell.strip() for cell in cells[1:]] for cells in rows}


@pytest.mark.parametrize("kind", SUFFIX)
def test_every_file_is_in_exactly_one_split(kind):
    parts = splits(kind)
    assert set(parts) == {"train", "test-v1"}
    assert sorted(parts["train"] + parts["test-v1"]) == sorted(names(kind))


def test_views_follow_the_split_of_their_panorama():
    for part, pictures in splits("backgrounds").items():
        panoramas = {name.split("_")[1] for name in pictures if name.startswith("view_")}
        assert panoramas <= set(splits("panoramas")[part])


def test_both_splits_hold_skins_of_every_kind():
    for part in splits("skins").values():
        for kind in ("_light", "_dark", "_female", "_male", "old_", "young_", "middleage_"):
            assert any(kind in name for name in part), kind


def test_skins_and_nail_mask_fit_the_crop():
    crop = json.loads((assets_dir() / "skins" / "crop.json").read_text())
    left, top, right, bottom = crop["crop_box_px_xyxy"]
    for path in [*(assets_dir() / "skins").glob("*.jpg"), assets_dir() / "skins" / "nail_mask.png"]:
        with Image.open(path) as image:
            assert image.size == (right - left, bottom - top), path.name


def test_nail_mask_marks_five_nails():
    with Image.open(assets_dir() / "skins" / "nail_mask.png") as image:
        share = (np.asarray(image) > 127).mean()
    assert 0.001 < share < 0.02


@pytest.mark.parametrize("name", sorted(names("panoramas")))
def test_panoramas_are_radiance(name):
    with np.load(assets_dir() / "panoramas" / f"{name}.npz", allow_pickle=False) as file:
        rgb = file["rgb"]
    assert (rgb.dtype, rgb.shape) == (np.float16, (128, 256, 3))
    assert np.isfinite(rgb).all()
    assert rgb.min() >= 0
    assert rgb.max() > 1.0, "no lamp and no sky"


def test_backgrounds_are_small_colour_pictures():
    for path in (assets_dir() / "backgrounds").glob("*.jpg"):
        with Image.open(path) as image:
            assert image.mode == "RGB"
            assert 240 <= max(image.size) <= 640, path.name
        assert path.stat().st_size < 100_000, path.name


def test_every_background_has_source_author_and_a_free_licence():
    table = listed(assets_dir() / "backgrounds" / "README.md")
    for name in names("backgrounds"):
        source, author, licence = table[name]
        assert source
        assert author
        assert licence in ("CC0 1.0", "CC-BY 2.0", "CC-BY 4.0", "public domain"), name


def test_assets_for_synthesis_stay_small():
    size = sum(path.stat().st_size for kind in SUFFIX for path in (assets_dir() / kind).iterdir())
    assert size < 12e6
