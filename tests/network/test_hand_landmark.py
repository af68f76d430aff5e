"""The landmark network's trunk answers as the published network does."""

import cv2
import numpy as np
import pytest
import torch

from handviz.errors import ModelFileError
from handviz.network.hand_landmark import NATIVE_SIZE, WORLD_UNIT, HandLandmarkTrunk
from handviz.resources import models_dir
from handviz.training.backbone_weights import load_backbone_weights

PUBLISHED = models_dir() / "detector" / "hand_landmark_full.onnx"


def test_the_trunk_with_published_weights_says_what_the_network_says() -> None:
    trunk = HandLandmarkTrunk()
    load_backbone_weights(trunk, PUBLISHED)
    picture = np.random.default_rng(1).random((1, 3, NATIVE_SIZE, NATIVE_SIZE), dtype=np.float32)
    network = cv2.dnn.readNetFromONNX(str(PUBLISHED))
    network.setInput(picture)
    names = network.getUnconnectedOutLayersNames()
    answers = dict(zip(names, network.forward(names), strict=True))
    in_crop, world = answers["638"].reshape(21, 3), answers["640"].reshape(21, 3)
    with torch.no_grad():
        features = trunk(torch.from_numpy(picture))
        found = trunk.landmarks(features)[0].numpy()
        right = torch.sigmoid(trunk.right_hand_logit(features)).item()
        there = torch.sigmoid(trunk.presence(features)).item()
    assert there == pytest.approx(answers["636"].item(), abs=1e-4)
    assert right == pytest.approx(answers["633"].item(), abs=1e-4)
    np.testing.assert_allclose(found[:, :3], in_crop / NATIVE_SIZE, atol=1e-4)
    np.testing.assert_allclose(found[:, 3:], WORLD_UNIT * world, atol=1e-4)


@pytest.mark.parametrize("size", [96, 160, 176])
def test_features_lie_at_strides_8_16_32(size: int) -> None:
    maps = HandLandmarkTrunk()(torch.rand(1, 3, size, size))
    assert [tuple(m.shape) for m in maps] == [
        (1, channels, -(-size // stride), -(-size // stride))
        for channels, stride in zip(HandLandmarkTrunk.channels, (8, 16, 32), strict=True)
    ]


def test_another_network_is_refused() -> None:
    with pytest.raises(ModelFileError, match="not the hand landmark network"):
        load_backbone_weights(HandLandmarkTrunk(), models_dir() / "detector" / "palm_detection_full.onnx")


def test_a_file_that_is_no_network_is_refused(tmp_path) -> None:
    path = tmp_path / "network.onnx"
    path.write_bytes(b"\x08\x07nothing of the kind")
    with pytest.raises(ModelFileError):
        load_backbone_weights(HandLandmarkTrunk(), path)
