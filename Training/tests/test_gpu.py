"""The GPU's pictures are the CPU's, and its run goes on with the long run; all on the CPU here."""

import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from gpu.pack import pack, unpack
from gpu.pictures import Pictures, recoloured
from kapao_training.augment import warp
from kapao_training.dataset import Person, Sample
from kapao_training.export import load_exported
from kapao_training.network import Architecture
from kapao_training.state import State, save_state
from test_state import trained

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def packed(tmp_path_factory) -> Path:
    """Six smooth pictures of two people each, one of whom is to be ignored."""
    folder, rng = tmp_path_factory.mktemp("pack"), np.random.default_rng(0)
    images, people = [], []
    for i in range(6):
        small = rng.integers(0, 255, (6, 8, 3), np.uint8)
        cv2.imwrite(str(folder / f"{i}.png"), cv2.resize(small, (160, 120 - 4 * i), interpolation=cv2.INTER_CUBIC))
        images.append({"id": i, "file_name": f"{i}.png"})
        points = [v for k in range(17) for v in (40 + 3 * k, 30 + 2 * k, 2 if k % 5 else 0)]
        people.append({"image_id": i, "bbox": [35, 25, 60, 50], "keypoints": points, "label": "human"})
        people.append({"image_id": i, "bbox": [100, 10, 30, 60], "ignore": 1, "label": "machine"})
    (folder / "a.json").write_text(
        json.dumps({"images": images, "annotations": people, "categories": [{"id": 1, "name": "person"}]}))
    pack(folder / "a.json", folder, folder / "a.pack", 100_000, side=160)
    return folder / "a.pack"


def test_a_pack_keeps_within_its_size_and_gives_images_and_people_back(packed):
    head, images = unpack(packed)
    assert packed.stat().st_size <= 100_000
    assert [i.shape for i in images] == [(120 - 4 * k, 160, 3) for k in range(6)]
    first, second = head["images"][0]["people"]
    assert first["keypoints"][3:6] == [43, 32, 2] and not first["ignore"] and second["ignore"]


def test_a_pack_that_cannot_be_small_enough_is_refused(packed, tmp_path):
    with pytest.raises(SystemExit, match="more than 500"):
        pack(packed.parent / "a.json", packed.parent, tmp_path / "b.pack", 500)


@pytest.mark.parametrize("scale, angle", [(1.0, 0.0), (1.7, 0.3), (0.6, -2.0), (0.45, 0.0)])
def test_windows_and_people_are_those_of_the_cpu(packed, scale, angle):
    head, images = unpack(packed)
    pictures = Pictures(head, images, torch.device("cpu"))
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    shift = np.array([64, 64]) - turn @ (65, 50)
    matrix = np.column_stack((turn, shift))
    entries = head["images"][2]["people"]
    sample = Sample(images[2][:, :, ::-1], [Person(
        np.array([*p["bbox"][:2], p["bbox"][0] + p["bbox"][2], p["bbox"][1] + p["bbox"][3]], np.float32),
        np.reshape(p["keypoints"] or np.zeros(51), (17, 3)).astype(np.float32), p["ignore"]) for p in entries])
    wanted = warp(sample, matrix, 128, 128)
    which, maps = torch.tensor([2]), torch.tensor(matrix, dtype=torch.float32)[None]
    got = pictures.render(which, maps, 128, 128)[0].permute(1, 2, 0).numpy()[:, :, ::-1]
    assert np.abs(got - wanted.pixels).mean() < 2.5     # borders are blended there and not here
    limit = torch.full((1, 2), 128.0)
    boxes, points, ignored, kept = pictures.people(which, maps, torch.zeros_like(limit), limit)
    assert kept[0].sum() == len(wanted.people)
    for j, person in zip(kept[0].nonzero()[:, 0], wanted.people):
        assert np.allclose(boxes[0, j], person.box, atol=0.01)
        assert bool(ignored[0, j]) == person.ignore
        if not person.ignore:
            labelled = person.keypoints[:, 2] > 0
            assert np.array_equal(points[0, j, :, 2] > 0, labelled)
            assert np.allclose(points[0, j, labelled, :2], person.keypoints[labelled, :2], atol=0.01)


def test_batches_have_people_where_their_pixels_are(packed):
    # A white patch around keypoint 1 of the person in every picture.
    head, images = unpack(packed)
    images = [np.zeros_like(i) for i in images]
    for i in images:
        i[27:38, 38:49] = 255
    torch.manual_seed(0)
    pictures, seen = Pictures(head, images, torch.device("cpu")), 0
    for batch in [pictures.mosaics(8, 192, 0.5) for _ in range(4)] + [pictures.crops(8, 128) for _ in range(4)]:
        size = batch.images.shape[-1]
        for owner, points, ignored in zip(batch.owner, batch.keypoints, batch.ignored):
            x, y, v = points[1].tolist()
            other = pictures.flip[1]
            if not ignored and v and 6 < x < size - 6 and 6 < y < size - 6 and points[other, 2]:
                brightest = batch.images[owner, :, int(y) - 1:int(y) + 2, int(x) - 1:int(x) + 2].mean()
                near = [batch.images[owner, :, int(b), int(a)].mean() for a, b in points[[1, 2], :2].tolist()
                        if 0 <= a < size and 0 <= b < size]
                seen += 1
                assert max(brightest, *near) > 90
    assert seen > 30


def test_grey_stays_grey_and_some_pictures_lose_their_colour():
    torch.manual_seed(0)
    grey = torch.full((16, 3, 4, 4), 100.0)
    out = recoloured(grey, value=0)
    assert torch.allclose(out, grey, atol=0.1)
    red = torch.zeros(64, 3, 2, 2)
    red[:, 0] = 200
    out = recoloured(red)
    colourless = (out.amax(1) - out.amin(1)).flatten(1).amax(1) < 0.1
    assert 0 < colourless.sum() < 20


def test_a_run_goes_on_with_the_long_run_and_gives_back_its_state_and_weights(packed, tmp_path):
    network, average, optimizer = trained(Architecture(width=0.125))
    save_state(tmp_path / "a.state", network, average, optimizer, step=7, images=100, minutes=3, measured=[])
    command = [sys.executable, "-m", "gpu.train", "--pack", packed, "--state", tmp_path / "a.state", "--out", tmp_path / "out",
               "--minutes", "0.4", "--size", "128", "--batch", "2", "--crop-size", "64", "--crop-batch", "3",
               "--device", "cpu"]
    done = subprocess.run(list(map(str, command)), cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert State(tmp_path / "out" / "kapao_n.state").progress["step"] > 7
    assert load_exported(tmp_path / "out" / "annealed.safetensors").architecture.width == 0.125
