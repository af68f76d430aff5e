"""What a prediction is asked with, and the name under which it is kept: the same question has the same key."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from handviz.errors import InputError
from handviz.review.cases import NewCase
from handviz.review.prediction_cache import prediction_key

Box = tuple[float, float, float, float]

MADE_BY = ("generator_sha256", "selector_sha256", "witness_sha256", "trust_sha256", "hand_model_sha256", "predictor")
"""What of a predictor's provenance decides its answers; "predictor" names another one than our own."""


@dataclass(frozen=True)
class Question:
    """The arguments of a prediction besides the picture. What is None is told from the picture."""

    box: Box | None = None
    """x, y, w, h of the hand, pixels of the source image."""
    hand: str | None = None
    hypotheses: int = 16
    seed: int = 0

    def key(self, photo_sha256: str, frame: int | None, known: Mapping[str, str]) -> str:
        """Into the prediction cache; known is the provenance of the predictor that is asked."""
        asked = {"box": self.box, "hand": self.hand, "hypotheses": self.hypotheses, "seed": self.seed}
        networks = {name: known[name] for name in MADE_BY if known.get(name)}
        return prediction_key({"photo": photo_sha256, "frame": frame, **asked} | networks)

    def to_provenance(self) -> dict[str, str]:
        """As texts, to be kept with a case."""
        return {
            "asked_box": json.dumps(self.box),
            "asked_hand": self.hand or "",
            "hypotheses": str(self.hypotheses),
            "seed": str(self.seed),
        }

    @classmethod
    def of_case(cls, case: NewCase) -> "Question":
        """The question that a case's prediction answers; about its box as it is now where there is no prediction.

        Raises InputError when the case does not tell: it was predicted by another program.
        """
        if not case.prediction_key:
            return cls(case.box, case.hand)
        known = case.provenance
        try:
            asked = json.loads(known["asked_box"])
            box = None if asked is None else tuple(float(value) for value in np.array(asked, float).reshape(4))
            return cls(box, known["asked_hand"] or None, int(known["hypotheses"]), int(known["seed"]))
        except (KeyError, ValueError, TypeError) as error:
            raise InputError(
                f"The case of {case.path.name} does not tell how it was predicted; predict it again."
            ) from error
