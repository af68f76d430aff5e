"""Another person's predictor is found, called with what it takes, and its errors become sentences."""

from pathlib import Path

import numpy as np
import pytest

from handviz.errors import HandNotFoundError, InputError
from handviz.inference.protocol import ForeignPredictor, PredictorLike, load_predictor

IMAGE = np.zeros((60, 80, 3), np.uint8)
FACES = np.array([[0, 1, 2], [0, 2, 3], [0, 3, 1], [1, 3, 2]])

NETWORK = """
import numpy as np
from beside import FACES

class Mine:
    device = "abacus"

    def predict(self, image, hypotheses=16, seed=0):
        rng = np.random.default_rng(seed)
        if image.max() > 200:
            raise KeyError("no such layer")
        vertices = rng.normal([0, 0, 0.5], 0.03, (hypotheses, 3, 4, 3))
        return {"vertices": vertices, "faces": FACES, "scores": rng.random(hypotheses)}

ready = Mine()
number = 3

def broken():
    raise RuntimeError("the checkpoint\\nis missing")

def leaves():
    raise SystemExit(2)
"""


@pytest.fixture
def network(tmp_path: Path) -> Path:
    (tmp_path / "beside.py").write_text("import numpy as np\nFACES = np.array([[0, 1, 2], [0, 2, 3]])\n")
    path = tmp_path / "my_network.py"
    path.write_text(NETWORK)
    return path


@pytest.fixture(autouse=True)
def own_modules(monkeypatch: pytest.MonkeyPatch):
    import sys

    monkeypatch.setattr(sys, "path", list(sys.path))
    yield
    for name in ("my_network", "beside", "odd"):
        sys.modules.pop(name, None)


def test_a_class_or_an_object_in_a_file_predicts(network: Path) -> None:
    for what in ("Mine", "ready"):
        predictor = load_predictor(f"{network}:{what}")
        assert predictor.device == "abacus"
        prediction = predictor.predict(IMAGE, box=None, hand=None, hypotheses=5, seed=1, intrinsics=None)
        assert prediction.num_hypotheses == 5 and not prediction.has_joints
        np.testing.assert_allclose(prediction.intrinsics[:2, 2], (40, 30))


def test_an_importable_module_predicts_as_well(network: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(network.parent))
    assert load_predictor("my_network:Mine").predict(IMAGE, hypotheses=2).num_hypotheses == 2


def test_only_what_the_signature_names_is_handed_over() -> None:
    seen: dict = {}

    def anything(image, **given):
        seen.update(given)
        return {"vertices": np.ones((1, 1, 4, 3)), "faces": FACES}

    ForeignPredictor(anything, "f").predict(IMAGE, box=(1, 2, 3, 4), seed=3)
    assert seen == {"box": (1, 2, 3, 4), "seed": 3}
    ForeignPredictor(lambda image: anything(image), "g").predict(IMAGE, seed=3)


def test_known_intrinsics_place_meshes_that_bring_none() -> None:
    def method(image):
        return {"vertices": np.full((1, 1, 4, 3), 0.5), "faces": FACES}

    camera = np.array([[70.0, 0, 41], [0, 70, 29], [0, 0, 1]])
    shown = ForeignPredictor(method, "f").predict(IMAGE, intrinsics=camera)
    np.testing.assert_allclose(shown.intrinsics, camera)


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("absent", ["absent", "behind the colon"]),
        ("number", ["number", "int"]),
        ("broken", ["RuntimeError", "the checkpoint is missing", "my_network.py line"]),
        ("leaves", ["SystemExit"]),
    ],
)
def test_what_cannot_be_made_is_a_sentence(network: Path, what: str, words: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        load_predictor(f"{network}:{what}")
    assert all(word in str(caught.value) for word in words) and "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["nothing", "no.such.module:make", "absent.py:make", ":make", "module:"])
def test_names_that_lead_nowhere_are_refused(name: str) -> None:
    with pytest.raises(InputError):
        load_predictor(name)


def test_a_module_that_cannot_be_imported_says_where(tmp_path: Path) -> None:
    (tmp_path / "odd.py").write_text("import numpy\nimport nowhere_to_be_found\n")
    with pytest.raises(InputError, match=r"nowhere_to_be_found.*odd\.py line 2"):
        load_predictor(f"{tmp_path / 'odd.py'}:make")


def test_errors_inside_become_sentences_with_their_place(network: Path, capsys) -> None:
    predictor = load_predictor(f"{network}:Mine")
    with pytest.raises(InputError, match=r"KeyError: 'no such layer', my_network\.py line 11"):
        predictor.predict(IMAGE + 255, hypotheses=1)
    assert "Traceback" in capsys.readouterr().err

    def no_hand(image):
        raise HandNotFoundError("No hand.")

    with pytest.raises(HandNotFoundError):
        ForeignPredictor(no_hand, "f").predict(IMAGE)
    with pytest.raises(InputError, match="NoneType"):
        ForeignPredictor(lambda image: None, "f").predict(IMAGE)


def test_the_protocol_is_ours_too() -> None:
    from handviz.inference.predictor import Predictor

    assert issubclass(Predictor, PredictorLike)
