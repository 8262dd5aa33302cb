"""Measures contenders in turns, so that whatever else the machine does falls on all alike."""

import os
import statistics
import subprocess
import time


class Worker:
    """A process, `kapao-bench` or `peers.py`, that measures once for each line that it is sent."""

    def __init__(self, *command):
        self.process = subprocess.Popen(
            [str(word) for word in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{' '.join(self.process.args)} ended with status {self.process.wait()}")
        return line.split()

    def measure(self):
        """What it measures; for one piece of work the time on the wall, then the processor's."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return [float(word) for word in self.answer()]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def in_turns(contenders, rounds, burst, warm=1):
    """Asks each contender for `rounds` bursts, in an order that rotates, and closes it. Returns for each the list of
    every number that it answers with. The first `warm` of a burst, which warm the caches, are not counted."""
    results = {name: [] for name in contenders}
    names = list(contenders)
    for number in range(rounds):
        for name in names[number % len(names):] + names[:number % len(names)]:
            time.sleep(0.05)
            results[name] += [contenders[name].measure() for _ in range(warm + burst)][warm:]
    for contender in contenders.values():
        contender.close()
    return {name: list(zip(*values)) for name, values in results.items()}


def median(values):
    return statistics.median(values)


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def load():
    return os.getloadavg()[0]


def processor():
    """The processor's name and the cores that this process may use."""
    name = "unknown processor"
    with open("/proc/cpuinfo") as file:
        for line in file:
            if line.startswith("model name"):
                name = line.split(":", 1)[1].strip()
                break
    return name, len(os.sched_getaffinity(0))
