"""Photo and prediction of a case, read off the UI thread; those of the next cases ahead of time."""

import traceback
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QThreadPool, Signal
from PySide6.QtGui import QImage

from handviz.app.loading import pyramid_of
from handviz.app.models.session import Picture
from handviz.casework.truths import Truths
from handviz.errors import HandvizError, InputError
from handviz.hypotheses.prediction import Prediction
from handviz.hypotheses.truth import Truth
from handviz.media import sources
from handviz.review.cases import Case
from handviz.review.photos import photo_seen_from
from handviz.review.prediction_cache import PredictionCache

MAX_BYTES = 160 << 20
"""Pictures kept ready, with what they are drawn from."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """A case ready to be shown. prediction is None when it has to be made."""

    case_id: int
    made_from: tuple
    picture: Picture | None = None
    pyramid: tuple[QImage, ...] = ()
    prediction: Prediction | None = None
    truth: Truth | None = None
    photo_sha256: str = ""
    """Of the file as it is now."""
    problem: str = ""
    """Why there is no picture, a sentence."""

    @property
    def size(self) -> int:
        """Bytes, roughly."""
        pixels = 0 if self.picture is None else int(self.picture.image.nbytes * 4 / 3)
        return pixels + (0 if self.prediction is None else int(self.prediction.vertices.nbytes))


def _made_from(case: Case) -> tuple:
    return case.path, case.frame, case.prediction_key


class CaseLoader(QObject):
    """prepared carries the Prepared of a case that was asked for with load()."""

    prepared = Signal(object)
    _made = Signal(object)

    def __init__(self, parent: QObject, predictions: PredictionCache) -> None:
        super().__init__(parent)
        self._predictions = predictions
        self.library_folder = Path()
        """From which relative paths lead to photos."""
        self._reader = sources.PictureReader()
        self._truths = Truths()
        self._pool = QThreadPool(self)
        # One thread, so that a video is never read from two places at once.
        self._pool.setMaxThreadCount(1)
        self._ready: OrderedDict[int, Prepared] = OrderedDict()
        self._wanted: Case | None = None
        self._ahead: list[Case] = []
        self._busy = False
        self._made.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def load(self, case: Case, ahead: Sequence[Case] = ()) -> None:
        """Prepare a case, at once where it is ready; then those that may come next, the likeliest first."""
        self._ahead = list(ahead)
        ready = self._ready.get(case.id)
        if ready is not None and ready.made_from == _made_from(case):
            self._ready.move_to_end(case.id)
            self._wanted = None
            self.prepared.emit(ready)
        else:
            self._wanted = case
        self._start()

    def forget(self, case_id: int) -> None:
        """Read a case anew the next time."""
        self._ready.pop(case_id, None)

    def close(self) -> None:
        """Wait for the thread; nothing is reported any more."""
        self._wanted, self._ahead = None, []
        self._made.disconnect()
        self._pool.waitForDone()
        self._reader.close()

    def _start(self) -> None:
        if self._busy:
            return
        case = self._wanted or next((case for case in self._ahead if not self._has(case)), None)
        if case is None:
            return
        self._busy = True

        def run() -> None:
            try:
                made = self._read(case)
            except HandvizError as error:
                made = Prepared(case.id, _made_from(case), problem=str(error))
            except MemoryError:
                problem = f"There is not enough memory for {case.path}; close other programs and try again."
                made = Prepared(case.id, _made_from(case), problem=problem)
            except Exception as error:
                traceback.print_exc()
                problem = f"{case.path} could not be opened ({error}); details are in the terminal."
                made = Prepared(case.id, _made_from(case), problem=problem)
            self._made.emit(made)

        # Not a QRunnable: Qt deletes it behind PySide's back, which then takes whatever is next at its address for it.
        self._pool.start(run)

    def _has(self, case: Case) -> bool:
        ready = self._ready.get(case.id)
        return ready is not None and ready.made_from == _made_from(case)

    def _read(self, case: Case) -> Prepared:
        # A picture that is merely predicted anew is not read again.
        before = self._ready.get(case.id)
        if before is not None and before.picture is not None and before.made_from[:2] == _made_from(case)[:2]:
            return replace(before, made_from=_made_from(case), prediction=self._predictions.get(case.prediction_key))
        path = photo_seen_from(self.library_folder, case) or case.path
        source = sources.Picture(path, case.frame, path.stem)
        read = self._reader.read(source)
        picture = Picture(path, read.image, case.frame or 0, focal_px=read.focal_px)
        try:
            truth = self._truths.of(source)
        except InputError:
            # A file of that name that holds no truth does not keep the case from being judged.
            truth = None
        return Prepared(
            case.id, _made_from(case), picture, pyramid_of(picture.image), self._predictions.get(case.prediction_key),
            truth.hand if truth is not None else None, read.sha256,
        )  # fmt: skip

    def _take(self, made: Prepared) -> None:
        self._busy = False
        self._ready[made.case_id] = made
        self._ready.move_to_end(made.case_id)
        while len(self._ready) > 1 and sum(ready.size for ready in self._ready.values()) > MAX_BYTES:
            self._ready.popitem(last=False)
        if made.problem:
            # A drive may come back: the next visit tries again.
            self._ready.pop(made.case_id, None)
            self._ahead = [case for case in self._ahead if case.id != made.case_id]
        if self._wanted is not None and made.case_id == self._wanted.id and made.made_from == _made_from(self._wanted):
            self._wanted = None
            self.prepared.emit(made)
        self._start()
