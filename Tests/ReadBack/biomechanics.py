"""Sports2D and Pose2Sim on what kapao-video writes for them."""

import contextlib
import copy
import io
import json
import logging
import subprocess
from pathlib import Path

import numpy as np
from native import Native, Person

# Two cameras that look the same way, a metre apart, at people four metres away: everything is further left in the right one.
FOCUS, DISTANCE = 1000.0, 4.0
DISPARITY = FOCUS / DISTANCE


def sports2d_angles(native: Native, trc: Path, work: Path) -> dict[str, np.ndarray]:
    """The angles in degrees that Sports2D measures in a TRC in pixels, by name, and `time`."""
    work.mkdir()
    video = work / "walk.mp4"
    picture = f"testsrc=s=1280x720:r=25:d={native.frame_count / 25}"
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", picture, "-pix_fmt", "yuv420p", video], check=True)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        from Sports2D.Sports2D import DEFAULT_CONFIG, process

        config = copy.deepcopy(DEFAULT_CONFIG)
        config["base"] |= {
            "video_input": [str(video)], "load_trc_px": str(trc), "visible_side": ["right"], "time_range": [],
            "person_ordering_method": "highest_likelihood", "show_realtime_results": False, "save_vid": False,
            "save_img": False, "result_dir": str(work),
        }  # fmt: skip
        # The backend is named so that it looks for none: no network runs.
        config["pose"] |= {"pose_model": "body", "backend": "onnxruntime", "device": "cpu"}
        config["px_to_meters_conversion"] |= {"to_meters": False, "make_c3d": False, "save_calib": False}
        config["angles"]["correct_segment_angles_with_floor_angle"] = False
        config["post-processing"] |= {
            "show_graphs": False, "save_graphs": False, "filter": False, "reject_outliers": False, "min_chunk_size": 1,
            "interpolate": False, "fill_large_gaps_with": "nan",
        }  # fmt: skip
        process(config)
    (file,) = work.rglob("*angles*.mot")
    lines = file.read_text().splitlines()
    names = lines[lines.index("endheader") + 1].split("\t")
    rows = [[float(value or "nan") for value in line.split("\t")] for line in lines[lines.index("endheader") + 2 :]]
    return dict(zip(names, np.array(rows).T))


def sports2d_body_length(program: str, poses: Path, work: Path) -> float:
    """The length in pixels that Sports2D gives the body of the one person of a native CSV, without its factor for foreshortening."""
    subprocess.run([program, "convert", str(poses), "--quiet", "--export", f"sports2d={work / 'body.trc'}"], check=True)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        from Pose2Sim.common import compute_height, read_trc

        (file,) = work.glob("body_px_person*.trc")
        positions, _, _, markers, _ = read_trc(str(file))
        positions.columns = [name for name in markers for _ in range(3)]
        return float(compute_height(positions))


def elevation(person: Person, start: tuple[str, ...], end: tuple[str, ...]) -> float | None:
    """How far the line from one place to another rises, in degrees; places are in the middle of keypoints."""

    def place(names: tuple[str, ...]):
        points = [person.points[name] for name in names]
        return None if None in points else np.mean([point[:2] for point in points], axis=0)

    a, b = place(start), place(end)
    return None if a is None or b is None else float(np.degrees(np.arctan2(a[1] - b[1], b[0] - a[0])))


def pose2sim_project(folder: Path, project: Path, *, without: tuple[int, ...] = ()) -> None:
    """A project of two cameras, both with the people of a folder; the second has them in the opposite order."""
    (project / "calibration").mkdir(parents=True)
    (project / "Config.toml").write_text("")
    cameras = ""
    for index in range(2):
        cameras += f"""[cam{index + 1}]
name = "cam{index + 1}"
size = [1280.0, 720.0]
matrix = [[{FOCUS}, 0.0, 640.0], [0.0, {FOCUS}, 360.0], [0.0, 0.0, 1.0]]
distortions = [0.0, 0.0, 0.0, 0.0]
rotation = [0.0, 0.0, 0.0]
translation = [{-float(index)}, 0.0, 0.0]
fisheye = false
"""
        target = project / "pose" / f"cam{index + 1}_json"
        target.mkdir(parents=True)
        for file in folder.iterdir():
            content = json.loads(file.read_text())
            for person in content["people"]:
                points = person["pose_keypoints_2d"]
                for point in range(len(points) // 3):
                    if point in without:
                        points[3 * point : 3 * point + 3] = [0, 0, 0]
                    elif points[3 * point + 2]:
                        points[3 * point] -= index * DISPARITY
            content["people"] = content["people"][:: 1 - 2 * index]
            (target / file.name).write_text(json.dumps(content))
    (project / "calibration" / "Calib.toml").write_text(cameras)


def pose2sim_associate(project: Path, *, model: str, several: bool) -> str:
    """Runs Pose2Sim's association of people between cameras; gives its log."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        from Pose2Sim.personAssociation import associate_all

        log = io.StringIO()
        handler = logging.StreamHandler(log)
        logging.getLogger().addHandler(handler)
        level = logging.getLogger().level
        logging.getLogger().setLevel(logging.INFO)
        try:
            associate_all(
                {
                    "project": {"project_dir": str(project), "multi_person": several},
                    "pose": {"pose_model": model},
                    "personAssociation": {
                        "single_person": {"tracked_keypoint": "Neck", "reproj_error_threshold_association": 0.5}
                    },
                }
            )
        finally:
            logging.getLogger().removeHandler(handler)
            logging.getLogger().setLevel(level)
    return log.getvalue()


def pose2sim_pairs(project: Path) -> list[tuple[list[float], list[float]]]:
    """The points of the people that were associated: of each in both cameras, frame by frame."""
    pairs = []
    first, second = sorted((project / "pose-associated").iterdir())
    for one in sorted(first.iterdir()):
        people = [json.loads((folder / one.name).read_text())["people"] for folder in (first, second)]
        pairs += [tuple(person.get("pose_keypoints_2d", []) for person in pair) for pair in zip(*people)]
    return [pair for pair in pairs if pair[0] and pair[1]]


SIDES = {"R": "right_", "L": "left_"}


def pose2sim_angles(person: Person) -> dict[str, float]:
    """The angles in degrees that Pose2Sim's and Sports2D's own function gives for a person who faces right, by name."""
    from Pose2Sim.common import angle_dict, fixed_angles

    def place(marker: str):
        pair = {"Neck": ("left_shoulder", "right_shoulder"), "Hip": ("left_hip", "right_hip")}.get(marker)
        if pair:
            point = person.middle(*pair)
        else:
            point = person.points.get(SIDES.get(marker[0], "") + marker[1:].lower())
        return None if point is None else point[:2]

    places = {name: [place(marker) for marker in markers] for name, (markers, *_) in angle_dict.items()}
    return {name: float(fixed_angles(points, name)) for name, points in places.items() if None not in points}
