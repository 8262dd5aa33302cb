#!/usr/bin/env python3
"""Whether a build of the program is slower than another: whole runs of the sample clip with both, alternating, in one table.

  Benchmarks/versions.py OLD NEW
  Benchmarks/versions.py OLD NEW --new='--refine off'    # where OLD has no second look

Seconds are those of processors (user and system), then of the clock: medians of all rounds. The ratio is the median of the
rounds' ratios, so that other work on the machine, which lasts longer than a round, falls on both.
"""
import argparse
import os
import shlex
import statistics
import subprocess
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SAMPLE = os.path.join(ROOT, "Samples/campus.mp4")
MODEL = os.path.join(ROOT, "Models/kapao_n.safetensors")


def seconds(command):
    """Of the processors, and of the clock."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{shlex.join(command)} failed")
    return usage.ru_utime + usage.ru_stime, time.monotonic() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", nargs=2, metavar="PROGRAM")
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--old", default="", help="further options of the first program")
    parser.add_argument("--new", default="", help="further options of the second")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        runs = {
            "annotate -o x.mp4": ["annotate", SAMPLE, "-o", f"{folder}/x.mp4"],
            "export --format csv": ["export", SAMPLE, "--format", "csv", "-o", f"{folder}/x.csv"]}
        print(f"| {arguments.rounds} rounds | old, processor (clock) | new, processor (clock) | ratio, processor (clock) |\n|---|--:|--:|--:|")
        for name, run in runs.items():
            commands = [
                [program, *run, "--model", MODEL, "--quiet", *shlex.split(options)]
                for program, options in zip(arguments.programs, (arguments.old, arguments.new))]
            for command in commands:
                seconds(command)
            pairs = []
            for number in range(arguments.rounds):
                order = (0, 1) if number % 2 == 0 else (1, 0)
                measured = {index: seconds(commands[index]) for index in order}
                pairs.append((measured[0], measured[1]))
            values = [[statistics.median(pair[i][kind] for pair in pairs) for kind in (0, 1)] for i in (0, 1)]
            ratios = [statistics.median(pair[1][kind] / pair[0][kind] for pair in pairs) for kind in (0, 1)]
            print(f"| `{name}` | {values[0][0]:.2f} s ({values[0][1]:.2f} s) | {values[1][0]:.2f} s ({values[1][1]:.2f} s) | "
                  f"{ratios[0]:.3f} ({ratios[1]:.3f}) |", flush=True)


if __name__ == "__main__":
    main()
