"""Measures contenders in turns, so that whatever else the machine does falls on all alike."""

import os
import statistics
import subprocess
import time

import onnxruntime


class Worker:
    """A `kapao-bench` process that measures once for each line that it is sent."""

    def __init__(self, *command):
        self.process = subprocess.Popen(
            [str(word) for word in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.answer()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"{' '.join(self.process.args)} ended with status {self.process.wait()}")
        return line.split()

    def numbers(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return [float(word) for word in self.answer()]

    def measure(self):
        return self.numbers()[0]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Peer:
    """ONNX Runtime with its default settings but for the number of threads."""

    def __init__(self, graph, image, threads):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        self.image = {"image": image}

    def outputs(self):
        return self.session.run(None, self.image)

    def measure(self):
        start = time.perf_counter()
        self.outputs()
        return (time.perf_counter() - start) * 1e3

    def close(self):
        # Its threads spin for a while after a run.
        pass


def in_turns(contenders, rounds, burst):
    """For each contender the results of `rounds` bursts, in an order that rotates; the first of a burst, which warms
    the caches, is not counted."""
    results = {name: [] for name in contenders}
    names = list(contenders)
    for number in range(rounds):
        for name in names[number % len(names):] + names[:number % len(names)]:
            time.sleep(0.05)
            contenders[name].measure()
            results[name] += [contenders[name].measure() for _ in range(burst)]
    return results


def median(values):
    return statistics.median(values)


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
