"""Write requirements.lock: every package, direct or not, that `make` installs, with its exact version.

python .ci/lock.py             keep the versions in the lock, add and remove what pyproject.toml asks for
python .ci/lock.py --upgrade   take the newest versions that pyproject.toml admits
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"

# A CUDA build of torch brings these; it pins them itself, and a CPU build must not be given them.
BROUGHT_BY_TORCH = re.compile(r"nvidia-|cuda-|triton$")

HEADER = """\
# Written by .ci/lock.py from pyproject.toml with its extras "test" and "train"; do not edit.
# torch may be a CPU or a CUDA build of this version.
"""


def requirements() -> list[str]:
    """The direct requirements, extras included; editables is what an editable install asks of hatchling."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    return [*project["dependencies"], *extras["test"], *extras["train"], "editables"]


def resolve(keep: list[str]) -> dict[str, str]:
    """Ask pip for name -> version of everything a fresh environment would get, within the pins `keep`."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report.json")
        constraints = Path(folder, "constraints.txt")
        constraints.write_text("\n".join(keep))
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed"]
        command += ["--constraint", str(constraints), "--report", str(report), *requirements()]
        subprocess.run(command, check=True)
        items = json.loads(report.read_text())["install"]
    # "2.13.0+cpu" names one build of 2.13.0; the lock admits every build of it.
    return {item["metadata"]["name"]: item["metadata"]["version"].partition("+")[0] for item in items}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--upgrade", action="store_true", help="forget the versions in the lock")
    args = parser.parse_args()
    keep = [] if args.upgrade or not LOCK.exists() else LOCK.read_text().splitlines()
    versions = resolve(keep)
    names = sorted((n for n in versions if not BROUGHT_BY_TORCH.match(n.lower())), key=str.lower)
    LOCK.write_text(HEADER + "".join(f"{name}=={versions[name]}\n" for name in names))
    print(f"{LOCK.name}: {len(names)} packages")


if __name__ == "__main__":
    main()
