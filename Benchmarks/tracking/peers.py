"""The trackers that ours is compared with, on the same poses. Each gives (pose index, identity) for every frame."""

import numpy as np
import supervision
import trackers
from scipy.optimize import linear_sum_assignment

from scenes import cover

CONFIDENCE = 0.5
MEMORY = 2.0


def overlap(a, b):
    share = cover(a, b)
    area, other = (a[2:] - a[:2]).prod(), (b[2:] - b[:2]).prod()
    return share * area / (area + other - share * area)


def plain_iou(frames, rate):
    """Boxes that overlap most from one frame to the next, no motion, two seconds of memory."""
    tracks, last, result = {}, 0, []
    for frame in frames:
        tracks = {key: (box, seen) for key, (box, seen) in tracks.items() if frame.time - seen <= MEMORY}
        found = [index for index, pose in enumerate(frame.found) if pose.score >= CONFIDENCE]
        keys, named = list(tracks), []
        if keys and found:
            costs = np.array([[1 - overlap(tracks[key][0], frame.found[index].box) for index in found] for key in keys])
            for row, column in zip(*linear_sum_assignment(costs)):
                if costs[row, column] < 0.7:
                    named.append((found[column], keys[row]))
        taken = {index for index, _ in named}
        for index in found:
            if index not in taken:
                last += 1
                named.append((index, last))
        for index, key in named:
            tracks[key] = (frame.found[index].box, frame.time)
        result.append(named)
    return result


def byte_track(frames, rate, **settings):
    """ByteTrack of Roboflow's `trackers`."""
    return peer(trackers.ByteTrackTracker(frame_rate=rate, **settings), frames)


def sort(frames, rate, confidence, **settings):
    """SORT of Roboflow's `trackers`, which gets confident poses alone."""
    return peer(trackers.SORTTracker(frame_rate=rate, **settings), frames, confidence)


def peer(tracker, frames, confidence=0.0):
    result = []
    for frame in frames:
        indices = [index for index, pose in enumerate(frame.found) if pose.score >= confidence]
        found = supervision.Detections(
            xyxy=np.array([frame.found[index].box for index in indices]).reshape(-1, 4),
            confidence=np.array([frame.found[index].score for index in indices]),
            class_id=np.zeros(len(indices), int), data={"index": np.array(indices, int)})
        tracked = tracker.update(found)
        result.append([(int(index), int(key)) for index, key in zip(tracked.data.get("index", []), tracked.tracker_id)
                       if key >= 0])
    return result
