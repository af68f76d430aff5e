"""What a batch knows of a library and writes into it."""

from dataclasses import replace
from pathlib import Path

from handviz.casework.batch_items import BatchItem
from handviz.casework.building import case_from_prediction
from handviz.casework.truths import KnownTruth
from handviz.files import sha256
from handviz.hypotheses.prediction import Prediction
from handviz.hypotheses.triage import TriageSettings, triage
from handviz.review.cases import Case, NewCase
from handviz.review.prediction_cache import PredictionCache, prediction_key
from handviz.review.store import Library

_UNFOUND_KEY = "unfound_key"
"""In the provenance of a case in which no hand was found: the key its prediction would have had."""


class CaseWriter:
    """Finds out which pictures need no prediction any more, and adds cases, each committed before the call returns.

    Everything raises InputError when library or cache cannot be read or written.
    """

    def __init__(self, library: Library, cache: PredictionCache, settings: TriageSettings) -> None:
        self.library, self.cache, self._settings = library, cache, settings
        self._by_key: dict[str, int] = {}
        self._corrected: dict[tuple[str, int | None], int] = {}
        for case in library.cases():
            self._learn(case)

    def _learn(self, case: Case) -> None:
        for key in (case.prediction_key, case.provenance.get(_UNFOUND_KEY, "")):
            if key:
                self._by_key[key] = case.id
        if case.uuid != case.case_uuid:
            self._corrected[case.photo_sha256, case.frame] = case.id

    def already(self, key: str, photo_sha256: str, item: BatchItem) -> int | None:
        """The case that already answers an item; also one whose box or side a person corrected, which stays so."""
        found = self._by_key.get(key)
        if found is None and item.question.box is None:
            found = self._corrected.get((photo_sha256, item.picture.frame))
        return found

    def write(
        self, item: BatchItem, prediction: Prediction, key: str, photo_sha256: str, truth: KnownTruth | None
    ) -> tuple[int, bool]:
        """Add a case, or give the one of the same hand its new prediction: its id, and whether it was taken over."""
        question = item.question if item.prediction is None else None
        case = case_from_prediction(
            prediction, item.picture.path, photo_sha256, item.picture.frame, key=key, question=question,
            truth=truth.hand if truth else None, truth_file=truth.file if truth else None, settings=self._settings,
        )  # fmt: skip
        # The prediction first: a case may be without it, but a file without a case would never be found.
        self.cache.put(key, prediction)
        return self._add(case)

    def write_unfound(self, item: BatchItem, key: str, photo_sha256: str) -> int:
        """Add a case for a picture in which no hand was found, to be given a box by hand: its id."""
        case = NewCase(
            item.picture.path.absolute(), photo_sha256, item.picture.frame, hand=item.question.hand,
            triage=triage(None, self._settings), provenance=item.question.to_provenance() | {_UNFOUND_KEY: key},
        )  # fmt: skip
        return self._add(case)[0]

    def _add(self, case: NewCase) -> tuple[int, bool]:
        if self.library.trouble:
            # What could not be written before comes first; it is found below, and not added twice.
            self.library.retry()
        case_id = self.library.add_case(case)
        stored = self.library.case(case_id)
        corrected = stored.uuid != stored.case_uuid
        changed = not corrected and stored.prediction_key != case.prediction_key
        if changed:
            self.library.set_prediction(case_id, case)
        self._learn(replace(stored, prediction_key=stored.prediction_key if corrected else case.prediction_key))
        return case_id, not corrected


def imported_key(photo_sha256: str, frame: int | None, file: Path) -> str:
    """Key of a prediction made elsewhere: named by its photo and its own content. Raises InputError."""
    return prediction_key({"photo": photo_sha256, "frame": frame, "prediction_sha256": sha256(file)})
