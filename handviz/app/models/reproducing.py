"""Whether a case can be predicted again exactly as it was."""

from collections.abc import Mapping

from handviz.review.cases import Case

_PARTS = {"generator_sha256": "weights", "selector_sha256": "selection weights", "hand_model_sha256": "hand model"}

REPRODUCIBLE = "Reproducible: photo, weights and hand model are the same."


def reproducibility(case: Case, photo_sha256: str, loaded: Mapping[str, str]) -> str:
    """A sentence on a case, given the photo's hash as it is now and the provenance of the networks that are loaded.

    Empty where nothing can be told: the case was not predicted, or the networks have not reported themselves.
    """
    if photo_sha256 and photo_sha256 != case.photo_sha256:
        return "Not reproducible: the photo's content has changed since the case was added."
    known = case.provenance
    if not case.prediction_key or not loaded:
        return ""
    other = [what for name, what in _PARTS.items() if known.get(name) != loaded.get(name)]
    if not any(name in known for name in _PARTS):
        return "Predicted by another program: it cannot be predicted again here."
    if other:
        return f"Predicted with other {' and '.join(other)} than those loaded now."
    return REPRODUCIBLE
