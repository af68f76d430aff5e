"""`handviz doctor`: what this machine offers and lacks, and what to install."""

import argparse
import json
from dataclasses import asdict

import handviz
from handviz.cli import machine

_SIGNS = {machine.OK: "ok", machine.LACKING: "--", machine.BROKEN: "NO"}


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add `doctor` to the command line."""
    summary = "say what this machine offers and lacks, and what to install"
    parser = subparsers.add_parser(
        "doctor",
        help=summary,
        description=f"{summary.capitalize()}. Exit status 0 if the app can run, 1 if something it needs is missing.",
    )
    parser.add_argument("--json", action="store_true", help="print the findings as JSON")


def run(args: argparse.Namespace) -> int:
    """Examine the machine and print the findings."""
    findings = machine.examine()
    can_run = all(finding.state != machine.BROKEN for finding in findings)
    if args.json:
        answer = {"handviz": handviz.__version__, "system": machine.describe_system(), "can_run": can_run}
        print(json.dumps({**answer, "findings": [asdict(finding) for finding in findings]}, indent=2))
    else:
        print(report(findings, can_run))
    return 0 if can_run else 1


def report(findings: list[machine.Finding], can_run: bool) -> str:
    """The findings as aligned lines, each remedy under its finding."""
    lines = [f"handviz {handviz.__version__} on {machine.describe_system()}", ""]
    width = max(len(finding.name) for finding in findings)
    for finding in findings:
        lines.append(f"  {_SIGNS[finding.state]}  {finding.name:<{width}}  {finding.detail}")
        if finding.remedy:
            lines.append(f"      {'':<{width}}  -> {finding.remedy}")
    verdict = "The app can run here." if can_run else "The app cannot run here yet: see the lines marked NO."
    return "\n".join([*lines, "", verdict])
