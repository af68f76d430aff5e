"""Libraries of cases for scripts.

    from handviz.review import Library, CaseFilter

    with Library.open("hands.handviz", annotator="ada") as library:
        for case in library.cases(CaseFilter(triage="large spread", sort="blur")):
            library.add_flag(case.id, "wrong depth", note="too far away")

`Library` is a file (store.py, judgements.py, case_table.py, ledger.py), `NewCase`, `Case`, `Flag` and `CaseFilter` are
plain data; `merge`, `import_json`, `export_csv`, `export_json`, `export_report`, `agreements`, `disagreements` and
`find_photos` take an open library; `recover` saves what is left of a damaged one.
"""

from typing import Any

from handviz.review.agreement import Agreement, Disagreement, agreements, disagreements, kind_agreements
from handviz.review.cases import Case, Flag, FlagKind, Judged, NewCase
from handviz.review.export import export_csv, export_json
from handviz.review.faults import StorageError
from handviz.review.filters import CaseFilter
from handviz.review.merging import Merged, import_json, merge
from handviz.review.photos import find_photos, photo_path
from handviz.review.prediction_cache import PredictionCache, prediction_key
from handviz.review.recovery import Recovered, recover
from handviz.review.store import Library

__all__ = [
    "Agreement",
    "Case",
    "CaseFilter",
    "Disagreement",
    "Flag",
    "FlagKind",
    "Judged",
    "Library",
    "Merged",
    "NewCase",
    "PredictionCache",
    "Recovered",
    "StorageError",
    "agreements",
    "disagreements",
    "export_csv",
    "export_json",
    "export_report",
    "find_photos",
    "import_json",
    "kind_agreements",
    "merge",
    "photo_path",
    "prediction_key",
    "recover",
]


def __getattr__(name: str) -> Any:
    # Reading photos and videos loads more than a script that counts flags needs.
    if name == "export_report":
        from handviz.review.report import export_report

        return export_report
    raise AttributeError(f"module 'handviz.review' has no attribute {name!r}")
