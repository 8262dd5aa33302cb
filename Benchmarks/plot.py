"""Draws time against input size and against the number of people."""

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "kapao"
from matplotlib import pyplot  # noqa: E402


def draw(values, path):
    """From the benchmark's numbers to an SVG."""
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(10, 4), layout="constrained")
    for (name, times), style in zip(values["sizes"].items(), ("C0o-", "C0o--", "C1s-", "C1s--")):
        left.plot([int(size) for size in times], list(times.values()), style, label=name, markersize=4)
    left.set(title="Network, 2 threads", xlabel="longer side of the input (16:9), pixels", yscale="log")
    people = [stages["found"] for stages in values["people"].values()]
    for stage, label in (
            ("postprocess", "post-processing"), ("draw", "drawing"), ("draw everything", "drawing everything")):
        right.plot(people, [stages[stage] for stages in values["people"].values()], "o-", label=label, markersize=4)
    right.set(title="After the network, 1080p", xlabel="people", ylim=0)
    for axes in (left, right):
        axes.set_ylabel("milliseconds")
        axes.grid(True, which="both", alpha=0.25)
        axes.legend()
    figure.savefig(path, metadata={"Date": None})
