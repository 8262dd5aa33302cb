"""Draws the log of a run: losses, learning rate, AP.

    python -m kapao_training.plot run/ run.png
"""

import argparse
import csv
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402

from .loss import PARTS  # noqa: E402


def read(path: Path) -> dict[str, list[float]]:
    """The columns of a CSV file of numbers; empty where there is no file."""
    if not path.exists():
        return {}
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    return {name: [float(row[name]) for row in rows] for name in (rows[0] if rows else ())}


def smooth(values: list[float], keep: float = 0.7) -> list[float]:
    out, last = [], values[0] if values else 0
    for value in values:
        last = keep * last + (1 - keep) * value
        out.append(last)
    return out


def plot(run: Path, target: Path):
    log, ap = read(run / "log.csv"), read(run / "ap.csv")
    figure, axes = pyplot.subplots(2, 3, figsize=(13, 6.5), layout="constrained")
    places = dict(zip((*PARTS, "rate"), axes.flat))
    for name, axis in places.items():
        if log:
            axis.plot(log["step"], log[name], color="0.8" if name != "rate" else "C0")
            if name != "rate":
                axis.plot(log["step"], smooth(log[name]))
        axis.set_title("learning rate" if name == "rate" else f"{name} loss (sum over four grids)")
    last = axes.flat[-1]
    for name in ("AP", "AP50", "AP75"):
        if ap:
            last.plot(ap["step"], ap[name], marker="o", markersize=3, label=name)
    last.set_title("held-out set, averaged weights")
    last.legend()
    for axis in axes.flat:
        axis.set_xlabel("step")
        axis.grid(alpha=0.3)
    figure.savefig(target, dpi=110)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path, help="folder of the run")
    parser.add_argument("image", type=Path, help="PNG or SVG to write")
    o = parser.parse_args()
    plot(o.run, o.image)


if __name__ == "__main__":
    main()
