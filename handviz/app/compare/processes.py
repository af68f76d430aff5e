"""Helper processes that panes come and go with: one to draw for each, one to predict for each folder of weights."""

import threading

from PySide6.QtCore import QObject

from handviz.app.clients import ClientFactories, PredictionBridge, RenderBridge
from handviz.errors import InputError


class Processes(QObject):
    """Makes bridges, and ends what is given back in the background, for that takes longer than a window may stand."""

    def __init__(self, clients: ClientFactories, predictions: PredictionBridge, parent: QObject) -> None:
        super().__init__(parent)
        self._clients = clients
        self._shared = predictions
        self._predictions: dict[str, PredictionBridge] = {}
        self._renderers: list[RenderBridge] = []
        self._ending: list[threading.Thread] = []

    def renderer(self) -> RenderBridge:
        """A render process of its own, not started."""
        bridge = RenderBridge(self._clients.renderer, self)
        self._renderers.append(bridge)
        return bridge

    def predictor(self, weights: str | None) -> PredictionBridge:
        """The started prediction process of a folder of weights; None is the one that all pages share."""
        if weights is None:
            return self._shared
        if weights not in self._predictions:
            make = self._clients.predictor_with
            if make is None:
                raise InputError("Other weights cannot be loaded here.")
            bridge = PredictionBridge(lambda on_event: make(on_event, weights), self)
            self._predictions[weights] = bridge
            bridge.client.start()
        return self._predictions[weights]

    def give_back(self, bridge: RenderBridge) -> None:
        """End a render process."""
        if bridge in self._renderers:
            self._renderers.remove(bridge)
            self._end(bridge)

    def keep_only(self, weights: set[str]) -> None:
        """End the prediction processes of all other folders of weights."""
        for folder in set(self._predictions) - weights:
            self._end(self._predictions.pop(folder))

    def _end(self, bridge: RenderBridge | PredictionBridge) -> None:
        bridge.detach()
        thread = threading.Thread(target=bridge.client.close, name="handviz-ending")
        thread.start()
        self._ending = [other for other in self._ending if other.is_alive()] + [thread]

    def close(self) -> None:
        """End them all; returns when they are gone."""
        for bridge in list(self._renderers):
            self.give_back(bridge)
        self.keep_only(set())
        for thread in self._ending:
            thread.join()
