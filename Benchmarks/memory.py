"""Memory of a running kapao-video, from the kernel's account of it."""

import subprocess
import time


def status(pid):
    """Present and greatest resident memory of a process in MB; `None` once it has ended."""
    fields = {}
    try:
        with open(f"/proc/{pid}/status") as file:
            for line in file:
                key, _, value = line.partition(":")
                if key in ("VmRSS", "VmHWM"):
                    fields[key] = int(value.split()[0]) / 1024
    except (FileNotFoundError, ProcessLookupError):
        return None
    return (fields["VmRSS"], fields["VmHWM"]) if len(fields) == 2 else None


def run(*command):
    """Runs a command; returns its peak and its resident memory over time, in MB."""
    process = subprocess.Popen([str(word) for word in command])
    peak, resident = 0, []
    while process.poll() is None:
        now = status(process.pid)
        if now:
            resident.append(now[0])
            peak = now[1]
        time.sleep(0.02)
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(process.args)} ended with status {process.returncode}")
    return peak, resident
