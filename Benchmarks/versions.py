#!/usr/bin/env python3
"""Whether a build of the program is slower than another: whole runs of the sample clip with both, alternating, in one table.

  Benchmarks/versions.py OLD NEW
  Benchmarks/versions.py OLD NEW --new='--refine off'    # where OLD has no second look

Seconds are those of processors (user and system), then of the clock: medians of all rounds. The ratio is the median of the
rounds' ratios, so that other work on the machine, which lasts longer than a round, falls on both. With --live the latency of
the clip as a camera follows: the times from a frame's arrival to its leaving of which half and 95 % were shorter.
"""
import argparse
import os
import re
import shlex
import signal
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


def latencies(command, length):
    """The median and the 95th percentile of a live stream of so many seconds, in seconds."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        process.wait(length)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGTERM)
    found = re.findall(r"latency p50 ([\d.]+) ms, p95 ([\d.]+) ms", process.communicate()[1])
    if not found:
        raise SystemExit(f"{shlex.join(command)} failed")
    return tuple(float(text) / 1000 for text in found[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", nargs=2, metavar="PROGRAM")
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--live", type=float, default=0, metavar="SECONDS", help="of a live stream in each round")
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
            row(name, *compared(lambda index: seconds(commands[index]), arguments.rounds), "s")
        if arguments.live:
            commands = [
                [program, "stream", SAMPLE, "--loop", "--stats-interval", "1", "--model", MODEL, *shlex.split(options)]
                for program, options in zip(arguments.programs, (arguments.old, arguments.new))]
            print(f"\n| {arguments.rounds} rounds | old, median (95 %) | new, median (95 %) | ratio, median (95 %) |\n|---|--:|--:|--:|")
            row("stream", *compared(lambda index: latencies(commands[index], arguments.live), arguments.rounds), "ms")


def compared(measure, rounds):
    """Two numbers of each of both programs, alternating: medians, and medians of the rounds' ratios."""
    pairs = []
    for number in range(rounds):
        order = (0, 1) if number % 2 == 0 else (1, 0)
        measured = {index: measure(index) for index in order}
        pairs.append((measured[0], measured[1]))
    values = [[statistics.median(pair[i][kind] for pair in pairs) for kind in (0, 1)] for i in (0, 1)]
    return values, [statistics.median(pair[1][kind] / pair[0][kind] for pair in pairs) for kind in (0, 1)]


def row(name, values, ratios, unit):
    texts = [f"{a:.2f} s ({b:.2f} s)" if unit == "s" else f"{1000 * a:.1f} ms ({1000 * b:.1f} ms)" for a, b in values]
    print(f"| `{name}` | {texts[0]} | {texts[1]} | {ratios[0]:.3f} ({ratios[1]:.3f}) |", flush=True)


if __name__ == "__main__":
    main()
