"""A case is predicted again alike, and says why where it cannot be."""

import dataclasses

import numpy as np
import pytest
from casework_fakes import BOX, write_photos

from handviz.casework.asking import MADE_BY, Question
from handviz.casework.building import case_from_prediction
from handviz.casework.reproducing import obstacles
from handviz.errors import InputError
from handviz.hypotheses.case_figures import CaseFigures
from handviz.hypotheses.triage import TriageSettings
from handviz.hypotheses.truth import Truth
from handviz.media.photos import load_photo


@pytest.fixture(scope="module")
def photo(tmp_path_factory):
    return load_photo(write_photos(tmp_path_factory.mktemp("photos"), 1)[0])


@pytest.fixture(scope="module")
def predicted(photo, tiny_predictor):
    question = Question(BOX, None, 5, 3)
    prediction = tiny_predictor.predict(photo.image, question.box, question.hand, question.hypotheses, question.seed)
    key = question.key(photo.sha256, None, tiny_predictor.provenance)
    return prediction, case_from_prediction(prediction, photo.path, photo.sha256, key=key, question=question)


def test_the_question_of_a_case_gives_its_answer_again(photo, predicted, tiny_predictor):
    prediction, case = predicted
    again = Question.of_case(case)
    repeated = tiny_predictor.predict(photo.image, again.box, again.hand, again.hypotheses, again.seed)
    np.testing.assert_allclose(repeated.vertices, prediction.vertices, atol=1e-6)
    assert again.key(photo.sha256, None, tiny_predictor.provenance) == case.prediction_key
    assert obstacles(case, tiny_predictor.provenance, photo.path) == ()


def test_keys_tell_questions_pictures_and_networks_apart(tiny_predictor):
    known = tiny_predictor.provenance
    asked = Question(BOX, "left", 5, 3)
    others = [
        dataclasses.replace(asked, **change).key("a", 0, known)
        for change in ({"box": None}, {"hand": "right"}, {"hypotheses": 6}, {"seed": 4})
    ]
    others += [asked.key("b", 0, known), asked.key("a", 1, known), asked.key("a", None, known)]
    others += [asked.key("a", 0, known | {name: "?"}) for name in MADE_BY]
    assert len({asked.key("a", 0, known), *others}) == len(others) + 1
    assert asked.key("a", 0, known | {"device": "cuda:1"}) == asked.key("a", 0, known)


def test_what_stands_in_the_way_is_named(photo, predicted, tiny_predictor, tmp_path):
    _, case = predicted
    known = tiny_predictor.provenance

    def names(changed=case, with_=known, at=photo.path):
        found = obstacles(changed, with_, at)
        assert all(obstacle.sentence.endswith(".") for obstacle in found)
        return [obstacle.name for obstacle in found]

    assert names(at=None) == ["photo_missing"]
    assert names(at=tmp_path / "gone.png") == ["photo_missing"]
    (tmp_path / "other.png").write_bytes(b"other")
    assert names(at=tmp_path / "other.png") == ["photo_changed"]
    assert names(with_=known | {"generator_sha256": "0", "selector_sha256": "1"}) == ["weights"]
    assert names(with_=known | {"witness_sha256": "0"}) == ["weights"]
    assert names(with_=known | {"trust_sha256": "0"}) == ["weights"]
    assert names(with_=known | {"hand_model_sha256": "0", "hand_model": "mano"}) == ["hand_model"]
    assert names(with_={"predictor": "mine:Predictor"}) == ["weights", "hand_model"]
    assert names(dataclasses.replace(case, provenance=case.provenance | {"handviz": "0.0.1"})) == ["version"]
    assert names(dataclasses.replace(case, prediction_key="")) == ["not_predicted"]
    elsewhere = {k: v for k, v in case.provenance.items() if not k.startswith("asked")}
    assert names(dataclasses.replace(case, provenance=elsewhere)) == ["question"]


@pytest.mark.parametrize(
    "wrong", [{"asked_box": "[1, 2"}, {"asked_box": "[1, 2, 3]"}, {"asked_box": '["a"]'}, {"seed": "many"}]
)
def test_provenance_that_tells_nonsense_is_a_sentence(predicted, wrong):
    case = dataclasses.replace(predicted[1], provenance=predicted[1].provenance | wrong)
    with pytest.raises(InputError, match="predict it again"):
        Question.of_case(case)


def test_truth_gives_errors_and_an_outcome(photo, predicted):
    prediction = predicted[0]
    truth = Truth(np.zeros((3, 0, 3)), prediction.joints[2], prediction.intrinsics)

    def build(**settings):
        return case_from_prediction(
            prediction, photo.path, photo.sha256, truth=truth, truth_file=photo.path.with_suffix(".json"),
            settings=TriageSettings(tolerance_mm=0.5, **settings),
        )  # fmt: skip

    case = build(top_n=5)
    figures = CaseFigures.from_json(case.figures)
    assert figures.error_mm.argmin() == 2 and figures.error_mm[2] < 0.1
    assert case.triage[0] == "handled" and case.error_mm > 0 and case.truth.endswith(".json")
    order = np.argsort(-prediction.score, kind="stable")
    if order[0] != 2:
        assert build(top_n=1).triage[0] == "lost_in_selection"
    # A truth of other timesteps says nothing.
    other = Truth(np.zeros((1, 0, 3)), prediction.joints[2, :1], prediction.intrinsics)
    assert case_from_prediction(prediction, photo.path, photo.sha256, truth=other).error_mm is None


def test_a_prediction_from_anywhere_cannot_swell_a_library(photo, predicted):
    swollen = dataclasses.replace(
        predicted[0], provenance={f"key{n}": "x" * 10_000 for n in range(1000)} | {"k" * 9999: "y"}
    )
    case = case_from_prediction(swollen, photo.path, photo.sha256)
    assert sum(len(k) + len(v) for k, v in case.provenance.items()) < 100_000
