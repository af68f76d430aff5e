"""What is painted over the picture of the hands: trails, skeletons, shares of clusters, the name of the truth."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from handviz.app.models.affine import PhotoTransform
from handviz.app.models.palette import cluster_colors, moment_color, truth_colors
from handviz.app.models.scene import represented, standing, trail_mask, truth_place
from handviz.app.models.session import SessionModel
from handviz.app.overlays import UNDER_HOVERED, color_of, draw_joints, draw_tag, tag_size
from handviz.app.theme import Theme
from handviz.app.trails import Trails
from handviz.geometry.cameras import Camera
from handviz.geometry.skeleton import FINGERTIP_JOINTS, WRIST
from handviz.hypotheses.motion import at_time
from handviz.hypotheses.prediction import Prediction

_MIDDLE_TIP = FINGERTIP_JOINTS[2]


class ViewportMarks:
    """Paints the marks of one session."""

    def __init__(self, session: SessionModel) -> None:
        self._session = session
        self._trails = Trails()

    def draw(self, painter: QPainter, camera: Camera, scale: float, theme: Theme) -> None:
        """Over a picture taken by camera, whose pixels times scale are the painter's."""
        session, prediction = self._session, self._session.prediction
        if session.view.trails:
            self._trails.draw(painter, prediction, trail_mask(session), camera, scale)
        self._draw_skeletons(painter, camera, scale, prediction)
        self._draw_shares(painter, camera, scale, prediction, theme)
        if session.view.show_truth and session.truth is not None and session.truth.fits(prediction):
            self._draw_truth(painter, camera, scale, prediction, theme)

    def _draw_skeletons(self, painter: QPainter, camera: Camera, scale: float, prediction: Prediction) -> None:
        """Of the picked and the hovered hypothesis, seen through the meshes in front of them."""
        selection = self._session.selection
        chosen = selection.chosen if selection.picked else None
        shown = [hypothesis for hypothesis in (chosen, selection.hovered) if hypothesis is not None]
        for hypothesis in dict.fromkeys(shown):
            # What the pointer is on comes to the fore.
            painter.setOpacity(1.0 if hypothesis == shown[-1] else UNDER_HOVERED)
            self._draw_skeleton(painter, camera, scale, prediction.joints[hypothesis])
        painter.setOpacity(1.0)

    def _draw_skeleton(
        self, painter: QPainter, camera: Camera, scale: float, joints: np.ndarray, colors: np.ndarray | None = None
    ) -> None:
        """Joints (T, 21, 3) at the visible timesteps, or at the time that is shown."""
        timesteps, time = self._session.view.timesteps, self._session.view.time
        if time is not None:
            colors = moment_color(time / max(len(joints) - 1, 1))[None] if colors is None else colors[1:2]
            joints, timesteps = at_time(joints[None], time), (True,)
        draw_joints(painter, camera.project(joints), timesteps, PhotoTransform(scale), colors)

    def _draw_shares(
        self, painter: QPainter, camera: Camera, scale: float, prediction: Prediction, theme: Theme
    ) -> None:
        """The share of its cluster at the middle finger of each representative, none over another."""
        shares = represented(self._session)
        if not shares or not prediction.has_joints:
            return
        time = self._session.view.time
        joints = prediction.joints[list(shares)]
        joints = joints[:, joints.shape[1] // 2] if time is None else at_time(joints, time)
        tips = scale * camera.project(joints[:, _MIDDLE_TIP])
        clusters = self._session.analysis.clusters
        colors = cluster_colors(clusters.count)
        taken: list[QRectF] = []
        for hypothesis, (x, y) in zip(shares, tips.tolist(), strict=True):
            text = f"{shares[hypothesis]}%"
            width, height = tag_size(painter, text)
            body = QRectF(x - width / 2, y - height - 10.0, width, height)
            while any(body.intersects(other) for other in taken):
                body.translate(0.0, -height - 2.0)
            taken.append(body)
            color = color_of(colors[clusters.labels[hypothesis]])
            draw_tag(painter, text, QPointF(body.center().x(), body.top()), color, theme)

    def _draw_truth(
        self, painter: QPainter, camera: Camera, scale: float, prediction: Prediction, theme: Theme
    ) -> None:
        """The name of the true hand at its wrist; where only its joints are known, those too."""
        view, truth = self._session.view, self._session.truth
        joints = truth_place(truth, truth.joints, prediction, view.over_photo, standing(self._session))
        colors = truth_colors(len(joints))
        if not truth.fits_mesh(prediction):
            self._draw_skeleton(painter, camera, scale, joints, colors)
        x, y = scale * camera.project(joints[len(joints) // 2, WRIST])
        draw_tag(painter, "Ground truth", QPointF(float(x), float(y) + 18.0), color_of(colors[1]), theme)
