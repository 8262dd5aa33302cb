#!/usr/bin/env python3
"""Measures how fast the health check of `serve` is answered while other clients misbehave.

Starts the program with one generated stream on a free port of this machine and, for each kind of misbehaviour, asks /healthz
while up to 400 connections of this machine do it. Fails if an answer was missing or took 50 ms or more.

  scripts/flood.py --seconds 5
"""
import argparse
import asyncio
import http.client
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
HEAD = b"GET /streams/a.jpg HTTP/1.1\r\nHost: localhost\r\n"
ADDRESS = "127.0.0.1"


async def long_head(reader, writer):
    writer.write(HEAD + b"X: " + b"a" * 100_000)
    await writer.drain()
    await reader.read()


async def many_headers(reader, writer):
    writer.write(HEAD + b"X: y\r\n" * 20_000)
    await writer.drain()
    await reader.read()


async def slow_head(reader, writer):
    writer.write(HEAD + b"X: ")
    while True:
        writer.write(b"a")
        await writer.drain()
        await asyncio.sleep(0.5)


async def silence(reader, writer):
    await reader.read()


async def no_reading(reader, writer):
    writer.transport.pause_reading()
    writer.write((HEAD + b"\r\n") * 200)
    await writer.drain()
    await asyncio.sleep(60)


async def viewers(reader, writer):
    writer.transport.pause_reading()
    writer.write(b"GET /streams/a.mjpg HTTP/1.1\r\nHost: localhost\r\n\r\n")
    await asyncio.sleep(60)


async def requests(reader, writer):
    while True:
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        if not await reader.read(65536):
            return


async def garbage(reader, writer):
    writer.write(b"\x16\x03\x01" + bytes(range(256)) * 100)
    await writer.drain()
    await reader.read()


KINDS = [
    (None, 0), (long_head, 100), (many_headers, 100), (slow_head, 400), (silence, 400), (no_reading, 100), (viewers, 100),
    (requests, 50), (garbage, 100),
]


def flood(kind, connections, port, seconds, started):
    """Keeps so many connections busy; one that is closed is opened again."""

    async def keep():
        while True:
            writer = None
            try:
                reader, writer = await asyncio.open_connection(ADDRESS, port)
                await kind(reader, writer)
            except OSError:
                await asyncio.sleep(0.01)
            finally:
                if writer:
                    writer.close()

    async def run():
        tasks = [asyncio.create_task(keep()) for _ in range(connections)]
        started.set()
        await asyncio.sleep(seconds)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(run())


def ask(port, seconds):
    """How long the answers took, in milliseconds; one that is missing took for ever."""
    times = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        start = time.monotonic()
        try:
            connection = http.client.HTTPConnection(ADDRESS, port, timeout=5)
            connection.request("GET", "/healthz")
            good = connection.getresponse().status == 200
            connection.close()
        except (OSError, http.client.HTTPException):
            good = False
        times.append((time.monotonic() - start) * 1000 if good else float("inf"))
        time.sleep(0.01)
    return times


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=5, help="for each kind")
    parser.add_argument("--program", default=f"{ROOT}/.build/kapao-video")
    parser.add_argument("--model", default=f"{ROOT}/Models/kapao_n.safetensors", help="the network")
    arguments = parser.parse_args()
    seconds = arguments.seconds
    worst = 0
    with tempfile.TemporaryDirectory() as folder:
        file = f"{folder}/flood.yaml"
        with open(file, "w") as configuration:
            configuration.write(
                f"http: {{port: 0}}\ndefaults: {{model: '{arguments.model}', size: 320, max_fps: 5}}\n"
                "streams: {a: {source: 'lavfi:testsrc2=s=640x360:r=25'}}\n")
        service = subprocess.Popen(
            [arguments.program, "serve", "--config", file], stderr=subprocess.PIPE, text=True)
        try:
            line = next(line for line in service.stderr if "listening on" in line)
            port = int(line.split(":")[-1].strip("/\n"))
            next(line for line in service.stderr if "streaming" in line)
            print(f"{'':14} {'connections':>11} {'answers':>8} {'median':>8} {'99 %':>8} {'worst':>8}  in ms")
            for kind, connections in KINDS:
                started = multiprocessing.Event()
                work = (kind, connections, port, seconds + 1, started)
                other = multiprocessing.Process(target=flood, args=work) if kind else None
                if other:
                    other.start()
                    started.wait()
                    time.sleep(0.5)
                times = sorted(ask(port, seconds))
                if other:
                    other.join()
                name = kind.__name__.replace("_", " ") if kind else "nobody else"
                rare = times[int(len(times) * 0.99)]
                print(f"{name:14} {connections:11} {len(times):8} {statistics.median(times):8.1f} {rare:8.1f} {times[-1]:8.1f}")
                worst = max(worst, times[-1])
        finally:
            service.terminate()
            service.wait(20)
    sys.exit(0 if worst < 50 else 1)


if __name__ == "__main__":
    main()
