"""Trains a KAPAO network on COCO-format keypoints.

    python -m kapao_training.train --data train.json --images train/ --out run/ --minutes 120

Stopped with Ctrl-C or a signal it writes its checkpoint; `--resume` goes on from it. Started by `torchrun`, its
processes train one network together (see `peers`).
"""

import argparse
import csv
import signal
import time
from pathlib import Path

import torch

from . import peers
from .average import Average
from .checkpoint import load_checkpoint, load_network, save_checkpoint
from .data import stream
from .dataset import PackedDataset
from .evaluate import FIGURES, evaluate
from .loss import PARTS, Gains, Loss
from .network import Architecture, Network
from .optimise import make_optimizer, set_rate
from .postprocess import Thresholds
from .schedule import Schedule, progress
from .targets import make_objects


def options() -> argparse.Namespace:
    p = argparse.ArgumentParser(
        description=__doc__.splitlines()[0], formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    p.add_argument("--data", required=True, help="COCO JSON to train on")
    p.add_argument("--images", required=True, help="its images")
    p.add_argument("--val-data", help="COCO JSON to measure on")
    p.add_argument("--val-images", help="its images")
    p.add_argument("--out", type=Path, required=True, help="folder of checkpoints, log and cache")
    p.add_argument("--cache", type=Path, help="folder of the decoded images (OUT/cache)")
    p.add_argument("--start", help="weights to start from (.pt or .ckpt)")
    p.add_argument("--resume", action="store_true", help="go on from OUT/last.ckpt")
    p.add_argument("--width", type=float, default=0.25)
    p.add_argument("--depth", type=float, default=0.33)
    p.add_argument("--freeze", type=int, default=0, help="layers of the backbone to leave as they are (at most 12)")
    p.add_argument("--steps", type=int, help="length of the run in steps")
    p.add_argument("--minutes", type=float, help="length of the run in minutes of wall-clock")
    p.add_argument("--size", type=int, default=512, help="side of the training images, a multiple of 64")
    p.add_argument("--batch", type=int, default=16)
    p.add_argument("--mosaic", type=float, default=0.65, help="share of training images that are mosaics")
    p.add_argument("--human-weight", type=float, default=4.0, help="how often images with human labels are drawn")
    p.add_argument("--keypoint-box", type=float, default=25.6, help="side of keypoint objects, pixels (5 %% of 512)")
    p.add_argument("--optimizer", choices=("sgd", "adamw", "muon"), default="sgd")
    p.add_argument("--rate", type=float, default=0.01)
    p.add_argument("--last-rate", type=float, default=0.01, help="the last learning rate, as a share of the first")
    p.add_argument("--warmup", type=float, default=0.03, help="share of the run")
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
    return p.parse_args()


class Run:
    """A training run: what it needs to go on, and its files `last.ckpt`, `best.ckpt`, `log.csv`, `ap.csv`."""

    def __init__(self, o: argparse.Namespace):
        self.o, self.device = o, torch.device(o.device)
        peers.join(self.device)
        o.out.mkdir(parents=True, exist_ok=True)
        cache = o.cache or o.out / "cache"
        with peers.first_alone():
            self.dataset = PackedDataset(Path(o.data), Path(o.images), cache, human_weight=o.human_weight)
        saved = load_checkpoint(o.out / "last.ckpt") if o.resume else None
        if saved:
            network = Network(Architecture(**saved["architecture"]))
            network.load_state_dict(saved["model"])
        elif o.start:
            network = load_network(o.start).for_keypoints(self.dataset.skeleton.count)
        else:
            network = Network(Architecture(self.dataset.skeleton.count, o.width, o.depth))
        self.network = network.to(self.device, memory_format=torch.channels_last).freeze(o.freeze).train()
        self.average = Average(self.network, o.average)
        self.optimizer = make_optimizer(
            o.optimizer, self.network, o.decay, torch.bfloat16 if o.bf16 else torch.float32)
        self.step, self.seconds, self.best = 0, 0.0, -1.0
        if saved:
            self.average.network.load_state_dict(saved["ema"])
            self.average.updates = self.step = saved["step"]
            self.optimizer.load_state_dict(saved["optimizer"])
            self.seconds, self.best = saved["seconds"], saved["best"]
        sigmas = self.dataset.skeleton.sigmas if o.keypoint_loss == "oks" else None
        anchors = self.network.model[-1].anchor_pixels
        self.loss = Loss(anchors, self.network.architecture.keypoints, Gains(*o.gains), sigmas, o.scores_poses)
        self.schedule = Schedule(o.rate, warmup=o.warmup, last=o.last_rate)
        fp16 = self.device.type == "cuda" and not o.bf16
        self.precision = torch.bfloat16 if o.bf16 else torch.float16 if fp16 else None
        self.scaler = torch.amp.GradScaler(self.device.type, enabled=fp16)
        self.stopped = False

    def done(self) -> float:
        return progress(self.step, self.o.steps, self.seconds, self.o.minutes)

    def goes_on(self) -> bool:
        """Whether there is another step to do; where several processes meet, all come to the same answer."""
        if peers.count() > 1 and self.step % self.o.meet_every:
            return True
        # A signal that comes while they meet stands for the next time: nobody leaves alone.
        self.seconds, stopped = peers.average(self.network, self.seconds, self.stopped)
        return self.done() < 1 and not stopped

    def update(self, batch) -> torch.Tensor:
        """One step of the optimiser; the parts of the loss."""
        o = self.o
        rate, momentum = self.schedule.at(self.done())
        set_rate(self.optimizer, rate, momentum)
        images = batch.images.to(self.device, non_blocking=True).contiguous(memory_format=torch.channels_last)
        objects = make_objects(*(t.to(self.device) for t in (batch.owner, batch.boxes, batch.keypoints)),
                               o.keypoint_box)
        with torch.autocast(self.device.type, self.precision, enabled=self.precision is not None):
            maps = self.network(images.float().div_(255))
        total, parts = self.loss(maps, objects)
        self.scaler.scale(total).backward()
        self.scaler.unscale_(self.optimizer)
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), o.clip * len(images), foreach=True)
        self.scaler.step(self.optimizer)
        self.scaler.update()
        self.optimizer.zero_grad(set_to_none=True)
        self.average.update(self.network)
        self.step += 1
        return parts

    def save(self, name: str = "last.ckpt"):
        if peers.rank():
            return
        save_checkpoint(self.o.out / name, self.network, model=self.network.state_dict(),
                        ema=self.average.network.state_dict(), optimizer=self.optimizer.state_dict(),
                        step=self.step, seconds=self.seconds, best=self.best)

    def measure(self):
        """AP of the averaged network; the best one so far is kept as `best.ckpt`."""
        if not self.o.val_data or peers.rank():
            return
        figures = evaluate(self.average.network, self.o.val_data, self.o.val_images, t=Thresholds(fusion_distance=25))
        self._row("ap.csv", ("step", "minutes", *FIGURES),
                  (self.step, f"{self.seconds / 60:.1f}", *(f"{v:.4f}" for v in figures.values())))
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
        o, batches = self.o, stream(self.dataset, self.o.size, self.o.batch, self.o.mosaic,
                                    1000 * peers.rank() + self.o.seed + self.step, self.o.workers)
        sums, count, saved, measured = torch.zeros(4, device=self.device), 0, self.seconds, self.seconds
        before = time.monotonic()
        while self.goes_on():
            sums, count = sums + self.update(next(batches)), count + 1
            now = time.monotonic()
            self.seconds, before = self.seconds + now - before, now
            if self.step % o.log_every == 0:
                rate = self.schedule.at(self.done())[0]
                means = (f"{v:.5f}" for v in (sums / count).tolist())
                self._row("log.csv", ("step", "minutes", "rate", *PARTS),
                          (self.step, f"{self.seconds / 60:.2f}", f"{rate:.3e}", *means))
                sums, count = torch.zeros_like(sums), 0
            if self.seconds - saved > 60 * o.save_every:
                saved = self.seconds
                self.save()
            if o.measure_every and self.seconds - measured > 60 * o.measure_every:
                measured = self.seconds
                self.measure()
        self.save()
        self.measure()
        print(f"stopped at step {self.step} after {self.seconds / 60:.1f} minutes", flush=True)


def main():
    o = options()
    if not (o.steps or o.minutes):
        raise SystemExit("say how long to train: --steps or --minutes")
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
