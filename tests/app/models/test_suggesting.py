"""What a case is told to be looked at with, and whether it can be predicted again as it was."""

from pathlib import Path

import pytest
from library_cases import case

from handviz.app.models.batch_text import batch_lines
from handviz.app.models.case_text import duration_text, flag_line, spoken_text
from handviz.app.models.comparison import PRESETS
from handviz.app.models.reproducing import REPRODUCIBLE, reproducibility
from handviz.app.models.suggesting import reference_of, suggested_preset
from handviz.casework.asking import Question
from handviz.casework.batch_events import BatchProgress
from handviz.hypotheses.triage import REASONS
from handviz.review.cases import Flag


@pytest.mark.parametrize("reason", [*REASONS, "unknown"])
@pytest.mark.parametrize("truth", [True, False])
@pytest.mark.parametrize("video", [True, False])
def test_every_reason_leads_to_a_preset_that_can_be_shown(reason: str, truth: bool, video: bool) -> None:
    preset = suggested_preset((reason,), truth, video)
    assert preset in PRESETS
    assert truth or preset not in ("kept-truth", "best-best")
    assert video or preset != "frames"


def test_the_most_telling_reason_decides() -> None:
    assert suggested_preset(("lost_in_selection", "large_spread"), True, False) == "best-best"
    assert suggested_preset(("handled", "large_spread"), True, False) == "blur"


def test_a_case_goes_side_by_side_with_its_box_and_prediction() -> None:
    reference = reference_of(case(3, frame=7), Question(hypotheses=40, seed=5), Path("kept.npz"))
    assert (reference.frame, reference.prediction, reference.hypotheses, reference.seed) == (7, "kept.npz", 40, 5)
    assert reference.box == case(3).box and reference.hand == "right"


def test_a_case_says_when_it_cannot_be_predicted_as_it_was() -> None:
    loaded = {"generator_sha256": "a", "selector_sha256": "b", "hand_model_sha256": "c"}
    known = loaded | Question().to_provenance()
    made = case(1, prediction_key="0" * 64, provenance=known)
    assert reproducibility(made, made.photo_sha256, loaded) == REPRODUCIBLE
    assert "content has changed" in reproducibility(made, "other", loaded)
    others = reproducibility(made, made.photo_sha256, loaded | {"generator_sha256": "x", "hand_model_sha256": "y"})
    assert "other weights" in others and "another hand model" in others
    assert "does not tell" in reproducibility(case(1, prediction_key="0" * 64), case(1).photo_sha256, loaded)
    assert reproducibility(case(1), case(1).photo_sha256, loaded) == ""
    assert reproducibility(made, made.photo_sha256, {}) == ""


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(2, "a few seconds"), (44, "45 seconds"), (600, "10 minutes"), (7500, "2 h 05 min"), (5399, "90 minutes")],
)
def test_durations_are_said_as_people_say_them(seconds: float, words: str) -> None:
    assert duration_text(seconds) == words


def test_a_batch_tells_state_counts_and_time_left() -> None:
    running = BatchProgress("running", 100, 40, 5, 1, "a.jpg", 130.0)
    text = batch_lines(running)
    assert text == "46 of 100 pictures, 5 known already, 1 failed · 2 minutes left · a.jpg"
    assert batch_lines(BatchProgress("paused", 10, 4)).startswith("Paused · 4 of 10")
    assert batch_lines(BatchProgress("cancelled", 10, 4)).startswith("Cancelled: 4 predicted")


def test_what_is_read_out_of_a_case_names_state_flags_and_figures() -> None:
    text = spoken_text(case(1, verdict="reject", flags_count=2), ["Not covered"])
    assert text.startswith("photo1.jpg, rejected, 2 flags, Not covered, blur")
    line = flag_line(Flag(1, "u", 1, "ben", "wrong pose", 3, hypotheses=(0, 4), joints=(3,)), True)
    assert line == "wrong pose, severe · hypotheses 1, 5 · 1 joint · by ben"
