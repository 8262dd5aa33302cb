"""Reads every format that kapao-video writes with the programs it is meant for, and compares it with the native CSV.

    read_back.py PROGRAM WORKFOLDER [VIDEO]

With a video, the network runs on its first second, and every format must be the same text from `export` as from
`convert` of the CSV of that run.
"""

import contextlib
import csv
import io
import json
import math
import re
import subprocess
import sys
import traceback
from pathlib import Path

import pandas as pd
from native import KEYPOINTS, Native, Person

OPENPOSE = [0, None, 6, 8, 10, 5, 7, 9, 12, 14, 16, 11, 13, 15, 2, 1, 4, 3]
FORMATS = {
    "csv": "out.csv",
    "ndjson": "out.ndjson",
    "coco": "out.coco.json",
    "openpose": "openpose",
    "pose2sim": "pose2sim",
    "deeplabcut": "outDLC.csv",
    "deeplabcut-single": "out_singleDLC.csv",
    "sleap": "out.analysis.csv",
    "posetrack": "out.posetrack.json",
    "mot": "out.mot.txt",
    "trc": "out.trc",
    "kapao": "out.kapao.csv",
}
CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


def same(found, expected, what="", tolerance=0.0051) -> None:
    """Numbers that are equal but for rounding; None and NaN are what is missing."""
    found, expected = list(found), list(expected)
    assert len(found) == len(expected), f"{what}: {len(found)} values instead of {len(expected)}"
    for index, (a, b) in enumerate(zip(found, expected)):
        missing = a is None or math.isnan(a), b is None or math.isnan(b)
        assert missing[0] == missing[1], f"{what}[{index}]: {a} instead of {b}"
        assert missing[0] or abs(a - b) <= tolerance, f"{what}[{index}]: {a} instead of {b}"


def flat(points) -> list[float]:
    """x, y, confidence; zeros for what is missing, as JSON formats have it."""
    return [value for point in points for value in (point or (0, 0, 0))]


def body(person: Person) -> list:
    return [person.points[name] for name in KEYPOINTS]


# MARK: - The checks; `out` is the folder of what was converted


@check
def csv_is_copied_as_it_is(native: Native, out: Path):
    assert (out / "out.csv").read_bytes() == native.path.read_bytes()
    assert (out / "out.json").exists(), "no description beside it"


@check
def csv_opens_in_pandas_with_numbers_and_gaps(native: Native, out: Path):
    table = pd.read_csv(out / "out.csv")
    assert table["frame"].nunique() == native.frame_count
    assert all(table[f"{name}_x"].dtype == "float64" for name in KEYPOINTS)
    assert not (table[[f"{name}_x" for name in KEYPOINTS]] == 0).any().any()
    assert table["time_s"].is_monotonic_increasing


@check
def ndjson_is_a_frame_a_line(native: Native, out: Path):
    table = pd.read_json(out / "out.ndjson", lines=True)
    assert list(table["frame"]) == list(native.times.index)
    same(table["time_s"], native.times, "time_s", 1e-6)
    for frame, people in zip(table["frame"], table["people"]):
        assert [person["track_id"] for person in people] == [person.track for person in native.at(frame)]
        for found, expected in zip(people, native.at(frame)):
            same(found["bbox"], expected.box, "bbox")
            for name, point in expected.points.items():
                if point is None:
                    assert found["keypoints"][name] is None
                else:
                    same([found["keypoints"][name][axis] for axis in "xy"], point[:2], name)


@check
def coco_results_score_1_against_themselves(native: Native, out: Path):
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    truth = {
        "images": [{"id": frame} for frame in native.times.index],
        "categories": [{"id": 1, "name": "person"}],
        "annotations": [
            {
                "id": index + 1,
                "image_id": person.frame,
                "category_id": 1,
                "iscrowd": 0,
                "bbox": person.corner_and_size,
                "area": person.corner_and_size[2] * person.corner_and_size[3],
                "num_keypoints": sum(point is not None for point in body(person)),
                "keypoints": flat(point and (point[0], point[1], 2) for point in body(person)),
            }
            for index, person in enumerate(native.people)
        ],
    }
    with contextlib.redirect_stdout(io.StringIO()):
        dataset = COCO()
        dataset.dataset = truth
        dataset.createIndex()
        results = dataset.loadRes(str(out / "out.coco.json"))
        evaluation = COCOeval(dataset, results, "keypoints")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    assert evaluation.stats[0] > 0.999, f"AP {evaluation.stats[0]}"
    for found, person in zip(results.dataset["annotations"], native.people):
        same(found["keypoints"], flat(body(person)), "keypoints")
        same([found["score"]], [person.score], "score", 1e-4)
        assert found["track_id"] == person.track


def openpose_people(out: Path, folder: str, native: Native):
    files = sorted((out / folder).iterdir())
    assert len(files) == native.frame_count
    for file in files:
        # Pose2Sim's rule: the last number of the name is the frame.
        frame = int(re.findall(r"\d+", file.stem)[-1])
        people = json.loads(file.read_text())["people"]
        assert [person["person_id"] for person in people] == [[person.track] for person in native.at(frame)]
        yield from zip(people, native.at(frame))


@check
def openpose_has_18_points_with_a_neck(native: Native, out: Path):
    for found, person in openpose_people(out, "openpose", native):
        points = [
            person.middle("left_shoulder", "right_shoulder") if index is None else person.points[KEYPOINTS[index]]
            for index in OPENPOSE
        ]
        same(found["pose_keypoints_2d"], flat(points), "keypoints")


@check
def pose2sim_has_the_points_of_coco(native: Native, out: Path):
    for found, person in openpose_people(out, "pose2sim", native):
        same(found["pose_keypoints_2d"], flat(body(person)), "keypoints")


@check
def deeplabcut_opens_in_pandas(native: Native, out: Path):
    table = pd.read_csv(out / "outDLC.csv", header=[0, 1, 2, 3], index_col=0)
    assert list(table.columns.names) == ["scorer", "individuals", "bodyparts", "coords"]
    assert list(table.index) == list(range(native.frame_count))
    likelihood = table.xs("likelihood", axis=1, level="coords")
    assert not (likelihood == 0).any().any(), "a likelihood of 0"


@check
def deeplabcut_opens_in_movement(native: Native, out: Path):
    from movement.io import load_poses

    data = load_poses.from_dlc_file(out / "outDLC.csv", fps=25)
    assert [int(name.removeprefix("track")) for name in data.individuals.values] == native.tracks
    assert list(data.keypoints.values) == KEYPOINTS
    for frame in range(native.frame_count):
        for track in native.tracks:
            person = native.one(frame, track)
            points = data.sel(individuals=f"track{track}").isel(time=frame)
            for name in KEYPOINTS:
                expected = person.points[name] if person else None
                found = [float(points.position.sel(keypoints=name, space=axis)) for axis in "xy"]
                found.append(float(points.confidence.sel(keypoints=name)))
                same(found, expected or [math.nan] * 3, f"frame {frame} {name}")


@check
def deeplabcut_single_opens_in_movement(native: Native, out: Path):
    from movement.io import load_poses

    data = load_poses.from_dlc_file(out / "out_singleDLC.csv", fps=25)
    assert dict(data.sizes) == {"time": native.frame_count, "space": 2, "keypoints": 17, "individuals": 1}
    counts = {track: sum(person.track == track for person in native.people) for track in native.tracks}
    track = max(counts, key=lambda track: (counts[track], -track))
    for frame in range(native.frame_count):
        person = native.one(frame, track)
        expected = [person.points[name][0] if person and person.points[name] else None for name in KEYPOINTS]
        same(data.position.isel(time=frame, individuals=0).sel(space="x").values, expected, f"frame {frame}")


@check
def sleap_analysis_opens_in_sleap_io(native: Native, out: Path):
    import sleap_io

    labels = sleap_io.load_file(str(out / "out.analysis.csv"))
    assert sorted(track.name for track in labels.tracks) == [f"track_{track}" for track in native.tracks]
    found = {
        (frame.frame_idx, int(instance.track.name.removeprefix("track_"))): instance
        for frame in labels.labeled_frames
        for instance in frame.instances
    }
    assert set(found) == {(person.frame, person.track) for person in native.people}
    names = [node.name for node in labels.skeleton.nodes]
    for person in native.people:
        instance = found[person.frame, person.track]
        points = dict(zip(names, instance.numpy(invisible_as_nan=True)))
        for name in KEYPOINTS:
            same(points[name], (person.points[name] or (math.nan,) * 2)[:2], name)


@check
def posetrack_opens_in_pycocotools(native: Native, out: Path):
    from pycocotools.coco import COCO

    with contextlib.redirect_stdout(io.StringIO()):
        dataset = COCO(str(out / "out.posetrack.json"))
    names = dataset.cats[1]["keypoints"]
    images = sorted(dataset.imgs.values(), key=lambda image: image["id"])
    assert [image["id"] % 10000 for image in images] == list(native.times.index)
    for image in images:
        frame = image["id"] % 10000
        found = dataset.loadAnns(dataset.getAnnIds(imgIds=[image["id"]]))
        assert [annotation["track_id"] for annotation in found] == [person.track for person in native.at(frame)]
        for annotation, person in zip(found, native.at(frame)):
            points = [
                person.middle("left_shoulder", "right_shoulder") if name == "head_bottom" else person.points.get(name)
                for name in names
            ]
            same(annotation["keypoints"], flat(point and (*point[:2], 1) for point in points), "keypoints")
            same(annotation["scores"], [point[2] if point else 0 for point in points], "scores")
            same(annotation["bbox"], person.corner_and_size, "bbox", 0.011)


@check
def mot_is_perfect_against_itself_in_trackeval(native: Native, out: Path):
    with contextlib.redirect_stdout(io.StringIO()):  # It names every data set that it lacks a package for.
        import trackeval

    lines = (out / "out.mot.txt").read_text().splitlines()
    for line, person in zip(lines, native.people, strict=True):
        values = [float(value) for value in line.split(",")]
        assert values[:2] == [person.frame + 1, person.track]
        same(values[2:6], person.corner_and_size, "box", 0.011)
        same(values[6:], [person.score, -1, -1, -1], "score", 1e-4)

    sequence = out / "mot/truth/MOT17-train/walk"
    found = out / "mot/trackers/MOT17-train/kapao/data"
    for folder in (sequence / "gt", found):
        folder.mkdir(parents=True)
    (sequence / "seqinfo.ini").write_text(f"[Sequence]\nname=walk\nseqLength={native.frame_count}\n")
    # A line of ground truth ends in: counts, class 1 (pedestrian), fully visible.
    (sequence / "gt/gt.txt").write_text("".join(",".join(line.split(",")[:6]) + ",1,1,1\n" for line in lines))
    (found / "walk.txt").write_bytes((out / "out.mot.txt").read_bytes())
    dataset = trackeval.datasets.MotChallenge2DBox(
        {
            "GT_FOLDER": str(out / "mot/truth"),
            "TRACKERS_FOLDER": str(out / "mot/trackers"),
            "SEQ_INFO": {"walk": native.frame_count},
            "PRINT_CONFIG": False,
        }
    )
    evaluator = trackeval.Evaluator(
        {
            "PRINT_RESULTS": False, "PRINT_CONFIG": False, "TIME_PROGRESS": False, "OUTPUT_SUMMARY": False,
            "OUTPUT_DETAILED": False, "PLOT_CURVES": False, "RETURN_ON_ERROR": False, "BREAK_ON_ERROR": True,
            "LOG_ON_ERROR": None,
        }
    )  # fmt: skip
    metrics = [trackeval.metrics.HOTA(), trackeval.metrics.CLEAR({"PRINT_CONFIG": False}),
               trackeval.metrics.Identity({"PRINT_CONFIG": False})]  # fmt: skip
    with contextlib.redirect_stdout(io.StringIO()):
        results, _ = evaluator.evaluate([dataset], metrics)
    result = results["MotChallenge2DBox"]["kapao"]["COMBINED_SEQ"]["pedestrian"]
    assert min(result["HOTA"]["HOTA"]) > 0.999, f"HOTA {result['HOTA']['HOTA']}"
    assert (result["CLEAR"]["MOTA"], result["CLEAR"]["IDSW"], result["Identity"]["IDF1"]) == (1, 0, 1)


@check
def trc_opens_in_opensim_without_gaps(native: Native, out: Path):
    import opensim

    files = sorted(out.glob("out_person*.trc"))
    assert [file.name for file in files] == [f"out_person{track:02}.trc" for track in native.tracks]
    for track, file in zip(native.tracks, files):
        table = opensim.TimeSeriesTableVec3(str(file))
        frames = [person.frame for person in native.people if person.track == track]
        expected = range(min(frames), max(frames) + 1)
        assert table.getNumRows() == len(expected)
        same(table.getIndependentColumn(), [native.times[frame] for frame in expected], "time", 1e-6)
        labels = list(table.getColumnLabels())
        for row, frame in enumerate(expected):
            values = table.getRowAtIndex(row)
            points = {label: [values[index][axis] for axis in range(3)] for index, label in enumerate(labels)}
            assert not any(math.isnan(value) for point in points.values() for value in point)
            person = native.one(frame, track)
            if person is None:
                continue
            wanted = {
                "Hip": person.middle("left_hip", "right_hip"),
                "Neck": person.middle("left_shoulder", "right_shoulder"),
                "Nose": person.points["nose"],
                "LWrist": person.points["left_wrist"],
                "RAnkle": person.points["right_ankle"],
            }
            for label, point in wanted.items():
                if point is not None:
                    same(points[label], [point[0], -point[1], 0], f"{file.name} frame {frame} {label}")


@check
def the_official_layout_has_a_row_of_triples_for_each_frame(native: Native, out: Path):
    with open(out / "out.kapao.csv", newline="") as file:
        rows = list(csv.reader(file))
    assert len(rows) == native.frame_count
    for frame, row in enumerate(rows):
        people = sorted(native.at(frame), key=lambda person: -person.score)
        assert len(row) == 51 * len(people)
        expected = [value for person in people for point in body(person) for value in (point or (None, None))[:2]]
        found = [float(value) if value else None for index, value in enumerate(row) if index % 3 < 2]
        same(found, expected, f"frame {frame}")


# MARK: - Running


def write_all(program: str, arguments: list[str], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    targets = [argument for name, path in FORMATS.items() for argument in ("--export", f"{name}={folder / path}")]
    subprocess.run([program, *arguments, "--quiet", *targets], check=True)


def texts(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def export_and_convert_agree(program: str, video: str, work: Path) -> None:
    write_all(program, ["export", video, "--end", "1"], work / "export")
    write_all(program, ["convert", str(work / "export/out.csv")], work / "convert")
    exported, converted = texts(work / "export"), texts(work / "convert")
    assert set(exported) == set(converted), set(exported) ^ set(converted)
    # The official layout alone has more digits than the native CSV.
    different = [name for name in exported if exported[name] != converted[name] and name != "out.kapao.csv"]
    assert not different, different


def main() -> int:
    program, work = sys.argv[1], Path(sys.argv[2])
    source = Path(__file__).parent / "walk.csv"
    write_all(program, ["convert", str(source)], work / "walk")
    native = Native(source)
    runs = [(function.__name__, lambda function=function: function(native, work / "walk")) for function in CHECKS]
    if len(sys.argv) > 3:
        name = export_and_convert_agree.__name__
        runs.append((name, lambda: export_and_convert_agree(program, sys.argv[3], work)))
    failed = 0
    for name, run in runs:
        try:
            run()
            print("passed:", name.replace("_", " "))
        except Exception:
            failed += 1
            print("FAILED:", name.replace("_", " "))
            traceback.print_exc()
    print(f"{len(runs) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
