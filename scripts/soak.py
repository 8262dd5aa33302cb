#!/usr/bin/env python3
"""Three streams for some time, in which something fails again and again: a camera is terminated, killed, frozen for ten
seconds, the service itself is stopped for eight, its clock is a month ahead for five. The output of one stream goes to a
reader that pauses all the time.

Prints memory, descriptors, threads and counters, and fails if they grow or do not add up, if a stream does not come back in
time, if the others notice, if the clock costs recordings, if the slow output misses audio, or if the service ends or takes
too long to end.

  scripts/soak.py 20
  scripts/soak.py 20 --set device=cpu --set device_batch=2    # through ONNX Runtime
"""
import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# The shortest wait with its jitter, and what a stream may need on top of it.
RECOVERY = 1.2 + 5

parser = argparse.ArgumentParser()
parser.add_argument("minutes", type=float)
parser.add_argument("--every", type=float, default=60, help="seconds from one failure to the next")
parser.add_argument("--memory", type=float, default=1.02, help="growth of memory that is allowed")
parser.add_argument("--program", default=f"{ROOT}/.build/kapao-video")
parser.add_argument("--model", help="the network; by default the one that ships")
parser.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE", help="a setting of all streams (repeatable)")
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

    def fail(self, kind, turn):
        """Away for some seconds, and back."""
        self.process.send_signal(kind)
        if kind == signal.SIGSTOP:
            time.sleep(10)
            self.process.send_signal(signal.SIGCONT)
        else:
            self.process.wait()
            time.sleep(3)
            self.start(turn + 1)


class SlowReader(threading.Thread):
    """Reads a pipe for three seconds, and not for three."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.path, self.copy = path, path + ".copy"
        os.mkfifo(path)

    def run(self):
        with open(self.path, "rb") as pipe, open(self.copy, "wb") as copy:
            while block := pipe.read1(65536):
                copy.write(block)
                if time.monotonic() % 6 > 3:
                    time.sleep(3)

    def gaps(self):
        """Where in what was read there is no audio for more than 0.2 s, in seconds."""
        listing = subprocess.run(
            ["ffprobe", "-v", "error", "-select_streams", "a", "-show_entries", "packet=pts_time", "-of", "csv=p=0", self.copy],
            capture_output=True, text=True).stdout
        times = [float(line.strip(",")) for line in listing.split()]
        assert times, "the slow output has no audio"
        return [round(b - a, 2) for a, b in zip(times, times[1:]) if b - a > 0.2]


class Service:
    def __init__(self, configuration):
        self.log = open(f"{folder}/service.log", "w+")
        # Its own clock can be set without that of the machine.
        self.step, library = f"{folder}/clock", f"{folder}/clock_step.so"
        subprocess.run(
            ["gcc", "-shared", "-fPIC", "-O1", "-o", library, f"{ROOT}/Tests/Fixtures/clock_step.c"], check=True)
        self.process = subprocess.Popen(
            [arguments.program, "serve", "--config", configuration], stderr=self.log,
            env={**os.environ, "LD_PRELOAD": library, "CLOCK_STEP": self.step})
        while not (address := self.address()):
            assert self.process.poll() is None, "the service did not start:\n" + self.text()
            time.sleep(0.1)
        self.url = address

    def stop_and_continue(self):
        self.process.send_signal(signal.SIGSTOP)
        time.sleep(8)
        self.process.send_signal(signal.SIGCONT)

    def set_clock(self, name):
        """A month ahead for five seconds, in which pictures of a stream are to come."""
        recordings = lambda: len(os.listdir(f"{folder}/recordings"))
        before = recordings()
        for seconds in 30 * 86400, 0:
            with open(self.step, "w") as file:
                file.write(str(seconds))
            time.sleep(5)
            self.wait_for_pictures(name, 2)
        # At most a tenth, or two, with each file that begins.
        lost = before - recordings()
        assert lost <= 2 * max(2, before // 10), f"the clock cost {lost} of {before} recordings"

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
slow = SlowReader(f"{folder}/slow.ts")
slow.start()
subprocess.run(
    ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=s=640x360:r=25:d=20", "-f", "lavfi", "-i", "sine=d=20",
     "-pix_fmt", "yuv420p", "-c:a", "mp2", f"{folder}/clip.ts"], check=True)
with open(f"{folder}/soak.yaml", "w") as file:
    json.dump({
        "http": {"port": 0},
        "defaults": {
            "size": 128, **({"model": arguments.model} if arguments.model else {}),
            **{field: int(value) if value.isdigit() else value for field, value in (s.split("=", 1) for s in arguments.set)}},
        "streams": {
            "steady": {
                "source": "lavfi:testsrc2=s=640x360:r=25",
                "outputs": [
                    {"record": f"{folder}/recordings", "segment": "20s", "keep_size": "20MB", "keep": "1h"},
                    {"poses": f"{folder}/poses", "rotate": "30s", "keep_size": "5MB"},
                ]},
            "shaky": {
                "source": f"rtsp://127.0.0.1:{camera.port}/live", "stall_timeout": "3s",
                "outputs": [{"record": f"{folder}/sound", "segment": "20s", "keep_size": "20MB"}],
            },
            "slow": {"source": f"{folder}/clip.ts", "loop": True, "outputs": [{"video": slow.path}]},
        }}, file)
service = None
try:
    service = Service(f"{folder}/soak.yaml")
    service.wait_for_pictures("steady", 20)
    service.wait_for_pictures("shaky", 20)
    end = time.monotonic() + arguments.minutes * 60
    before, memory, kinds, turn = quiet(service), [], [], 0
    while time.monotonic() < end - arguments.every / 2:
        failure = time.monotonic()
        processed = service.streams()["steady"]["counters"]["processed"]
        kind = ("SIGTERM", "SIGKILL", "SIGSTOP", "stopped", "clock")[turn % 5]
        kinds.append(kind)
        if kind == "stopped":
            service.stop_and_continue()
        elif kind == "clock":
            service.set_clock("steady")
        else:
            camera.fail(signal.Signals[kind], turn)
        seconds = service.wait_for_pictures("shaky", RECOVERY)
        if kind == "stopped":
            service.wait_for_pictures("steady", 2)
        away = time.monotonic() - failure
        gained = service.streams()["steady"]["counters"]["processed"] - processed
        print(f"{kind}: pictures {seconds:.2f} s after it (limit {RECOVERY} s);"
              f" the steady stream had {gained / away:.1f} frames/s", flush=True)
        assert gained > 12 * (away - (8 if kind == "stopped" else 0)), "the steady stream does not go on"
        turn += 1
        row = service.sample()
        while time.monotonic() < failure + arguments.every - 1:
            row = service.sample()
            time.sleep(min(10, arguments.every / 6))
        # When everything has settled.
        memory.append(row[0])
    after = quiet(service)
    # After the first third everything has been in use once.
    early, late = memory[len(memory) // 3], memory[-1]
    streams = service.streams()
    outages, slowed = streams["shaky"]["outages"], streams["slow"]["outputs"][0]["dropped"]
    print(f"{turn} failures, {outages} outages; memory {early:.1f} -> {late:.1f} MB ({late / early - 1:+.1%}),"
          f" descriptors {before[1]} -> {after[1]}, threads {before[2]} -> {after[2]}")
    failures = sum(kind.startswith("SIG") for kind in kinds)
    # While the service is stopped, the camera may give up.
    assert failures <= outages <= failures + kinds.count("stopped"), "an outage was missed, or one was made up"
    assert streams["steady"]["outages"] == streams["slow"]["outages"] == 0, "an outage was made up"
    assert late <= early * arguments.memory, "memory grows"
    assert after[1] <= before[1], "descriptors leak"
    # libdispatch has a thread more or less from one minute to the next.
    assert after[2] <= before[2] + 4, "threads leak"
    begin = time.monotonic()
    service.process.terminate()
    assert service.process.wait(10) == 0, service.text()
    seconds = time.monotonic() - begin
    assert seconds <= 5, f"ending took {seconds:.1f} s"
    slow.join(10)
    gaps = slow.gaps()
    print(f"the slow output left {slowed} pictures out; gaps in its audio: {gaps}")
    # There is nothing of the time in which the service itself was stopped.
    assert slowed > 0 and len(gaps) <= kinds.count("stopped"), "the slow output misses audio"
    print(f"good: ended in {seconds:.1f} s")
except AssertionError as error:
    sys.exit(f"not good: {error}")
finally:
    for process in [camera.process] + ([service.process] if service else []):
        process.kill()
    subprocess.run(["rm", "-rf", folder])
