"""What the page remembers between two starts."""

import json
from dataclasses import asdict
from pathlib import Path

from handviz.app.settings import Settings
from handviz.errors import InputError
from handviz.hypotheses.triage import TriageSettings
from handviz.review.annotator import default_annotator


class Remembered:
    """Typed access; without `keep` the settings are neither read nor written."""

    def __init__(self, settings: Settings, keep: bool) -> None:
        self._settings, self._keep = settings, keep
        self._values: dict[str, str] = {}

    def _get(self, name: str) -> str:
        if name not in self._values and self._keep:
            self._values[name] = self._settings.text(f"library/{name}")
        return self._values.get(name, "")

    def _set(self, name: str, value: str) -> None:
        if self._get(name) != value:
            self._values[name] = value
            if self._keep:
                self._settings.set_text(f"library/{name}", value)

    @property
    def library(self) -> Path | None:
        """The library that was open last."""
        text = self._get("file")
        return Path(text) if text else None

    @library.setter
    def library(self, path: Path) -> None:
        self._set("file", str(path.absolute()))

    @property
    def rescued(self) -> Path | None:
        """Where the last window left changes that it could not save."""
        text = self._get("rescued")
        return Path(text) if text else None

    @rescued.setter
    def rescued(self, path: Path | None) -> None:
        self._set("rescued", str(path) if path is not None else "")

    @property
    def annotator(self) -> str:
        """Who judges; whoever is logged in (or HANDVIZ_ANNOTATOR), until a name is given."""
        return self._get("annotator") or default_annotator()

    @annotator.setter
    def annotator(self, name: str) -> None:
        self._set("annotator", name)

    @property
    def auto_next(self) -> bool:
        """Whether a verdict goes on to the next unreviewed case."""
        return self._get("autoNext") == "true"

    @auto_next.setter
    def auto_next(self, on: bool) -> None:
        self._set("autoNext", "true" if on else "false")

    @property
    def triage(self) -> TriageSettings:
        """The limits of the triage."""
        try:
            return TriageSettings(**json.loads(self._get("triage") or "{}"))
        except (ValueError, TypeError, InputError):
            return TriageSettings()

    @triage.setter
    def triage(self, settings: TriageSettings) -> None:
        self._set("triage", json.dumps(asdict(settings)))
