"""Makes walk.csv and walk.json: a native CSV with everything that a reader must get right.

Twelve frames at 25 frames a second with one frame dropped by the camera (a longer step in time), two people, one of whom
is away for two frames, a frame with nobody, keypoints that are missing, confirmed and regressed ones, and people in an
order that is not that of their tracks.
"""

import json
import math
from pathlib import Path

NAMES = (
    "nose left_eye right_eye left_ear right_ear left_shoulder right_shoulder left_elbow right_elbow left_wrist "
    "right_wrist left_hip right_hip left_knee right_knee left_ankle right_ankle"
).split()
# Each keypoint beside the middle of the body, as parts of the person's height.
BODY = [
    (0, -0.45), (0.03, -0.48), (-0.03, -0.48), (0.06, -0.46), (-0.06, -0.46), (0.12, -0.3), (-0.12, -0.3),
    (0.18, -0.1), (-0.18, -0.1), (0.2, 0.05), (-0.2, 0.05), (0.08, 0.05), (-0.08, 0.05), (0.09, 0.3), (-0.09, 0.3),
    (0.1, 0.5), (-0.1, 0.5),
]  # fmt: skip
FOLDER = Path(__file__).parent


def fields(frame: int, track: int) -> list[str]:
    """Everything of a row after the track."""
    height = 200 if track == 1 else 260
    x, y = (300 + 7.25 * frame, 310) if track == 1 else (900 - 5.5 * frame, 330)
    points = [(x + dx * height, y + dy * height + 3 * math.sin(frame + i)) for i, (dx, dy) in enumerate(BODY)]
    left, top = min(p[0] for p in points) - 8, min(p[1] for p in points) - 8
    right, bottom = max(p[0] for p in points) + 8, max(p[1] for p in points) + 8
    row = [f"{0.93 - 0.01 * frame - 0.1 * (track == 2):.4f}"]
    row += [f"{value:.2f}" for value in (left, top, right, bottom)]
    for i, (px, py) in enumerate(points):
        if (track == 2 and i == 3) or (track == 1 and i in (9, 10) and 2 <= frame <= 4):
            row += [""] * 4
        elif (i + frame) % 3:
            row += [f"{px:.2f}", f"{py:.2f}", f"{0.5 + 0.02 * i:.4f}", "kp"]
        else:
            row += [f"{px:.2f}", f"{py:.2f}", "", "pose"]
    return row


def main() -> None:
    header = "frame,time_s,pts,track_id,person_score,bbox_x1,bbox_y1,bbox_x2,bbox_y2".split(",")
    header += [f"{name}_{column}" for name in NAMES for column in ("x", "y", "conf", "src")]
    rows, people = [header], 0
    for frame in range(12):
        pts = (frame + (frame >= 8)) * 512
        start = [str(frame), f"{pts / 12800:.6f}", str(pts)]
        tracks = [] if frame == 5 else [1] if frame in (6, 7) else [2, 1] if frame % 2 else [1, 2]
        people += len(tracks)
        rows += [[*start, str(track), *fields(frame, track)] for track in tracks]
        if not tracks:
            rows.append(start + [""] * (len(header) - 3))
    (FOLDER / "walk.csv").write_text("".join(",".join(row) + "\n" for row in rows))
    description = {
        "program": {"name": "kapao-video", "version": "0.1.0"},
        "source": {
            "name": "walk.mp4", "frame_rate": "25/1", "time_base": "1/12800", "width": 1280, "height": 720,
            "rotation": 0, "duration": 0.52,
        },
        "model": {"name": "kapao_n", "architecture": "kapao-n", "backend": "onednn", "input_size": 640},
        "skeleton": {"name": "coco", "keypoints": NAMES},
        "settings": {"keypoint_objects_only": False},
        "started": "2024-01-01T00:00:00Z", "ended": "2024-01-01T00:00:01Z",
        "totals": {"frames": 12, "people": people, "damaged": 0, "interrupted": False},
    }  # fmt: skip
    (FOLDER / "walk.json").write_text(json.dumps(description, indent=2, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
