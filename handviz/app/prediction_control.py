"""Asks the prediction process for what the session wants, and puts its answers into the session."""

from PySide6.QtCore import QObject, Signal

from handviz.app.clients import PredictionBridge
from handviz.app.models.session import Engine, Job, SessionModel
from handviz.inference.events import Cancelled, Done, Event, Failed, Progress, Ready, Started, WorkerDied


class PredictionControl(QObject):
    """One prediction at a time; a newer wish replaces the one under way.

    failed carries a sentence and whether no hand was found; restarting a sentence about the process, which needs no
    help; succeeded follows a prediction's arrival.
    """

    failed = Signal(str, bool)
    restarting = Signal(str)
    succeeded = Signal()

    def __init__(self, session: SessionModel, bridge: PredictionBridge) -> None:
        super().__init__(bridge)
        self._session = session
        self._bridge = bridge
        self._client = bridge.client
        bridge.event.connect(self.handle)

    def predict(self) -> None:
        """Predict the session's picture with the session's settings."""
        session = self._session
        if session.picture is None:
            return
        self.cancel()
        if session.engine.asleep:
            session.set_engine(Engine())
        request_id = self._client.submit(
            session.picture.image,
            box=session.box,
            hand=None if session.hand == "auto" else session.hand,
            hypotheses=session.hypotheses,
            seed=session.seed,
            intrinsics=session.picture.intrinsics,
        )
        message = "Waiting its turn" if session.engine.ready else "Waiting for the networks to load"
        session.set_job(Job(request_id, 0.0, message))

    def cancel(self) -> None:
        """Drop the prediction under way, if there is one."""
        job = self._session.job
        if job is not None:
            self._session.set_job(None)
            self._client.cancel(job.request_id)

    def stop(self) -> None:
        """Hear nothing more from the process, which others may go on using."""
        self._bridge.event.disconnect(self.handle)
        self.deleteLater()

    def handle(self, event: Event) -> None:
        """Take in what the prediction process reports."""
        session = self._session
        if isinstance(event, Ready):
            names = event.device, event.weights_name, event.hand_model_name
            session.set_engine(Engine(*names, provenance=event.provenance))
            return
        if isinstance(event, WorkerDied):
            session.set_engine(Engine())
            if event.restarting:
                # The process takes the request up again by itself.
                if session.job is not None:
                    session.set_job(Job(session.job.request_id, 0.0, "Starting again"))
                self.restarting.emit(event.message)
            else:
                session.set_job(None)
                self.failed.emit(event.message, False)
            return
        job = session.job
        # Answers to a wish that was replaced or cancelled come late and are of no interest.
        if job is None or event.id != job.request_id:
            return
        if isinstance(event, Started):
            session.set_job(Job(job.request_id, job.fraction, "Predicting"))
        elif isinstance(event, Progress):
            session.set_job(Job(job.request_id, event.fraction, event.message))
        elif isinstance(event, Done):
            session.set_job(None)
            session.set_prediction(event.prediction, event.seconds)
            self.succeeded.emit()
        elif isinstance(event, Failed):
            session.set_job(None)
            self.failed.emit(event.message, event.hand_not_found)
        elif isinstance(event, Cancelled):
            session.set_job(None)
