"""Whether a case can be predicted again exactly as it was, in a sentence."""

from collections.abc import Mapping

from handviz.casework.reproducing import obstacles
from handviz.review.cases import Case

REPRODUCIBLE = "Reproducible: photo, weights and hand model are the same."


def reproducibility(case: Case, photo_sha256: str, loaded: Mapping[str, str]) -> str:
    """Told from the photo's hash as it is now and the provenance of the networks that are loaded.

    Empty where nothing can be told: the case was not predicted, or the networks have not reported themselves.
    """
    if not case.prediction_key or not loaded:
        return ""
    # The photo was read already: it need not be read again for its hash.
    sentences = [obstacle.sentence for obstacle in obstacles(case, loaded, None) if obstacle.name != "photo_missing"]
    if photo_sha256 != case.photo_sha256:
        sentences.insert(0, "The photo's content has changed since.")
    return f"Not reproducible. {' '.join(sentences)}" if sentences else REPRODUCIBLE
