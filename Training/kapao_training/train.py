"""Trains a KAPAO network on COCO-format keypoints.

    python -m kapao_training.train --data train.json --images train/ --out run/ --minutes 120

Stopped with Ctrl-C or a signal it writes its checkpoint; `--resume` goes on from it. With `--state` it is one long run at a
steady rate, which any machine can go on with (see `state`). Started by `torchrun`, its processes train one network
together (see `peers`).
"""

import argparse
import csv
import random
import signal
import time
from pathlib import Path

import torch

from . import peers
from .average import Average
from .checkpoint import load_checkpoint, load_network, save_checkpoint
from .data import Pictures, stream
from .dataset import PackedDataset
from .evaluate import FIGURES, evaluate
from .loss import PARTS, Gains, Loss
from .network import Architecture, Network
from .optimise import make_optimizer, set_rate
from .postprocess import Thresholds
from .recipe import RECIPES
from .export import load_exported, unfold
from .schedule import Schedule, Steady, progress
from .state import State, describe, save_state
from .targets import make_objects


def options(arguments: list[str] | None = None) -> argparse.Namespace:
    p = argparse.ArgumentParser(
        description=__doc__.splitlines()[0], formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    p.add_argument("--data", required=True, help="COCO JSON to train on")
    p.add_argument("--images", required=True, help="its images")
    p.add_argument("--val-data", help="COCO JSON to measure on")
    p.add_argument("--val-images", help="its images")
    p.add_argument("--out", type=Path, required=True, help="folder of checkpoints, log and cache")
    p.add_argument("--cache", type=Path, help="folder of the decoded images (OUT/cache)")
    p.add_argument("--start", help="weights to start from (.pt, .ckpt or an exported .safetensors)")
    p.add_argument("--resume", action="store_true", help="go on from OUT/last.ckpt")
    p.add_argument("--state", type=Path, help="the state of a long run: goes on from it where it is there and keeps it "
                   "up to date; the rate is steady, and without --steps and --minutes there is no end")
    p.add_argument("--finish", action="store_true",
                   help="with --state: leave the state as it is and let the rate of a copy fall to its end")
    p.add_argument("--recipe", choices=sorted(RECIPES), help="settings of the paper's networks (see recipe.py), where "
                   "options do not say otherwise")
    p.add_argument("--width", type=float, default=0.25)
    p.add_argument("--depth", type=float, default=0.33)
    p.add_argument("--freeze", type=int, default=0, help="layers of the backbone to leave as they are (at most 12)")
    p.add_argument("--steps", type=int, help="length of the run in steps")
    p.add_argument("--minutes", type=float, help="length of the run in minutes of wall-clock")
    p.add_argument("--epochs", type=float, help="length of the run in passes over the pictures")
    p.add_argument("--size", type=int, default=512, help="side of the training images, a multiple of 64")
    p.add_argument("--batch", type=int, default=16)
    p.add_argument("--nominal-batch", type=int, default=0, help="gradients of smaller batches are added up to this many "
                   "pictures before a step of the optimiser")
    p.add_argument("--mosaic", type=float, default=0.65, help="share of training images that are mosaics")
    p.add_argument("--nines", type=float, default=0.0, help="share of the mosaics that are of nine pictures: small people")
    p.add_argument("--official-augmentation", action="store_true",
                   help="mosaics as the official program makes them (with --mosaic 1 --last-rate 0.2: its whole recipe)")
    p.add_argument("--multi-scale", type=float, default=0.0,
                   help="every batch is scaled by up to this share up or down (0.5 in the official program)")
    p.add_argument("--crops", type=float, default=0.0, help="share of the batches that are crops of single people")
    p.add_argument("--crop-size", type=int, default=256, help="side of these crops, a multiple of 64")
    p.add_argument("--crop-batch", type=int, help="people in such a batch (as many as make the same area)")
    p.add_argument("--human-weight", type=float, default=4.0, help="how often images with human labels are drawn")
    p.add_argument("--source-weight", action="append", nargs=2, default=[], metavar=("SOURCE", "WEIGHT"),
                   help="how often other images of a source (COCO JSON: `source`) are drawn")
    p.add_argument("--keypoint-box", type=float, help="side of keypoint objects, pixels")
    p.add_argument("--keypoint-box-share", type=float, default=0.05, help="the same as a share of --size (b_s)")
    p.add_argument("--optimizer", choices=("sgd", "adamw", "muon"), default="sgd")
    p.add_argument("--rate", type=float, default=0.01)
    p.add_argument("--last-rate", type=float, default=0.01, help="the last learning rate, as a share of the first")
    p.add_argument("--warmup", type=float, default=0.03, help="share of the run")
    p.add_argument("--warmup-epochs", type=float, help="the same in epochs, and at least 1,000 batches")
    p.add_argument("--bias-rate", type=float, help="with sgd: rate of the biases from which it falls in the warm-up")
    p.add_argument("--decay", type=float, default=5e-4, help="weight decay")
    p.add_argument("--average", type=float, default=0.9995, help="decay of the moving average")
    p.add_argument("--clip", type=float, default=10.0, help="largest norm of the gradient of a mean image")
    p.add_argument("--gains", type=float, nargs=4, default=(0.05, 0.7, 0.3, 0.025), metavar=PARTS)
    p.add_argument("--keypoint-loss", choices=("grid", "oks"), default="grid", help="unit of keypoint distances")
    p.add_argument("--scores-poses", action="store_true",
                   help="objectness of people learns how good the pose is, not only the box (with --keypoint-loss oks)")
    p.add_argument("--bf16", action="store_true", help="bfloat16 where it is safe: on CPUs that compute with it")
    p.add_argument("--threads", type=int, default=0, help="CPU threads (0: PyTorch's choice)")
    p.add_argument("--workers", type=int, default=1, help="processes that prepare batches")
    p.add_argument("--meet-every", type=int, default=8, help="steps between two averagings of several processes")
    p.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    p.add_argument("--seed", type=int, default=0)
    p.add_argument("--log-every", type=int, default=50, help="steps")
    p.add_argument("--save-every", type=float, default=5, help="minutes")
    p.add_argument("--measure-every", type=float, default=20, help="minutes (0: at the end only)")
    recipe = p.parse_known_args(arguments)[0].recipe
    if recipe:
        p.set_defaults(**RECIPES[recipe])
    o = p.parse_args(arguments)
    if o.steps or o.minutes:
        o.epochs = None
    o.keypoint_box = o.keypoint_box or o.keypoint_box_share * o.size
    o.crop_batch = o.crop_batch or round(o.batch * (o.size / o.crop_size) ** 2)
    return o


def rescaled(images: torch.Tensor, spread: float, seed: int) -> tuple[torch.Tensor, float]:
    """The batch at another size, a multiple of 64 within `spread` of its own, and the scale: the same for all processes."""
    size = images.shape[-1]
    low, high = (max(round(size * (1 + s) / 64), 1) for s in (-spread, spread))
    other = 64 * random.Random(seed).randint(low, high) if spread else size
    if other == size:
        return images, 1.0
    smooth = torch.nn.functional.interpolate(images.float(), (other, other), mode="bilinear", antialias=other < size)
    return smooth.contiguous(memory_format=torch.channels_last), other / size


class Run:
    """A training run: what it needs to go on, and its files `last.ckpt`, `best.ckpt`, `log.csv`, `ap.csv`."""

    def __init__(self, o: argparse.Namespace):
        self.o, self.device = o, torch.device(o.device)
        peers.join(self.device)
        o.out.mkdir(parents=True, exist_ok=True)
        cache = o.cache or o.out / "cache"
        with peers.first_alone():
            self.dataset = PackedDataset(Path(o.data), Path(o.images), cache, max(512, o.size), o.human_weight,
                                         {source: float(weight) for source, weight in o.source_weight})
        self.pictures = Pictures(o.size, o.batch, o.mosaic, o.crops, o.crop_size, o.crop_batch,
                                 o.official_augmentation, o.nines)
        saved = load_checkpoint(o.out / "last.ckpt") if o.resume else None
        state = State(o.state) if o.state and o.state.exists() else None
        if state:
            network = state.network
        elif saved:
            network = Network(Architecture(**saved["architecture"]))
            network.load_state_dict(saved["model"])
        elif o.start and o.start.endswith(".safetensors"):
            network = unfold(load_exported(o.start), self.look()).for_keypoints(self.dataset.skeleton.count)
        elif o.start:
            network = load_network(o.start).for_keypoints(self.dataset.skeleton.count)
        else:
            network = Network(Architecture(self.dataset.skeleton.count, o.width, o.depth))
        self.network = network.to(self.device, memory_format=torch.channels_last).freeze(o.freeze).train()
        self.average = Average(self.network, o.average)
        together = max(round(o.nominal_batch / o.batch), 1) * o.batch
        decay = o.decay * together / o.nominal_batch if o.nominal_batch else o.decay
        self.optimizer = make_optimizer(
            o.optimizer, self.network, decay, torch.bfloat16 if o.bf16 else torch.float32)
        self.step, self.images, self.seconds, self.best, self.measured = 0, 0, 0.0, -1.0, []
        if state:
            self.average.network.load_state_dict(state.average.state_dict())
            state.give_moments(self.network, self.optimizer)
            self.step, self.images = state.progress["step"], state.progress["images"]
            self.measured = state.progress["measured"]
            self.seconds = 60 * state.progress["minutes"]
            self.average.updates = self.step
            if not peers.rank():
                print(describe(state.progress), flush=True)
        if saved:
            self.average.network.load_state_dict(saved["ema"])
            self.average.updates = self.step = saved["step"]
            self.optimizer.load_state_dict(saved["optimizer"])
            self.seconds, self.best, self.images = saved["seconds"], saved["best"], saved.get("images", 0)
        self.first_step, self.first_seconds = (self.step, self.seconds) if o.state else (0, 0.0)
        sigmas = self.dataset.skeleton.sigmas if o.keypoint_loss == "oks" else None
        anchors = self.network.model[-1].anchor_pixels
        self.loss = Loss(anchors, self.network.architecture.keypoints, Gains(*o.gains), sigmas, o.scores_poses)
        per_epoch = len(self.dataset) / (o.batch * peers.count())
        if o.epochs:
            o.steps = max(round(o.epochs * per_epoch), 1)
        warmup = o.warmup
        if o.warmup_epochs is not None and o.steps:
            warmup = min(max(o.warmup_epochs * per_epoch, 1000) / o.steps, 1.0)
        self.schedule = (Steady(o.rate, o.finish, last=o.last_rate) if o.state
                         else Schedule(o.rate, warmup=warmup, last=o.last_rate, bias=o.bias_rate))
        self.added = 0
        fp16 = self.device.type == "cuda" and not o.bf16
        self.precision = torch.bfloat16 if o.bf16 else torch.float16 if fp16 else None
        self.scaler = torch.amp.GradScaler(self.device.type, enabled=fp16)
        self.stopped = False

    def look(self) -> list[torch.Tensor]:
        """Some batches, in 0…1."""
        batches = stream(self.dataset, self.pictures, 0, workers=0)
        return [next(batches).images.float() / 255 for _ in range(8)]

    def done(self) -> float:
        return progress(self.step - self.first_step, self.o.steps, self.seconds - self.first_seconds, self.o.minutes)

    def rate(self) -> tuple[float, float]:
        """Learning rate and momentum now."""
        if self.o.state:
            return self.schedule.at(self.done(), self.step - self.first_step)
        return self.schedule.at(self.done())

    def accumulated(self) -> int:
        """Batches whose gradients are added up before a step of the optimiser; fewer in the warm-up."""
        if not self.o.nominal_batch:
            return 1
        ramp = 1.0 if self.o.state else self.schedule.ramp(self.done())
        return max(round(1 + ramp * (self.o.nominal_batch / self.o.batch - 1)), 1)

    def goes_on(self) -> bool:
        """Whether there is another step to do; where several processes meet, all come to the same answer."""
        if peers.count() > 1 and self.step % self.o.meet_every:
            return True
        # A signal that comes while they meet stands for the next time: nobody leaves alone.
        self.seconds, stopped = peers.average(self.network, self.seconds, self.stopped)
        return self.done() < 1 and not stopped

    def update(self, batch) -> torch.Tensor:
        """One batch, and a step of the optimiser once there are enough; the parts of the loss."""
        o = self.o
        rate, momentum = self.rate()
        set_rate(self.optimizer, rate, momentum, None if o.state else self.schedule.bias_at(self.done()))
        images = batch.images.to(self.device, non_blocking=True).contiguous(memory_format=torch.channels_last)
        owner, boxes, keypoints, ignored = (
            t.to(self.device) for t in (batch.owner, batch.boxes, batch.keypoints, batch.ignored))
        images, ratio = rescaled(images, o.multi_scale, self.step)
        keypoints[..., :2] *= ratio
        objects = make_objects(owner, boxes * ratio, keypoints, o.keypoint_box * ratio, ignored)
        with torch.autocast(self.device.type, self.precision, enabled=self.precision is not None):
            maps = self.network(images.float().div_(255))
        total, parts = self.loss(maps, objects)
        self.scaler.scale(total).backward()
        self.added += 1
        if self.added >= self.accumulated():
            self.scaler.unscale_(self.optimizer)
            if o.clip != float("inf"):
                torch.nn.utils.clip_grad_norm_(self.network.parameters(), o.clip * len(images) * self.added, foreach=True)
            self.scaler.step(self.optimizer)
            self.scaler.update()
            self.optimizer.zero_grad(set_to_none=True)
            self.average.update(self.network)
            self.added = 0
        self.step += 1
        self.images += len(images) * peers.count()
        return parts

    def save(self, name: str = "last.ckpt"):
        if peers.rank():
            return
        save_checkpoint(self.o.out / name, self.network, model=self.network.state_dict(),
                        ema=self.average.network.state_dict(), optimizer=self.optimizer.state_dict(),
                        step=self.step, images=self.images, seconds=self.seconds, best=self.best)

    def save_state(self):
        if self.o.state and not self.o.finish and not peers.rank():
            save_state(self.o.state, self.network, self.average.network, self.optimizer, step=self.step,
                       images=self.images, minutes=self.seconds / 60, measured=self.measured)

    def measure(self):
        """AP of the averaged network; the best one so far is kept as `best.ckpt`."""
        if not self.o.val_data or peers.rank():
            return
        figures = evaluate(self.average.network, self.o.val_data, self.o.val_images, t=Thresholds(fusion_distance=25))
        self._row("ap.csv", ("step", "minutes", *FIGURES),
                  (self.step, f"{self.seconds / 60:.1f}", *(f"{v:.4f}" for v in figures.values())))
        self.measured.append((self.images, round(figures["AP"], 4)))
        print(f"step {self.step}: " + "  ".join(f"{n} {v:.3f}" for n, v in figures.items()), flush=True)
        if figures["AP"] > self.best:
            self.best = figures["AP"]
            self.save("best.ckpt")

    def _row(self, name: str, head: tuple, row: tuple):
        if peers.rank():
            return
        path = self.o.out / name
        fresh = not path.exists()
        with open(path, "a", newline="") as file:
            writer = csv.writer(file)
            if fresh:
                writer.writerow(head)
            writer.writerow(row)

    def go(self):
        o, batches = self.o, stream(self.dataset, self.pictures, 1000 * peers.rank() + self.o.seed + self.step,
                                    self.o.workers)
        sums, count, saved, measured = torch.zeros(4, device=self.device), 0, self.seconds, self.seconds
        before = time.monotonic()
        while self.goes_on():
            sums, count = sums + self.update(next(batches)), count + 1
            now = time.monotonic()
            self.seconds, before = self.seconds + now - before, now
            if self.step % o.log_every == 0:
                rate = self.rate()[0]
                means = (f"{v:.5f}" for v in (sums / count).tolist())
                self._row("log.csv", ("step", "minutes", "rate", *PARTS),
                          (self.step, f"{self.seconds / 60:.2f}", f"{rate:.3e}", *means))
                sums, count = torch.zeros_like(sums), 0
            if self.seconds - saved > 60 * o.save_every:
                saved = self.seconds
                self.save()
                self.save_state()
            if o.measure_every and self.seconds - measured > 60 * o.measure_every:
                measured = self.seconds
                self.measure()
        self.save()
        self.save_state()
        if o.finish or not o.state:
            self.measure()
        print(f"stopped at step {self.step} after {self.seconds / 60:.1f} minutes", flush=True)


def main():
    o = options()
    if not (o.steps or o.minutes or o.epochs or o.state and not o.finish):
        raise SystemExit("say how long to train: --epochs, --steps or --minutes")
    if o.state and o.resume:
        raise SystemExit("--state goes on by itself: leave --resume out")
    if o.finish and not (o.state and o.state.exists()):
        raise SystemExit("--finish needs the --state of a run")
    if o.scores_poses and o.keypoint_loss != "oks":
        raise SystemExit("--scores-poses needs --keypoint-loss oks")
    if o.threads:
        torch.set_num_threads(o.threads)
    run = Run(o)

    def stop(*_):
        run.stopped = True

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    run.go()
    peers.leave()


if __name__ == "__main__":
    main()
