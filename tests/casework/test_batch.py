"""A batch predicts everything once, whatever happens in between."""

import shutil

import numpy as np
import pytest
from casework_fakes import BOX, write_photos
from PIL import Image

from handviz.casework.asking import Question
from handviz.casework.batch import BatchRun, BatchSettings
from handviz.casework.batch_events import BatchChanged, ItemDone
from handviz.casework.batch_items import BatchSources
from handviz.errors import InputError
from handviz.hypotheses.case_figures import CaseFigures
from handviz.review.prediction_cache import PredictionCache
from handviz.review.store import Library


def finish(run):
    run.start()
    assert run.join(60)
    return run.progress


def counts(progress):
    return progress.predicted, progress.already, progress.failed


@pytest.fixture
def library(tmp_path):
    def read():
        with Library.open(tmp_path / "hands.handviz", "ada") as opened:
            return opened.cases()

    return read


def test_a_folder_becomes_cases_and_the_next_run_passes_over_them(make_batch, photos, library, tmp_path):
    (photos / "broken.png").write_bytes((photos / "photo00.png").read_bytes()[:50])
    run, recorder = make_batch(photos, photos / "nothing.png")
    progress = finish(run)
    assert (progress.state, progress.total, counts(progress)) == ("finished", 7, (5, 0, 2))
    failed = [event for event in recorder.of(ItemDone) if event.outcome == "failed"]
    assert [event.label for event in failed] == [str(photos / "nothing.png"), "broken.png"]
    assert all("broken.png is damaged" in event.message or "does not exist" in event.message for event in failed)
    cases = library()
    assert [case.path.name for case in cases] == [f"photo{number:02d}.png" for number in range(5)]
    for case in cases:
        assert case.hand == "right" and case.box == pytest.approx(BOX)
        figures = CaseFigures.from_json(case.figures)
        assert len(figures.score) == 2 and case.best_score == pytest.approx(figures.score.max(), abs=1e-4)
        assert case.blur_px >= 0 and case.spread_mm > 0 and case.error_mm is None
        assert PredictionCache(tmp_path / "cache").get(case.prediction_key).num_hypotheses == 2
        assert Question.of_case(case) == Question(BOX, "right", 2, 0)

    again, _ = make_batch(photos)
    assert counts(finish(again)) == (0, 5, 1)
    assert library() == cases


def test_another_question_gives_the_same_cases_new_predictions(make_batch, photos, library):
    finish(make_batch(photos)[0])
    before = library()
    assert counts(finish(make_batch(photos, hypotheses=3)[0])) == (5, 0, 0)
    after = library()
    assert [case.id for case in after] == [case.id for case in before]
    assert all(len(CaseFigures.from_json(case.figures).score) == 3 for case in after)


def test_what_another_library_asked_is_taken_from_the_cache(make_batch, photos, tmp_path):
    finish(make_batch(photos)[0])
    for file in tmp_path.glob("hands.handviz*"):
        file.unlink()
    run, _ = make_batch(photos)
    make_batch.client.hold.clear()  # nothing can be predicted any more
    assert counts(finish(run)) == (5, 0, 0)


def test_pause_adds_what_is_in_flight_and_nothing_more(make_batch, photos, library):
    run, recorder = make_batch(photos)
    make_batch.client.hold.clear()
    run.start()
    recorder.until(lambda event: event.progress.current == "photo00.png")
    run.pause()
    make_batch.client.hold.set()
    paused = recorder.until(lambda event: event.progress.state == "paused").progress
    assert (paused.predicted, paused.message) == (1, "")
    assert len(library()) == 1
    assert not run.join(0.3) and run.progress == paused
    run.resume()
    assert run.join(60) and counts(run.progress) == (5, 0, 0)
    lefts = [event.progress.seconds_left for event in recorder.of(ItemDone)]
    assert all(left >= 0 for left in lefts) and lefts[-1] == 0


def test_cancel_ends_at_once_and_keeps_what_was_added(make_batch, photos, library):
    run, recorder = make_batch(photos)
    run.start()
    recorder.until(lambda event: isinstance(event, ItemDone))
    make_batch.client.hold.clear()
    run.cancel()
    assert run.join(10)
    assert run.progress.state == "cancelled"
    added = len(library())
    make_batch.client.hold.set()
    assert counts(finish(make_batch(photos)[0])) == (5 - added, added, 0)
    assert len(library()) == 5


@pytest.mark.parametrize("paused", [True, False])
def test_cancel_while_it_waits(make_batch, photos, paused):
    run, recorder = make_batch(photos)
    make_batch.client.hold.clear()
    run.start()
    recorder.until(lambda event: event.progress.current == "photo00.png")
    if paused:
        run.pause()
    run.cancel()
    assert run.join(10) and run.progress.state == "cancelled"


def test_a_disk_that_takes_nothing_pauses_with_a_sentence_and_goes_on(make_batch, photos, library, tmp_path):
    (tmp_path / "cache").write_text("a file where the folder should be")
    run, recorder = make_batch(photos)
    run.start()
    paused = recorder.until(lambda event: event.progress.state == "paused").progress
    assert "cache" in paused.message and paused.predicted == 0
    assert library() == []
    run.resume()  # too early
    recorder.until(lambda event: event.progress.state == "paused")
    (tmp_path / "cache").unlink()
    run.resume()
    assert run.join(60) and counts(run.progress) == (5, 0, 0) and run.progress.message == ""


def test_a_library_that_cannot_be_opened_pauses(make_batch, photos, library, tmp_path):
    (tmp_path / "hands.handviz").write_bytes(b"no library at all" * 100)
    run, recorder = make_batch(photos)
    run.start()
    assert "hands.handviz" in recorder.until(lambda event: event.progress.state == "paused").progress.message
    (tmp_path / "hands.handviz").unlink()
    run.resume()
    assert run.join(60) and len(library()) == 5


def test_a_library_whose_drive_goes_away_is_waited_for(make_batch, photos, library, tmp_path):
    with Library.open(tmp_path / "hands.handviz", "ada"):
        pass
    run, recorder = make_batch(photos)
    make_batch.client.hold.clear()
    run.start()
    recorder.until(lambda event: event.progress.current == "photo00.png")
    shutil.move(tmp_path / "hands.handviz", tmp_path / "photos" / "hands.handviz")
    make_batch.client.hold.set()
    message = recorder.until(lambda event: event.progress.state == "paused").progress.message
    assert "hands.handviz" in message and "is gone" in message
    shutil.move(tmp_path / "photos" / "hands.handviz", tmp_path / "hands.handviz")
    run.resume()
    assert run.join(60) and counts(run.progress) == (5, 0, 0)
    assert len(library()) == 5


def test_networks_that_cannot_be_loaded_pause(make_batch, photos):
    run, recorder = make_batch(photos)
    make_batch.client.refusals += ["The weights are missing; train them.", "They are still missing."]
    run.start()
    first = recorder.until(lambda event: event.progress.state == "paused")
    assert first.progress.message == "The weights are missing; train them."
    run.resume()
    assert recorder.until(lambda event: event.progress.state == "paused").progress.message.startswith("They are still")
    run.resume()
    assert run.join(60) and counts(run.progress) == (5, 0, 0) and make_batch.client.made == 3


def test_a_picture_without_a_hand_becomes_a_case_to_draw_a_box_in(make_batch, tmp_path, library):
    Image.fromarray(np.full((120, 160, 3), 128, np.uint8)).save(tmp_path / "blank.png")
    run, recorder = make_batch(tmp_path / "blank.png", box=None)
    assert counts(finish(run)) == (0, 0, 1)
    (case,) = library()
    assert (case.box, case.prediction_key, case.figures, case.triage) == (None, "", "", ("not_predicted",))
    assert recorder.of(ItemDone)[0].case_id == case.id
    assert counts(finish(make_batch(tmp_path / "blank.png", box=None)[0])) == (0, 1, 0)
    with Library.open(tmp_path / "hands.handviz", "ada") as opened:
        opened.set_box(case.id, BOX, "right")
    assert counts(finish(make_batch(tmp_path / "blank.png", box=None, hypotheses=3)[0])) == (0, 1, 0)
    assert library()[0].box == BOX and len(library()) == 1
    # And that is how it is asked once somebody opens it.
    assert Question.of_case(library()[0]) == Question(BOX, "right")


def test_a_box_corrected_by_hand_is_left_alone(make_batch, photos, library, tmp_path):
    finish(make_batch(photos)[0])
    corrected = (10.0, 10.0, 50.0, 50.0)
    with Library.open(tmp_path / "hands.handviz", "ada") as opened:
        opened.set_box(1, corrected, "left")
    assert counts(finish(make_batch(photos, hypotheses=3)[0])) == (4, 1, 0)
    case = library()[0]
    assert (case.box, case.hand, case.prediction_key) == (corrected, "left", "")


def test_undo_of_an_annotator_does_not_reach_the_batch(make_batch, photos, tmp_path):
    finish(make_batch(photos)[0])
    with Library.open(tmp_path / "hands.handviz", "ada") as opened:
        assert opened.undo() is None and opened.count() == 5


def test_photos_that_change_are_predicted_anew(make_batch, photos, library):
    finish(make_batch(photos)[0])
    write_photos(photos, 1, seed=9)
    assert counts(finish(make_batch(photos)[0])) == (1, 4, 0)
    assert len({case.photo_sha256 for case in library()}) == 6


def test_events_come_in_order_and_count_up(make_batch, photos):
    run, recorder = make_batch(photos)
    finish(run)
    done = [event.progress.done for event in recorder.events]
    assert done == sorted(done)
    states = [event.progress.state for event in recorder.of(BatchChanged)]
    assert list(dict.fromkeys(states)) == ["listing", "running", "loading", "finished"]
    assert [event.label for event in recorder.of(ItemDone)] == [f"photo{number:02d}.png" for number in range(5)]


def test_mistakes_in_the_question_show_before_anything_starts(tmp_path):
    for question in (Question(hypotheses=0), Question(hand="both"), Question(seed=-1)):
        with pytest.raises(InputError):
            BatchRun(tmp_path / "a.handviz", BatchSources((tmp_path,), question=question), on_event=print)
    with pytest.raises(InputError, match="truths"):
        settings = BatchSettings(truths=tmp_path / "nowhere")
        BatchRun(tmp_path / "a.handviz", BatchSources((tmp_path,)), settings, on_event=print)


def test_a_listener_that_fails_does_no_harm(make_batch, photos):
    run, _ = make_batch(photos)
    run._on_event = lambda event: 1 / 0
    assert counts(finish(run)) == (5, 0, 0)


def test_a_photo_that_goes_away_meanwhile_fails_alone(make_batch, photos):
    run, recorder = make_batch(photos)
    make_batch.client.hold.clear()
    run.start()
    recorder.until(lambda event: event.progress.current == "photo00.png")
    (photos / "photo03.png").unlink()
    make_batch.client.hold.set()
    assert run.join(60) and counts(run.progress) == (4, 0, 1)
