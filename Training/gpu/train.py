"""Goes on with the long run for some minutes on one GPU, then lets the rate of a copy fall to its end.

    python -m gpu.train --pack people.pack --state state/kapao_n.state --out out --minutes 9

Writes `kapao_n.state` every two minutes and where the rate begins to fall, `annealed.safetensors` (the averaged
weights at the end) and `log.csv`. Ends by itself, whatever happens to the speed.
"""

import argparse
import csv
import time
from pathlib import Path

import torch

from gpu.pack import unpack
from gpu.pictures import Pictures
from kapao_training.average import Average
from kapao_training.data import is_crop
from kapao_training.export import export
from kapao_training.loss import PARTS, Gains, Loss
from kapao_training.optimise import make_optimizer, set_rate
from kapao_training.schedule import Steady
from kapao_training.state import State, describe, save_state
from kapao_training.targets import make_objects


def options() -> argparse.Namespace:
    p = argparse.ArgumentParser(
        description=__doc__.splitlines()[0], formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    p.add_argument("--pack", type=Path, required=True, help="images and people, as gpu.pack writes them")
    p.add_argument("--state", type=Path, required=True, help="the state of the long run, to begin with")
    p.add_argument("--out", type=Path, required=True, help="folder of the results")
    p.add_argument("--minutes", type=float, default=9, help="everything included")
    p.add_argument("--fall", type=float, default=0.55, help="share of the time over which the rate falls")
    p.add_argument("--rate", type=float, default=0.002)
    p.add_argument("--batch", type=int, default=192, help="whole pictures in a batch")
    p.add_argument("--size", type=int, default=640)
    p.add_argument("--crop-batch", type=int, default=768)
    p.add_argument("--crop-size", type=int, default=256)
    p.add_argument("--crops", type=float, default=0.5, help="share of the batches that are crops of people")
    p.add_argument("--mosaic", type=float, default=0.5, help="share of the whole pictures that are mosaics")
    p.add_argument("--keypoint-box", type=float, default=25.6)
    p.add_argument("--decay", type=float, default=0.02)
    p.add_argument("--average", type=float, default=0.999)
    p.add_argument("--human-weight", type=float, default=4, help="how often images with human labels are drawn")
    p.add_argument("--save-every", type=float, default=2, help="minutes")
    p.add_argument("--compile", action="store_true",
                   help="torch.compile, if it trains faster: tried after the first steps, a minute or two")
    p.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    return p.parse_args()


class Forward:
    """The network, compiled if that is faster: both are timed over some steps of the run itself, which goes on."""

    FIRST, LAST = 20, 40        # of the steps that are timed

    def __init__(self, network: torch.nn.Module, wish: bool):
        self.choice, self.network, self.tried = network, network, [] if wish else [0.0, 0.0]
        self.step, self.begun = 0, 0.0

    def __call__(self, images: torch.Tensor) -> list[torch.Tensor]:
        if len(self.tried) < 2:
            self._time()
        return self.choice(images)

    def failed(self, error: Exception):
        print(f"not compiled: {str(error).splitlines()[0]}", flush=True)
        self.choice, self.tried = self.network, [0.0, 0.0]

    def _time(self):
        if self.step in (self.FIRST, self.LAST):
            if torch.cuda.is_available():
                torch.cuda.synchronize()
            now = time.monotonic()
            if self.step == self.LAST:
                self.tried.append((now - self.begun) / (self.LAST - self.FIRST))
                self.step = -1
                if len(self.tried) == 1:
                    self.choice = torch.compile(self.network, dynamic=False)
                else:
                    if self.tried[0] < self.tried[1]:
                        self.choice = self.network
                    print("milliseconds a step: {:.1f}, compiled {:.1f}".format(*(1000 * t for t in self.tried)), flush=True)
            self.begun = now
        self.step += 1


def main():
    o, begun = options(), time.monotonic()
    device = torch.device(o.device)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = True
    torch.backends.cudnn.benchmark = True
    o.out.mkdir(parents=True, exist_ok=True)
    pictures = Pictures(*unpack(o.pack), device, o.human_weight)
    print(f"{len(pictures.sizes)} images after {time.monotonic() - begun:.1f} s", flush=True)
    state = State(o.state)
    print(describe(state.progress), flush=True)
    network = state.network.to(device, memory_format=torch.channels_last).train()
    average = Average(network, o.average)
    average.network.load_state_dict(state.average.state_dict())
    average.updates = state.progress["step"]
    optimizer = make_optimizer("muon", network, o.decay, torch.bfloat16)
    state.give_moments(network, optimizer)
    forward = Forward(network, o.compile)
    loss = Loss(network.model[-1].anchor_pixels, network.architecture.keypoints, Gains(0.05, 0.7, 0.3, 0.05),
                pictures.skeleton.sigmas, scores_poses=True)
    steady, falling = Steady(o.rate), Steady(o.rate, falling=True)
    step, images, saved = state.progress["step"], state.progress["images"], begun
    sums, count, first, kept, logged = torch.zeros(4, device=device), 0, step, False, begun

    def keep():
        save_state(o.out / "kapao_n.state", network, average.network, optimizer, step=step, images=images,
                   minutes=state.progress["minutes"] + (time.monotonic() - begun) / 60,
                   measured=state.progress["measured"])

    def learn(batch) -> torch.Tensor:
        objects = make_objects(batch.owner, batch.boxes, batch.keypoints, o.keypoint_box, batch.ignored)
        with torch.autocast(device.type, torch.bfloat16):
            maps = forward((batch.images / 255).contiguous(memory_format=torch.channels_last))
        total, parts = loss(maps, objects)
        (total / len(batch.images)).backward()
        return parts

    with open(o.out / "log.csv", "w", newline="") as file:
        log = csv.writer(file)
        log.writerow(("step", "images", "minutes", "rate", *PARTS))
        while (now := time.monotonic()) - begun < 60 * o.minutes:
            spent = (now - begun) / 60 / o.minutes
            fallen = (spent - (1 - o.fall)) / o.fall
            if fallen > 0 and not kept:
                keep()
                kept = True
            elif not kept and now - saved > 60 * o.save_every:
                saved = now
                keep()
            rate, momentum = (falling if kept else steady).at(max(fallen, 0), step - first)
            set_rate(optimizer, rate, momentum)
            batch = (pictures.crops(o.crop_batch, o.crop_size) if is_crop(step, o.crops)
                     else pictures.mosaics(o.batch, o.size, o.mosaic))
            try:
                parts = learn(batch)
            except Exception as error:
                if forward.choice is network:
                    raise
                forward.failed(error)
                optimizer.zero_grad(set_to_none=True)
                parts = learn(batch)
            torch.nn.utils.clip_grad_norm_(network.parameters(), 10.0, foreach=True)
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
            average.update(network)
            step, images = step + 1, images + len(batch.images)
            sums, count = sums + parts, count + 1
            if time.monotonic() - logged > 5:
                logged = time.monotonic()
                values = (sums / count).tolist()
                log.writerow((step, images, f"{(logged - begun) / 60:.2f}", f"{rate:.3e}", *(f"{v:.5f}" for v in values)))
                file.flush()
                sums, count = torch.zeros(4, device=device), 0
                if not all(v < float("inf") for v in values):
                    raise SystemExit(f"the loss is no number at step {step}")
    if not kept:
        keep()
    export(average.network.cpu(), o.out / "annealed.safetensors", "kapao-n", "GPL-3.0-or-later")
    spent = time.monotonic() - begun
    print(f"{step - first} steps, {images - state.progress['images']:,} images in {spent:.0f} s", flush=True)


if __name__ == "__main__":
    main()
