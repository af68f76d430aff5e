"""The command `handviz`: finds the file of each command beside this one and runs the one that was asked for.

A command is a module handviz/cli/NAME.py with `add_parser(subparsers)` and `run(args) -> int`. It must be light to
import: torch, Qt, Open3D and OpenCV load inside run().
"""

import argparse
import difflib
import importlib
import os
import pkgutil
import sys
from collections.abc import Sequence
from types import ModuleType

import handviz
from handviz.errors import HandvizError, InputError

# What people look for first comes first in --help.
_ORDER = ("open", "predict", "sweep", "cases", "synthesize", "train", "evaluate", "doctor")

EXIT_ERROR = 1
EXIT_INTERRUPTED = 130

_EPILOG = """\
Without a command, handviz opens its window: `handviz photo.jpg` is `handviz open photo.jpg`.
Each command explains itself: `handviz predict --help`."""


def _commands() -> dict[str, ModuleType]:
    """Module of every command by name, in the order of --help."""
    package = importlib.import_module("handviz.cli")
    names = {module.name for module in pkgutil.iter_modules(package.__path__)}
    modules = {name: importlib.import_module(f"handviz.cli.{name}") for name in names - {"main"}}
    commands = {name: module for name, module in modules.items() if hasattr(module, "add_parser")}
    return dict(sorted(commands.items(), key=lambda item: (*_ORDER, item[0]).index(item[0])))


def _parser(commands: dict[str, ModuleType]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="handviz",
        description="Recover many 3D hand-mesh sequences from one blurry photo, and look at them side by side.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"handviz {handviz.__version__}")
    subparsers = parser.add_subparsers(dest="handviz_command", metavar="COMMAND", required=True)
    for module in commands.values():
        module.add_parser(subparsers)
    return parser


def _with_command(arguments: Sequence[str], commands: dict[str, ModuleType]) -> list[str]:
    """Put `open` in front of files and options that name no command."""
    first = arguments[0] if arguments else None
    if first in commands or first in ("-h", "--help", "--version"):
        return list(arguments)
    if first and not first.startswith("-") and not os.path.lexists(first):
        likely = difflib.get_close_matches(first, commands, n=1)
        if likely:
            raise InputError(f"There is no command and no file called {first}; did you mean `handviz {likely[0]}`?")
    return ["open", *arguments]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line and return its exit code; what goes wrong is one sentence on stderr.

    HANDVIZ_DEBUG=1 shows the whole traceback instead.
    """
    commands = _commands()
    try:
        given = sys.argv[1:] if arguments is None else arguments
        args = _parser(commands).parse_args(_with_command(given, commands))
        return commands[args.handviz_command].run(args)
    except KeyboardInterrupt:
        print("handviz: interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has left; what Python still holds must not raise again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_ERROR
    except ModuleNotFoundError as error:
        if not error.name or error.name.partition(".")[0] == "handviz" or os.environ.get("HANDVIZ_DEBUG"):
            raise
        print(f"handviz: {error.name} is not installed here; run: pip install 'handviz[train]'", file=sys.stderr)
        return EXIT_ERROR
    except (HandvizError, OSError) as error:
        if os.environ.get("HANDVIZ_DEBUG"):
            raise
        print(f"handviz: {error}", file=sys.stderr)
        return EXIT_ERROR


if __name__ == "__main__":
    sys.exit(main())
