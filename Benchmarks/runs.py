"""Whole runs, their stages and their memory."""

import json
import resource

import memory
from measure import Worker, in_turns, median, percentile

RESOLUTIONS = {"480p": (854, 480), "720p": (1280, 720), "1080p": (1920, 1080)}
PEOPLE = (1, 2, 5, 10, 20, 30, 40)


def stages(report):
    """Letterbox, post-processing and drawing, by the number of people."""
    def measured(people):
        rounds = str(400 // report.scale)
        return json.loads(report.command(report.bench, "stages", "--people", people, "--rounds", rounds))
    reports = {people: measured(people) for people in PEOPLE}
    report.values["people"] = {
        people: {stage: median(times) for stage, times in result["milliseconds"].items()}
        | {"found": result["people"]} for people, result in reports.items()}
    result = reports[20]
    people, candidates = result["people"], result["candidates"]
    texts = {
        "letterbox": ("letterbox, 1080p to 1024×576", "", None),
        "heads": ("candidates from raw heads", "part of post-processing", None),
        "postprocess": (
            f"post-processing, {people} people", f"{candidates} candidates, {result['fusedKeypoints']} fused", 1),
        "draw": (f"drawing at 1080p, {people} people", "default style, the frame's copy included", 3),
        "draw everything": (f"drawing all at 1080p, {people} people", "with faces, boxes, scores, text", None),
    }
    for stage, (name, remark, limit) in texts.items():
        times = result["milliseconds"][stage]
        report.row(
            name, f"{min(times):.2f} ms", f"{median(times):.2f} ms", "", remark,
            *([(f"≤ {limit} ms", median(times) <= limit)] if limit else []))
    report.row(
        "post-processing and drawing by the number of people", "", "", "",
        "; ".join(
            f"{values['found']}: {values['postprocess'] + values['draw']:.2f} ms"
            for values in report.values["people"].values()))


def whole(report):
    """Whole runs beside a pipeline of nothing but their network, and the stages of one of them."""
    report.values["whole"] = {}
    for name, (width, height) in RESOLUTIONS.items():
        frames = 192 if report.scale == 1 else 96
        clip, contenders = report.clip(name, width, height, frames), {}
        for model in (report.default, report.small):
            for precision in ("int8", "fp32"):
                contenders[model, precision] = Worker(
                    report.bench, "whole-run", model.path, clip, report.folder / f"{model.name}.{precision}.mp4",
                    "--size", model.width, "--precision", precision)
        rounds = max(2, 6 // report.scale)
        video = median([transcoding(report, clip, frames) for _ in range(rounds)])
        report.values["transcoding_cpu_ms"] = report.values.get("transcoding_cpu_ms", {}) | {name: video}
        for (model, precision), numbers in in_turns(contenders, rounds, burst=1, warm=0).items():
            run(
                report, f"{name}, {model.name} {precision}", model is report.default and name == "480p", video, *numbers)
        if name == "720p":
            stage_times(report, clip)


def transcoding(report, clip, frames):
    """Milliseconds of processor time a frame that ffmpeg takes to decode and encode a clip as whole runs do."""
    def seconds(count):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        report.command(*ffmpeg(clip, report.folder / "transcoded.mp4", "-frames:v", count, "-threads", 2))
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return 1e3 * (seconds(frames) - seconds(1)) / (frames - 1)


def ffmpeg(clip, output, *options):
    """The command with which ffmpeg encodes a clip anew as kapao-video encodes an annotated one."""
    return (
        "ffmpeg", "-nostdin", "-v", "error", "-y", "-i", clip, *options, "-c:v", "libx264", "-preset", "superfast",
        output)


def run(report, title, is_quickest, video, alone, alone_cpu, wall, cpu, people):
    """One kind of run: milliseconds a frame of the network alone and of the whole, of every round."""
    share = median([a / b for a, b in zip(alone, wall)])
    # The cores' time is the network's and, at the least, the decoder's and the encoder's.
    most = median(alone_cpu) / (median(alone_cpu) + video)
    busy = median(cpu) / median(wall) / 2
    report.values["whole"][title] = {
        "alone_ms": median(alone), "alone_cpu_ms": median(alone_cpu), "ms": median(wall), "cpu_ms": median(cpu),
        "share": share, "most": most, "busy": busy, "people": median(people)}
    rate = 1e3 / median(wall)
    wanted = is_quickest and "int8" in title
    report.row(
        f"whole run, {title}, 2 cores", f"{1e3 / min(wall):.1f} frames/s", f"{rate:.1f} frames/s",
        f"{median(cpu):.1f} ms",
        f"{share:.2f} of the rate of its network alone, {1e3 / median(alone):.1f}, which takes "
        f"{median(alone_cpu):.1f} ms; at most {most:.2f} beside ffmpeg's {video:.1f} ms to decode and encode; "
        f"both cores at work {busy:.0%} of the time; {median(people):.0f} people a frame",
        ("≥ 0.9", share >= 0.9), *([("≥ 60 frames/s", rate >= 60)] if wanted else []))


def stage_times(report, clip):
    """The stages of a run with the default model."""
    times = json.loads(report.command(
        report.bench, "stage-times", report.default.path, clip, report.folder / "stages.mp4", "--size",
        report.default.width))
    report.values["stage_times"] = {}
    for stage in ("decode", "letterbox", "infer", "fuse", "track", "draw", "encode"):
        values = times[stage]
        late = percentile(values, 0.95)
        report.values["stage_times"][stage] = {"median": median(values), "p95": late}
        report.row(
            f"stage “{stage}”, 720p, {report.default.name} int8", f"{min(values):.2f} ms", f"{median(values):.2f} ms",
            "", f"95th percentile {late:.2f} ms" + {
                "infer": "; two frames at a time", "encode": "; x264's own threads not included"}.get(stage, ""))


def peak_memory(report):
    """Peak memory, and its growth in a long run."""
    clip = report.clip("large", 1920, 1080, 90 // report.scale)
    kinds = {
        f"{model.name} {precision} on 1080p, {kind}": (
            "annotate", clip, *output, "--model", model.path, "--size", model.width, "--precision", precision)
        for model, precision, kind, output in (
            (report.small, "fp32", "poses as CSV", ("--csv", report.folder / "large.csv")),
            (report.small, "int8", "poses as CSV", ("--csv", report.folder / "large.csv")),
            (report.small, "fp32", "annotated video", ("-o", report.folder / "large.mkv")),
            (report.small, "int8", "annotated video", ("-o", report.folder / "large.mkv")),
            (report.default, "int8", "annotated video", ("-o", report.folder / "large.mkv")))}
    alone, _ = memory.run(*ffmpeg(clip, report.folder / "alone.mkv"))
    report.values["peak_memory_mb"] = {"ffmpeg": alone}
    for kind, command in kinds.items():
        peak, _ = memory.run(report.program, *command, "--quiet")
        report.values["peak_memory_mb"][kind] = peak
        remark = f"ffmpeg takes {alone:.0f} MB to encode the same clip anew" if kind.endswith("video") else ""
        report.row(f"peak memory, {kind}", f"{peak:.0f} MB", "", "", remark, ("≤ 400 MB", peak <= 400))

    warm, frames = 2500, 5000
    clip = report.clip("long", 384, 288, warm + frames)
    _, resident = memory.run(
        report.program, "annotate", clip, "-o", report.folder / "long-out.mp4", "--csv", report.folder / "long.csv",
        "--model", report.default.path, "--size", 256, "--quiet")
    part = len(resident) // 30
    start = len(resident) * warm // (warm + frames)
    early, late = median(resident[start:start + part]), median(resident[-2 * part:-part])
    report.values["growth_mb"] = {"early": early, "late": late}
    report.row(
        f"growth of memory over {frames} frames", f"{late - early:+.1f} MB", "", "",
        f"from {early:.1f} to {late:.1f} MB, after {warm} frames of warming up",
        ("none (≤ 2 MB)", late - early <= 2))
