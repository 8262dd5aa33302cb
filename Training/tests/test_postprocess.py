"""Decoding, NMS and fusion."""

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from kapao_training.decode import decode
from kapao_training.network import ANCHORS
from kapao_training.official import load_official
from kapao_training.postprocess import Thresholds, iou, poses, suppress

K = 2


def prediction(x, y, side, objectness, category, keypoints=((0, 0), (0, 0))):
    scores = [0.0] * (K + 1)
    scores[category] = 1.0
    return [x, y, side, side, objectness, *scores, *np.array(keypoints, dtype=float).flatten()]


def test_decoding_equals_the_official_codes(reference):
    network = load_official(reference / "kapao_tiny_coco_random.pt")
    data = load_file(str(reference / "kapao_tiny_coco_random.io.safetensors"))
    pred = decode([data[f"raw{i}"] for i in range(4)], network.model[-1].anchor_pixels, 17)
    assert pred.shape == data["pred"].shape
    assert (pred - data["pred"]).abs().max() < 0.05


def test_decoding_of_zeros_is_the_anchor_in_the_middle_of_its_cell():
    anchors = torch.tensor(ANCHORS, dtype=torch.float32).view(4, 3, 2)
    maps = [torch.zeros(1, 3, 64 // s, 64 // s, 5 + K + 1 + 2 * K) for s in (8, 16, 32, 64)]
    first = decode(maps, anchors, K)[0, 0].tolist()
    assert first == [4, 4, 19, 27, 0.5, 0.5, 0.5, 0.5, 0, 0, 0, 0]


def test_iou_of_halves():
    assert iou(np.array([0.0, 0, 10, 10]), np.array([[5.0, 0, 15, 10]]))[0] == pytest.approx(1 / 3)


def test_suppression_keeps_the_best_of_those_that_overlap():
    boxes = np.array([[0.0, 0, 10, 10], [1, 0, 11, 10], [50, 0, 60, 10]])
    assert suppress(boxes, np.array([0.5, 0.9, 0.1]), 0.5, 10).tolist() == [1, 2]


def test_a_keypoint_object_replaces_the_nearest_poses_keypoint():
    pred = torch.tensor([
        prediction(50, 50, 60, 0.9, 0, ((40, 40), (60, 60))),
        prediction(150, 50, 60, 0.8, 0, ((140, 40), (160, 60))),
        prediction(144, 44, 10, 0.7, 1)])
    found, boxes, scores = poses(pred, K, 2.0, (10, 0), Thresholds())
    assert scores.tolist() == pytest.approx([0.9, 0.8])
    assert boxes[0].tolist() == [5, 10, 35, 40]
    assert found[0, 0].tolist() == [15, 20, 0]                               # not fused
    assert found[1, 0].tolist() == pytest.approx([67, 22, 0.7])              # (144 − 10) / 2, 44 / 2


def test_a_keypoint_object_too_far_from_any_pose_is_left():
    pred = torch.tensor([prediction(50, 50, 60, 0.9, 0, ((40, 40), (60, 60))), prediction(99, 40, 10, 0.7, 1)])
    assert poses(pred, K, 1.0, (0, 0), Thresholds(fusion_distance=50))[0][0, 0].tolist() == [40, 40, 0]
