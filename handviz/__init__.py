"""handviz: many 3D hand-mesh sequences from one blurry photo, seen side by side."""

__version__ = "0.1.0"
__all__ = ["Prediction", "Predictor", "__version__"]


def __getattr__(name: str):
    # Heavy libraries load when first used, so that `import handviz` and `handviz --help` stay instant.
    if name == "Predictor":
        from handviz.inference.predictor import Predictor

        return Predictor
    if name == "Prediction":
        from handviz.hypotheses.prediction import Prediction

        return Prediction
    raise AttributeError(f"module 'handviz' has no attribute {name!r}")
