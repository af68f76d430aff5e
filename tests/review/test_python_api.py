"""The Python of the README runs as it stands there."""

import re
from pathlib import Path

from review_cases import new_case

from handviz.review import Library

README = Path(__file__).resolve().parents[2] / "README.md"


def test_the_readmes_script(tmp_path, monkeypatch, capsys):
    section = README.read_text(encoding="utf-8").partition("## Libraries of cases")[2]
    script = re.search(r"```python\n(.*?)```", section, re.DOTALL)[1]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HANDVIZ_CACHE", str(tmp_path / "cache"))
    with Library.open("hands.handviz", "grace") as library, Library.open("others.handviz", "grace") as others:
        library.add_cases([new_case(number) for number in (5, 30, 40)])
        others.add_case(new_case(1))
    exec(compile(script, "README.md", "exec"), {})
    assert "photo0030.jpg" in capsys.readouterr().out
    with Library.open("hands.handviz", "ada") as library:
        assert library.count() == 4 and len(library.flags()) == 1
        assert library.undo() == "merged others.handviz"
    assert (tmp_path / "report" / "index.html").is_file()
