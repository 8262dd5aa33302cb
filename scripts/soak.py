#!/usr/bin/env python3
"""Two streams for some time, one of whose cameras fails again and again: terminated, killed, frozen for ten seconds.

Prints memory, descriptors, threads and counters, and fails if they grow or do not add up, if the camera's stream does not
come back in time, if the other one notices, or if the service ends or takes too long to end.

  scripts/soak.py 20
"""
import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# The shortest wait with its jitter, and what a stream may need on top of it.
RECOVERY = 1.2 + 5

parser = argparse.ArgumentParser()
parser.add_argument("minutes", type=float)
parser.add_argument("--every", type=float, default=60, help="seconds from one failure to the next")
parser.add_argument("--memory", type=float, default=1.02, help="growth of memory that is allowed")
parser.add_argument("--program", default=f"{ROOT}/.build/release/kapao-video")
parser.add_argument("--model", help="the network; by default the one that ships")
arguments = parser.parse_args()


class Camera:
    def __init__(self):
        self.port = 0
        self.start(0)

    def start(self, turn):
        size = "640x360" if turn % 2 == 0 else "320x180"
        self.process = subprocess.Popen(
            ["/usr/bin/python3", "-u", f"{ROOT}/Tests/Fixtures/rtsp_server.py", str(self.port), size, "--sound"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.port = int(self.process.stdout.readline().split()[-1])

    def fail(self, turn):
        """Away for some seconds, and back."""
        kind = (signal.SIGTERM, signal.SIGKILL, signal.SIGSTOP)[turn % 3]
        self.process.send_signal(kind)
        if kind == signal.SIGSTOP:
            time.sleep(10)
            self.process.send_signal(signal.SIGCONT)
        else:
            self.process.wait()
            time.sleep(3)
            self.start(turn + 1)
        return kind.name


class Service:
    def __init__(self, configuration):
        self.log = open(f"{folder}/service.log", "w+")
        self.process = subprocess.Popen([arguments.program, "serve", "--config", configuration], stderr=self.log)
        while not (address := self.address()):
            assert self.process.poll() is None, "the service did not start:\n" + self.text()
            time.sleep(0.1)
        self.url = address

    def text(self):
        return open(self.log.name).read()

    def address(self):
        return next((line.split()[-1] for line in self.text().splitlines() if "listening on http" in line), None)

    def streams(self):
        assert self.process.poll() is None, "the service has ended:\n" + self.text()
        return {s["name"]: s for s in json.load(urllib.request.urlopen(self.url + "api/streams", timeout=5))}

    def numbers(self):
        """Memory in MB, descriptors, threads."""
        process = f"/proc/{self.process.pid}"
        memory = int(open(f"{process}/statm").read().split()[1]) * os.sysconf("SC_PAGESIZE") / 1e6
        return memory, len(os.listdir(f"{process}/fd")), len(os.listdir(f"{process}/task"))

    def sample(self):
        """Numbers of the process and of all streams, printed and checked."""
        numbers, streams = self.numbers(), self.streams()
        text = "%7.1f MB %4d descriptors %3d threads" % numbers
        for name, stream in streams.items():
            c = stream["counters"]
            on_their_way = c["read"] - sum(c[k] for k in ("processed", "dropped", "skipped", "stale", "failed"))
            assert 0 <= on_their_way <= 3, c
            text += f" | {name} {stream['state']} {stream['processed_rate']:.1f}/s {stream['outages']} outages" \
                f" {c['read']} read {c['dropped']} dropped"
        print(text, flush=True)
        return numbers

    def wait_for_pictures(self, name, limit):
        """Seconds until a stream gives a new picture."""
        def processed():
            # The web server answers before the first streams are there.
            return self.streams().get(name, {"counters": {"processed": 0}})["counters"]["processed"]

        begin, before = time.monotonic(), processed()
        while processed() == before:
            assert time.monotonic() - begin < limit, f"{name} gives no picture within {limit} s:\n{self.text()[-2000:]}"
            time.sleep(0.05)
        return time.monotonic() - begin


def quiet(service):
    """The least numbers of some seconds without a failure: threads and descriptors come and go."""
    rows = []
    for _ in range(24):
        time.sleep(0.25)
        rows.append(service.numbers())
    return tuple(min(column) for column in zip(*rows))


folder = tempfile.mkdtemp(prefix="kapao-video-soak-")
camera = Camera()
with open(f"{folder}/soak.yaml", "w") as file:
    json.dump({
        "http": {"port": 0},
        "defaults": {"size": 128, **({"model": arguments.model} if arguments.model else {})},
        "streams": {
            "steady": {
                "source": "lavfi:testsrc2=s=640x360:r=25",
                "outputs": [
                    {"record": f"{folder}/recordings", "segment": "20s", "keep_size": "20MB"},
                    {"poses": f"{folder}/poses", "rotate": "30s", "keep_size": "5MB"},
                ]},
            "shaky": {
                "source": f"rtsp://127.0.0.1:{camera.port}/live", "stall_timeout": "3s",
                "outputs": [{"record": f"{folder}/sound", "segment": "20s", "keep_size": "20MB"}],
            },
        }}, file)
service = None
try:
    service = Service(f"{folder}/soak.yaml")
    service.wait_for_pictures("steady", 20)
    service.wait_for_pictures("shaky", 20)
    end = time.monotonic() + arguments.minutes * 60
    before, rows, turn = quiet(service), [], 0
    while time.monotonic() < end - arguments.every / 2:
        failure = time.monotonic()
        processed = service.streams()["steady"]["counters"]["processed"]
        kind = camera.fail(turn)
        seconds = service.wait_for_pictures("shaky", RECOVERY)
        away = time.monotonic() - failure
        gained = service.streams()["steady"]["counters"]["processed"] - processed
        print(f"{kind}: pictures {seconds:.2f} s after the camera was back (limit {RECOVERY} s);"
              f" the other stream had {gained / away:.1f} frames/s", flush=True)
        assert gained > 12 * away, "the other stream does not go on"
        turn += 1
        while time.monotonic() < failure + arguments.every - 1:
            rows.append(service.sample())
            time.sleep(min(10, arguments.every / 6))
    after = quiet(service)
    # After the first third everything has been in use once.
    memory = [row[0] for row in rows]
    span = max(2, len(memory) // 20)
    early, late = min(memory[len(memory) // 3:][:span]), min(memory[-span:])
    outages = service.streams()["shaky"]["outages"]
    print(f"{turn} failures, {outages} outages; memory {early:.1f} -> {late:.1f} MB ({late / early - 1:+.1%}),"
          f" descriptors {before[1]} -> {after[1]}, threads {before[2]} -> {after[2]}")
    assert outages == turn, "an outage was missed, or one was made up"
    assert late <= early * arguments.memory, "memory grows"
    assert after[1] <= before[1], "descriptors leak"
    assert after[2] <= before[2] + 1, "threads leak"
    begin = time.monotonic()
    service.process.terminate()
    assert service.process.wait(10) == 0, service.text()
    seconds = time.monotonic() - begin
    assert seconds <= 5, f"ending took {seconds:.1f} s"
    print(f"good: ended in {seconds:.1f} s")
except AssertionError as error:
    sys.exit(f"not good: {error}")
finally:
    for process in [camera.process] + ([service.process] if service else []):
        process.kill()
    subprocess.run(["rm", "-rf", folder])
