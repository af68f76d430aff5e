PRAGMA application_id = 1213615170;
PRAGMA user_version = 1;
PRAGMA foreign_keys = OFF;
BEGIN TRANSACTION;
CREATE TABLE cases (
        id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE, path TEXT NOT NULL, photo_sha256 TEXT NOT NULL,
        frame INTEGER, box TEXT, hand TEXT, prediction_key TEXT NOT NULL, blur_px REAL, spread_mm REAL,
        best_score REAL, error_mm REAL, triage TEXT NOT NULL, figures TEXT NOT NULL, provenance TEXT NOT NULL
    );
INSERT INTO "cases" VALUES(1,'de15844fb87dbe3961cdb13c2e812a59','/photos/photo0000.jpg','96210597a3cedee79899b4b1a5068078e7ac45d7489f7ceeb69383db21f322a5',NULL,'[10.0, 20.0, 100.0, 120.0]','right','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',0.0,30.0,0.5,12.5,'["large spread"]','{"score":[0.5,0.25]}','{"seed": "0"}');
INSERT INTO "cases" VALUES(2,'d7cd69a0c90a857e6627be3e0d238be1','/photos/photo0001.jpg','e5a5555d73bc0e1568d65563abf327bd6c0b9b9dc3336e86e0b17e865e9ee6d2',NULL,'[1.0, 2.0, 30.0, 40.0]','left','',1.0,30.0,0.5,12.5,'["large spread"]','{"score":[0.5,0.25]}','{"seed": "0"}');
INSERT INTO "cases" VALUES(3,'8a83a76be1ba375951784108afb5ca2b','/photos/photo0002.jpg','9b73ce2e5c72e9c8eb35ae3f509ef901b26ed3e9811f0782f3633cceab140918',NULL,'[10.0, 20.0, 102.0, 120.0]','right','',2.0,30.0,0.5,12.5,'["large spread"]','{"score":[0.5,0.25]}','{"seed": "0"}');
INSERT INTO "cases" VALUES(4,'17cf2ac7993a4c0286e935558fde2bc4','/clips/clip.mp4','73fb47247808eefa92140859d5aeee8955cca452b9f6873e67ecbeba9276a3f4',12,NULL,'left','',NULL,NULL,NULL,NULL,'[]','','{}');
CREATE TABLE filters (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, content TEXT NOT NULL);
INSERT INTO "filters" VALUES(1,'blurred','{"text": "", "state": "new", "verdict": "", "kind": "", "triage": "", "blur_px": [1.0, 50.0], "sort": "blur", "reverse": false}');
CREATE TABLE flags (
        id INTEGER PRIMARY KEY, uuid TEXT NOT NULL UNIQUE,
        case_id INTEGER NOT NULL REFERENCES cases(id) ON DELETE CASCADE, annotator TEXT NOT NULL, kind TEXT NOT NULL,
        severity INTEGER NOT NULL, note TEXT NOT NULL, hypotheses TEXT NOT NULL, joints TEXT NOT NULL,
        created TEXT NOT NULL
    );
INSERT INTO "flags" VALUES(1,'845d034fd8bf45f794581600d1598f0c',1,'ada','wrong depth',3,'too far; “much”
new line','[0, 4]','[20]','2026-11-25T03:38:10.452038+00:00');
INSERT INTO "flags" VALUES(2,'b0bde57a7730462797497c5f173f2a10',2,'grace','odd',2,'as seen by Grace','[]','[]','2026-11-25T03:38:10.506122+00:00');
CREATE TABLE journal (
        id INTEGER PRIMARY KEY AUTOINCREMENT, annotator TEXT NOT NULL, sentence TEXT NOT NULL, changes TEXT NOT NULL,
        undone INTEGER NOT NULL DEFAULT 0
    );
INSERT INTO "journal" VALUES(1,'ada','added 4 cases','[["cases", 1, null, {"id": 1, "uuid": "de15844fb87dbe3961cdb13c2e812a59", "path": "/photos/photo0000.jpg", "photo_sha256": "96210597a3cedee79899b4b1a5068078e7ac45d7489f7ceeb69383db21f322a5", "frame": null, "box": "[10.0, 20.0, 100.0, 120.0]", "hand": "right", "prediction_key": "", "blur_px": 0.0, "spread_mm": 30.0, "best_score": 0.5, "error_mm": 12.5, "triage": "[\"large spread\"]", "figures": "{\"score\":[0.5,0.25]}", "provenance": "{\"seed\": \"0\"}"}], ["cases", 2, null, {"id": 2, "uuid": "d7cd69a0c90a857e6627be3e0d238be1", "path": "/photos/photo0001.jpg", "photo_sha256": "e5a5555d73bc0e1568d65563abf327bd6c0b9b9dc3336e86e0b17e865e9ee6d2", "frame": null, "box": "[10.0, 20.0, 101.0, 120.0]", "hand": "right", "prediction_key": "", "blur_px": 1.0, "spread_mm": 30.0, "best_score": 0.5, "error_mm": 12.5, "triage": "[\"large spread\"]", "figures": "{\"score\":[0.5,0.25]}", "provenance": "{\"seed\": \"0\"}"}], ["cases", 3, null, {"id": 3, "uuid": "8a83a76be1ba375951784108afb5ca2b", "path": "/photos/photo0002.jpg", "photo_sha256": "9b73ce2e5c72e9c8eb35ae3f509ef901b26ed3e9811f0782f3633cceab140918", "frame": null, "box": "[10.0, 20.0, 102.0, 120.0]", "hand": "right", "prediction_key": "", "blur_px": 2.0, "spread_mm": 30.0, "best_score": 0.5, "error_mm": 12.5, "triage": "[\"large spread\"]", "figures": "{\"score\":[0.5,0.25]}", "provenance": "{\"seed\": \"0\"}"}], ["cases", 4, null, {"id": 4, "uuid": "17cf2ac7993a4c0286e935558fde2bc4", "path": "/clips/clip.mp4", "photo_sha256": "73fb47247808eefa92140859d5aeee8955cca452b9f6873e67ecbeba9276a3f4", "frame": 12, "box": null, "hand": "left", "prediction_key": "", "blur_px": null, "spread_mm": null, "best_score": null, "error_mm": null, "triage": "[]", "figures": "", "provenance": "{}"}]]',0);
INSERT INTO "journal" VALUES(2,'ada','predicted photo0000.jpg','[["cases", 1, {"id": 1, "uuid": "de15844fb87dbe3961cdb13c2e812a59", "path": "/photos/photo0000.jpg", "photo_sha256": "96210597a3cedee79899b4b1a5068078e7ac45d7489f7ceeb69383db21f322a5", "frame": null, "box": "[10.0, 20.0, 100.0, 120.0]", "hand": "right", "prediction_key": "", "blur_px": 0.0, "spread_mm": 30.0, "best_score": 0.5, "error_mm": 12.5, "triage": "[\"large spread\"]", "figures": "{\"score\":[0.5,0.25]}", "provenance": "{\"seed\": \"0\"}"}, {"id": 1, "uuid": "de15844fb87dbe3961cdb13c2e812a59", "path": "/photos/photo0000.jpg", "photo_sha256": "96210597a3cedee79899b4b1a5068078e7ac45d7489f7ceeb69383db21f322a5", "frame": null, "box": "[10.0, 20.0, 100.0, 120.0]", "hand": "right", "prediction_key": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "blur_px": 0.0, "spread_mm": 30.0, "best_score": 0.5, "error_mm": 12.5, "triage": "[\"large spread\"]", "figures": "{\"score\":[0.5,0.25]}", "provenance": "{\"seed\": \"0\"}"}]]',0);
INSERT INTO "journal" VALUES(3,'ada','photo0000.jpg: flagged “wrong depth”','[["flags", 1, null, {"id": 1, "uuid": "845d034fd8bf45f794581600d1598f0c", "case_id": 1, "annotator": "ada", "kind": "wrong depth", "severity": 3, "note": "too far; \u201cmuch\u201d\nnew line", "hypotheses": "[0, 4]", "joints": "[20]", "created": "2026-11-25T03:38:10.452038+00:00"}]]',0);
INSERT INTO "journal" VALUES(4,'ada','photo0000.jpg: reject','[["verdicts", 1, null, {"id": 1, "case_id": 1, "annotator": "ada", "verdict": "reject", "created": "2026-11-25T03:38:10.454603+00:00"}]]',0);
INSERT INTO "journal" VALUES(5,'ada','photo0001.jpg: accept','[["verdicts", 2, null, {"id": 2, "case_id": 2, "annotator": "ada", "verdict": "accept", "created": "2026-11-25T03:38:10.457836+00:00"}]]',0);
INSERT INTO "journal" VALUES(6,'ada','edited the kinds of flags','[["kinds", 9, {"id": 9, "key": "9", "name": "ambiguous"}, null], ["kinds", 7, {"id": 7, "key": "7", "name": "bad crop"}, null], ["kinds", 5, {"id": 5, "key": "5", "name": "bad selection"}, null], ["kinds", 8, {"id": 8, "key": "8", "name": "not a hand"}, null], ["kinds", 4, {"id": 4, "key": "4", "name": "not covered"}, null], ["kinds", 3, {"id": 3, "key": "3", "name": "wrong depth"}, null], ["kinds", 2, {"id": 2, "key": "2", "name": "wrong motion direction"}, null], ["kinds", 1, {"id": 1, "key": "1", "name": "wrong pose"}, null], ["kinds", 6, {"id": 6, "key": "6", "name": "wrong side"}, null], ["kinds", 1, null, {"id": 1, "key": "1", "name": "wrong depth"}], ["kinds", 2, null, {"id": 2, "key": "2", "name": "odd"}]]',0);
INSERT INTO "journal" VALUES(7,'ada','saved the filter “blurred”','[["filters", 1, null, {"id": 1, "name": "blurred", "content": "{\"text\": \"\", \"state\": \"new\", \"verdict\": \"\", \"kind\": \"\", \"triage\": \"\", \"blur_px\": [1.0, 50.0], \"sort\": \"blur\", \"reverse\": false}"}]]',0);
INSERT INTO "journal" VALUES(8,'ada','corrected the box of photo0001.jpg','[["cases", 2, {"id": 2, "uuid": "d7cd69a0c90a857e6627be3e0d238be1", "path": "/photos/photo0001.jpg", "photo_sha256": "e5a5555d73bc0e1568d65563abf327bd6c0b9b9dc3336e86e0b17e865e9ee6d2", "frame": null, "box": "[10.0, 20.0, 101.0, 120.0]", "hand": "right", "prediction_key": "", "blur_px": 1.0, "spread_mm": 30.0, "best_score": 0.5, "error_mm": 12.5, "triage": "[\"large spread\"]", "figures": "{\"score\":[0.5,0.25]}", "provenance": "{\"seed\": \"0\"}"}, {"id": 2, "uuid": "d7cd69a0c90a857e6627be3e0d238be1", "path": "/photos/photo0001.jpg", "photo_sha256": "e5a5555d73bc0e1568d65563abf327bd6c0b9b9dc3336e86e0b17e865e9ee6d2", "frame": null, "box": "[1.0, 2.0, 30.0, 40.0]", "hand": "left", "prediction_key": "", "blur_px": 1.0, "spread_mm": 30.0, "best_score": 0.5, "error_mm": 12.5, "triage": "[\"large spread\"]", "figures": "{\"score\":[0.5,0.25]}", "provenance": "{\"seed\": \"0\"}"}]]',0);
INSERT INTO "journal" VALUES(9,'ada','photo0002.jpg: flagged “odd”','[["flags", 2, null, {"id": 2, "uuid": "0231e8f00d864fab8efde4dfaac82cbd", "case_id": 3, "annotator": "ada", "kind": "odd", "severity": 1, "note": "", "hypotheses": "[]", "joints": "[]", "created": "2026-11-25T03:38:10.470504+00:00"}]]',1);
INSERT INTO "journal" VALUES(10,'grace','photo0000.jpg: accept','[["verdicts", 3, null, {"id": 3, "case_id": 1, "annotator": "grace", "verdict": "accept", "created": "2026-11-25T03:38:10.493271+00:00"}]]',0);
INSERT INTO "journal" VALUES(11,'grace','photo0001.jpg: flagged “odd”','[["flags", 2, null, {"id": 2, "uuid": "b0bde57a7730462797497c5f173f2a10", "case_id": 2, "annotator": "grace", "kind": "odd", "severity": 2, "note": "as seen by Grace", "hypotheses": "[]", "joints": "[]", "created": "2026-11-25T03:38:10.506122+00:00"}]]',0);
CREATE TABLE kinds (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE);
INSERT INTO "kinds" VALUES(1,'1','wrong depth');
INSERT INTO "kinds" VALUES(2,'2','odd');
CREATE TABLE verdicts (
        id INTEGER PRIMARY KEY, case_id INTEGER NOT NULL REFERENCES cases(id) ON DELETE CASCADE,
        annotator TEXT NOT NULL, verdict TEXT NOT NULL, created TEXT NOT NULL, UNIQUE (case_id, annotator)
    );
INSERT INTO "verdicts" VALUES(1,1,'ada','reject','2026-11-25T03:38:10.454603+00:00');
INSERT INTO "verdicts" VALUES(2,2,'ada','accept','2026-11-25T03:38:10.457836+00:00');
INSERT INTO "verdicts" VALUES(3,1,'grace','accept','2026-11-25T03:38:10.493271+00:00');
CREATE INDEX flags_of_case ON flags (case_id, annotator);
CREATE INDEX journal_of_annotator ON journal (annotator, undone);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('journal',11);
COMMIT;
