"""handviz: many 3D hand-mesh sequences from one blurry photo, seen side by side."""

__version__ = "0.1.0"
__all__ = ["Prediction", "Predictor", "PredictorLike", "Shown", "__version__", "prediction_from_meshes", "show"]

# Heavy libraries load when first used, so that `import handviz` and `handviz --help` stay instant.
_HOMES = {
    "Prediction": "handviz.hypotheses.prediction",
    "Predictor": "handviz.inference.predictor",
    "PredictorLike": "handviz.inference.protocol",
    "Shown": "handviz.app.handle",
    "prediction_from_meshes": "handviz.hypotheses.foreign",
    "show": "handviz.app.handle",
}


def __getattr__(name: str):
    if name not in _HOMES:
        raise AttributeError(f"module 'handviz' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
