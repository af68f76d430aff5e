"""Reads the case of a pane off the UI thread: its picture, blurred where that is wanted, and its saved prediction."""

from dataclasses import replace
from pathlib import Path

from handviz.app.loading import Loaded, Loader, pyramid_of
from handviz.app.models.comparison import CaseReference
from handviz.app.models.session import Picture
from handviz.hypotheses.foreign import read_prediction_file
from handviz.hypotheses.prediction import Prediction
from handviz.hypotheses.truth import Truth


class CaseLoader(Loader):
    """Loads one case after the other; a video stays open while its frames are asked for."""

    def load(
        self,
        case: CaseReference,
        picture: Picture | None = None,
        prediction: Prediction | None = None,
        truth: Truth | None = None,
        blurred: bool = False,
    ) -> None:
        """Load a case; what of it is at hand already is not read again. blurred says that the picture is so already."""
        smear_px = 0.0 if blurred else case.smear_px
        self._request(lambda: self._load(replace(case, smear_px=smear_px), picture, prediction, truth))

    def _load(
        self, case: CaseReference, picture: Picture | None, prediction: Prediction | None, truth: Truth | None
    ) -> Loaded:
        path = Path(case.path)
        if picture is not None:
            loaded = Loaded(picture, pyramid_of(picture.image), prediction, picture.path, truth)
        elif self._video is not None and self._video.path == path:
            loaded = self._frame(case.frame)
        else:
            loaded = self._open(path, case.frame)
        if case.prediction is not None and loaded.prediction is None:
            loaded = replace(loaded, prediction=read_prediction_file(case.prediction).prediction)
        if case.smear_px and loaded.picture is not None:
            from handviz.media.smear import smear_line

            image = smear_line(loaded.picture.image, case.smear_px, case.smear_degrees)
            picture = replace(loaded.picture, image=image)
            loaded = replace(loaded, picture=picture, pyramid=pyramid_of(image), prediction=None)
        return loaded
