"""Measures kapao-video beside its peers and prints one Markdown table. Called by run.sh."""

import argparse
import json
import pathlib
import re
import sys
import tempfile

import networks
import plot
import runs
from measure import load, processor
from report import ROOT, Report


def publish(report):
    """Puts the table and the plot into the documentation."""
    page = ROOT / "docs/performance.md"
    text = re.sub(
        "(<!-- table -->\n).*?(\n<!-- end -->)", lambda marks: marks[1] + report.table() + marks[2],
        page.read_text(), flags=re.S)
    page.write_text(text)
    plot.draw(report.values, ROOT / "docs/performance.svg")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bench", type=pathlib.Path, help="kapao-bench")
    parser.add_argument("program", type=pathlib.Path, help="kapao-video")
    parser.add_argument("--model", type=pathlib.Path, help="a KAPAO-S to measure instead of the widened default model")
    parser.add_argument("--json", type=pathlib.Path, help="also write the numbers to this file")
    parser.add_argument("--plot", type=pathlib.Path, help="also draw the numbers into this SVG")
    parser.add_argument("--publish", action="store_true", help="also replace the table and the plot in docs/")
    parser.add_argument("--quick", action="store_true", help="a quarter of the rounds")
    options = parser.parse_args()
    before = load()
    with tempfile.TemporaryDirectory() as folder:
        report = Report(options, pathlib.Path(folder), options.bench.parent.parent / "openvino")
        networks.compare(report, sys.executable)
        networks.sizes(report)
        runs.stages(report)
        runs.whole(report)
        runs.peak_memory(report)
    name, cores = processor()
    report.row("machine", f"{cores} cores", "", "", f"{name}; load average {before:.1f} before, {load():.1f} after")
    print(report.table())
    if options.json:
        options.json.write_text(json.dumps(report.values, indent=2) + "\n")
    if options.plot:
        plot.draw(report.values, options.plot)
    if options.publish:
        publish(report)


if __name__ == "__main__":
    main()
