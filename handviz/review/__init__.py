"""Libraries of cases for scripts.

    from handviz.review import Library, CaseFilter

    with Library.open("hands.handviz", annotator="ada") as library:
        for case in library.cases(CaseFilter(triage="large spread", sort="blur")):
            library.add_flag(case.id, "wrong depth", note="too far away")

`Library` is a file (store.py, judgements.py, case_table.py, ledger.py), `NewCase`, `Case`, `Flag` and `CaseFilter` are
plain data; `merge`, `import_json`, `export_csv`, `export_json`, `agreements` and `find_photos` take an open library.
"""

from handviz.review.agreement import Agreement, agreements
from handviz.review.cases import Case, Flag, FlagKind, Judged, NewCase
from handviz.review.export import export_csv, export_json
from handviz.review.faults import StorageError
from handviz.review.filters import CaseFilter
from handviz.review.merging import Merged, import_json, merge
from handviz.review.photos import find_photos, photo_path
from handviz.review.prediction_cache import PredictionCache, prediction_key
from handviz.review.store import Library

__all__ = [
    "Agreement",
    "Case",
    "CaseFilter",
    "Flag",
    "FlagKind",
    "Judged",
    "Library",
    "Merged",
    "NewCase",
    "PredictionCache",
    "StorageError",
    "agreements",
    "export_csv",
    "export_json",
    "find_photos",
    "import_json",
    "merge",
    "photo_path",
    "prediction_key",
]
