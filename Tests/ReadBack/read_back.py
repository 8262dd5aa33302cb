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
import sqlite3
import subprocess
import sys
import traceback
from pathlib import Path

import pandas as pd
from biomechanics import DISPARITY, elevation, pose2sim_angles, pose2sim_associate, pose2sim_pairs, pose2sim_project, sports2d_angles, sports2d_body_length
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
    "motchallenge": "out.mot.txt",
    "trc": "out.trc",
    "sports2d": "walk.trc",
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
def pose2sim_has_the_points_of_coco_a_neck_and_a_hip(native: Native, out: Path):
    for found, person in openpose_people(out, "pose2sim", native):
        neck, hip = (person.middle(f"left_{part}", f"right_{part}") for part in ("shoulder", "hip"))
        same(found["pose_keypoints_2d"], flat([*body(person), None, neck, hip]), "keypoints")


@check
def pose2sim_associates_people_by_the_neck(native: Native, out: Path):
    # Nobody's nose is seen; one person is taken in each of the eleven frames with anybody.
    project = out / "one_person"
    pose2sim_project(out / "pose2sim", project, without=(KEYPOINTS.index("nose"),))
    log = pose2sim_associate(project, model="Body_with_feet", several=False)
    assert "Neck not found" not in log, log
    pairs = pose2sim_pairs(project)
    assert len(pairs) == sum(bool(native.at(frame)) for frame in native.times.index), len(pairs)
    same_people(pairs)


@check
def pose2sim_associates_several_people(native: Native, out: Path):
    for model in ("Body", "Body_with_feet"):
        project = out / f"several_{model}"
        pose2sim_project(out / "pose2sim", project)
        pose2sim_associate(project, model=model, several=True)
        pairs = pose2sim_pairs(project)
        assert len(pairs) == len(native.people), len(pairs)
        same_people(pairs)


def same_people(pairs: list) -> None:
    for one, other in pairs:
        for x, y, c, x2, y2 in zip(one[::3], one[1::3], one[2::3], other[::3], other[1::3]):
            if c:
                same([x2, y2], [x - DISPARITY, y], "another person in the other camera")


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
def sports2d_measures_angles_the_right_way_up(native: Native, out: Path):
    segments = {
        "trunk": (("left_hip", "right_hip"), ("left_shoulder", "right_shoulder")),
        "shoulders": (("right_shoulder",), ("left_shoulder",)),
        "right arm": (("right_shoulder",), ("right_elbow",)),
        "left shank": (("left_knee",), ("left_ankle",)),
        "right thigh": (("right_hip",), ("right_knee",)),
    }
    for track in native.tracks:
        file = out / f"walk_px_person{track:02}.trc"
        angles = sports2d_angles(native, file, out / f"sports2d_{track}")
        assert len(angles["time"]) == native.frame_count
        for name, (start, end) in segments.items():
            for frame in range(native.frame_count):
                person = native.one(frame, track)
                if expected := person and elevation(person, start, end):
                    same([angles[name][frame]], [expected], f"{name} of {track} in frame {frame}", 0.05)


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


def angle_rows(program: str, native: Native, work: Path) -> dict[tuple[int, int], dict[str, str]]:
    """The rows of `--angles` by frame and person, each angle of which is the one that Pose2Sim's function gives."""
    table = work / "angles.csv"
    subprocess.run(
        [program, "analyse", str(native.path), "--no-clean", "--side", "right", "--quiet", "--angles", str(table)]
        + ["--mot", str(work / "walk.mot")], check=True)
    rows = {(int(r["frame"]), int(r["person"])): r for r in csv.DictReader(table.open())}
    compared = set()
    for person in native.people:
        if (person.frame, person.track) not in rows:
            assert person.track == -1
            continue
        row = rows[person.frame, person.track]
        for name, wanted in pose2sim_angles(person).items():
            period = 180 if name in ("pelvis", "shoulders") else 360
            found = float(row[name.replace(" ", "_") + "_deg"])
            assert abs((found - wanted + period / 2) % period - period / 2) < 0.1, f"{name}: {found} instead of {wanted}"
            compared.add(name)
    assert len(compared) == 19, compared
    return rows


def angles_of_a_real_clip_are_those_of_pose2sim(program: str, work: Path):
    tracked = work / "tracked.csv"
    subprocess.run(
        [program, "convert", str(work / "export/out.csv"), "--tracker", "oks", "--quiet", "--export", f"csv={tracked}"], check=True)
    rows = len(angle_rows(program, Native(tracked), work))
    assert rows > 20, rows


def angles_are_those_of_pose2sim_and_opensim_reads_them(program: str, native: Native, work: Path):
    import opensim

    rows = angle_rows(program, native, work)
    for track in native.tracks:
        storage = opensim.TimeSeriesTable(str(work / f"walk_person{track:02d}.mot"))
        frames = [person.frame for person in native.people if person.track == track]
        same(storage.getIndependentColumn(), [native.times[frame] for frame in frames], "time", 1e-6)
        knee = storage.getDependentColumn("right knee").to_numpy()
        same(knee, [float(rows[frame, track]["right_knee_deg"] or "nan") for frame in frames], "right knee")


def upright(path: Path) -> list[int]:
    """A person of 300 px who slides to the right by 5 px a frame, as a native CSV; gives the frames without a left wrist."""
    places = {
        "nose": (8, -280), "shoulder": (0, -250), "elbow": (0, -195), "wrist": (4, -150), "hip": (0, -160),
        "knee": (0, -80), "ankle": (0, -10),
    }  # fmt: skip
    missing = list(range(10, 20))
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        names = [f"{name}_{part}" for name in KEYPOINTS for part in ("x", "y", "conf", "src")]
        writer.writerow(["frame", "time_s", "pts", "track_id", "person_score"] + [f"bbox_{c}" for c in ("x1", "y1", "x2", "y2")] + names)
        for frame in range(40):
            x = 200 + 5 * frame
            row = [frame, f"{frame / 25:.6f}", frame, 3, 0.9, x - 40, 200, x + 40, 520]
            for name in KEYPOINTS:
                place = places.get(name.split("_")[-1])
                gone = place is None or (name == "left_wrist" and frame in missing)
                row += ["", "", "", ""] if gone else [x + place[0], 500 + place[1], 0.8, "kp"]
            writer.writerow(row)
    return missing


def metres_and_a_database_open_where_they_are_meant_for(program: str, work: Path):
    import c3d
    import ezc3d
    import opensim

    work = work / "metres"
    work.mkdir()
    source = work / "upright.csv"
    missing = upright(source)
    subprocess.run(
        [program, "analyse", str(source), "--no-clean", "--height", "1.8", "--quiet", "--trc", str(work / "m.trc")]
        + ["--c3d", str(work / "m.c3d"), "--sqlite", str(work / "m.db"), "--summary", str(work / "m.json")], check=True)
    scale = json.loads((work / "m.json").read_text())["scale"]["metres_per_pixel"]

    # Shank, thigh, back and head are 70, 80, 90 and 1.5 · √(8² + 30²) px, as Sports2D adds them up; but it adds 0.10 px for the foot.
    parts = 70 + 80 + 90 + 1.5 * math.hypot(8, 30)
    same([sports2d_body_length(program, source, work)], [parts + 0.1], "Sports2D's length of the body", 0.01)
    length = 1.063 * parts / (1 - 1.063 * 0.039)
    same([scale], [1.8 / length], "metres a pixel", 1e-6)

    def metres(frame, x, y):
        """On the floor: 0.039 heights below the ankles, from the first contact."""
        return (5 * (frame - 1) + x) * scale, (0.039 * length - 10 - y) * scale

    wanted = {"LWrist": (4, -150), "RWrist": (4, -150), "Neck": (0, -250), "Hip": (0, -160), "RAnkle": (0, -10)}
    table = opensim.TimeSeriesTableVec3(str(work / "m_person03.trc"))
    labels = list(table.getColumnLabels())
    assert table.getTableMetaDataAsString("Units") == "m"
    with open(work / "m_person03.c3d", "rb") as file:
        reader = c3d.Reader(file)
        names = [label.strip() for label in reader.point_labels]
        frames = [points for _, points, _ in reader.read_frames()]
        assert reader.point_rate == 25 and reader.get("POINT:UNITS").string_value.strip() == "mm"
    other = ezc3d.c3d(str(work / "m_person03.c3d"))
    assert other["parameters"]["POINT"]["LABELS"]["value"] == names == labels
    assert other["parameters"]["POINT"]["RATE"]["value"][0] == 25
    assert len(frames) == table.getNumRows() == other["data"]["points"].shape[2] == 40
    for frame in range(40):
        row = table.getRowAtIndex(frame)
        for name, place in wanted.items():
            index = names.index(name)
            x, y = metres(frame, *place)
            same([row[index][axis] for axis in range(3)], [x, y, 0], f"TRC {name} in {frame}", 2e-5)
            if name == "LWrist" and frame in missing:
                assert frames[frame][index][3] == -1 and math.isnan(other["data"]["points"][0, index, frame])
                continue
            same(frames[frame][index][:4], [1000 * x, 1000 * y, 0, 0], f"c3d {name} in {frame}", 0.01)
            same(other["data"]["points"][:3, index, frame], [1000 * x, 1000 * y, 0], f"ezc3d {name} in {frame}", 0.01)

    with contextlib.closing(sqlite3.connect(work / "m.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        tables = {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        assert tables == {"frames", "people", "boxes", "keypoints", "angles", "positions", "events"}, tables
        points = pd.read_sql("SELECT * FROM keypoints WHERE keypoint = 'left_wrist'", database)
        assert list(points.frame) == [frame for frame in range(40) if frame not in missing]
        same(points.x_px, [204 + 5 * frame for frame in points.frame], "x", 1e-3)
        same(points.confidence, [0.8] * 30, "confidence", 1e-6)
        knee = pd.read_sql("SELECT degrees FROM angles WHERE angle = 'right knee'", database)
        same(knee.degrees, [0] * 40, "right knee", 1e-3)


def main() -> int:
    program, work = sys.argv[1], Path(sys.argv[2])
    source = Path(__file__).parent / "walk.csv"
    write_all(program, ["convert", str(source)], work / "walk")
    native = Native(source)
    runs = [(function.__name__, lambda function=function: function(native, work / "walk")) for function in CHECKS]
    if len(sys.argv) > 3:
        name = export_and_convert_agree.__name__
        runs.append((name, lambda: export_and_convert_agree(program, sys.argv[3], work)))
        real = angles_of_a_real_clip_are_those_of_pose2sim
        runs.append((real.__name__, lambda: real(program, work)))
    angles = angles_are_those_of_pose2sim_and_opensim_reads_them
    runs.append((angles.__name__, lambda: angles(program, native, work)))
    metres = metres_and_a_database_open_where_they_are_meant_for
    runs.append((metres.__name__, lambda: metres(program, work)))
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
