"""Whether a case's prediction can be made again, and why not."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from handviz import __version__
from handviz.casework.asking import Question
from handviz.errors import InputError
from handviz.files import sha256
from handviz.review.cases import NewCase


@dataclass(frozen=True)
class Obstacle:
    """Why a prediction cannot be made again: a stable name, and a sentence for people."""

    name: str
    sentence: str


_MADE_BY = (
    ("generator_sha256", "weights", "It was predicted with other weights of the generation network."),
    ("selector_sha256", "weights", "It was scored with other weights of the selection network."),
    ("witness_sha256", "weights", "It was scored with another witness, or with none."),
    ("trust_sha256", "weights", "Its landmarks were trusted otherwise, or not at all."),
    ("hand_model_sha256", "hand_model", "It was predicted with another hand model."),
    ("predictor", "weights", "It was predicted by another program."),
)


def obstacles(case: NewCase, known: Mapping[str, str], photo: Path | None) -> tuple[Obstacle, ...]:
    """What stands in the way of the same answer; empty for a case that can be reproduced.

    known: the provenance of the predictor that would be asked (inference.events.Ready has it). photo: where the photo
    lies now, None where it was not found (review.photos.photo_path). The photo is read whole.
    """
    if not case.prediction_key:
        return (Obstacle("not_predicted", "It has not been predicted yet."),)
    found = []
    try:
        Question.of_case(case)
    except InputError:
        found.append(Obstacle("question", "It was predicted elsewhere and does not tell box, seed and number asked."))
    found += _of_photo(case, photo)
    told = {}
    for entry, name, sentence in _MADE_BY:
        before, now = case.provenance.get(entry, ""), known.get(entry, "")
        if before != now:
            told.setdefault(name, Obstacle(name, f"{sentence}{_names(case.provenance, known, name)}"))
    found += told.values()
    version = case.provenance.get("handviz")
    if version is not None and version != __version__:
        found.append(Obstacle("version", f"It was predicted by handviz {version}; this is {__version__}."))
    return tuple(found)


def _of_photo(case: NewCase, photo: Path | None) -> list[Obstacle]:
    if photo is None:
        return [Obstacle("photo_missing", f"{case.path} is not there any more; look for moved photos.")]
    try:
        changed = sha256(photo) != case.photo_sha256
    except InputError as error:
        return [Obstacle("photo_missing", str(error))]
    return [Obstacle("photo_changed", f"{photo} has been changed since.")] if changed else []


def _names(before: Mapping[str, str], now: Mapping[str, str], name: str) -> str:
    """The names of what was used and what is used, where they tell the two apart."""
    old, new = before.get(name, ""), now.get(name, "")
    return f" It was {old}; this is {new}." if old and new and old != new else ""
