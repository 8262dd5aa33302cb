"""Learning rate and momentum over a run whose end is a number of steps or of minutes."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Schedule:
    """Warm-up over the first `warmup` share of the run, then one cosine from `rate` down to `rate · last`. With `bias`
    the rate of the biases does not rise from 0 in the warm-up but falls from there, as in the official program."""

    rate: float
    momentum: float = 0.937
    warmup: float = 0.03
    last: float = 0.01
    bias: float | None = None

    def at(self, progress: float) -> tuple[float, float]:
        """Learning rate and momentum at `progress` in 0…1."""
        progress = min(max(progress, 0.0), 1.0)
        ramp = self.ramp(progress)
        return self._cosine(progress) * ramp, self.momentum - (1 - ramp) * (self.momentum - 0.8)

    def bias_at(self, progress: float) -> float | None:
        """The learning rate of the biases, where it is another one."""
        ramp = self.ramp(progress)
        if self.bias is None or ramp == 1:
            return None
        return self.bias + (self._cosine(progress) - self.bias) * ramp

    def ramp(self, progress: float) -> float:
        """How far the warm-up has come, 0…1."""
        return min(max(progress, 0.0) / self.warmup, 1.0) if self.warmup else 1.0

    def _cosine(self, progress: float) -> float:
        return self.rate * (self.last + (1 - self.last) * (1 + math.cos(math.pi * progress)) / 2)


@dataclass(frozen=True)
class Steady:
    """For one long run that is stopped and continued: `rate` from the first steps after each start, during which an optimiser
    whose momentum was not kept gathers it anew. With `falling` it falls in a straight line to `last` of itself: the
    end of such a run."""

    rate: float
    falling: bool = False
    momentum: float = 0.937
    last: float = 0.01
    ramp: int = 60

    def at(self, progress: float, steps: int) -> tuple[float, float]:
        """Learning rate and momentum after `steps` steps since the start, at `progress` in 0…1 of a falling rate."""
        share = 1 - (1 - self.last) * min(max(progress, 0.0), 1.0) if self.falling else 1.0
        return self.rate * share * min((steps + 1) / self.ramp, 1.0), self.momentum


def progress(step: int, steps: int | None, seconds: float, minutes: float | None) -> float:
    """The share of the run that is over, by whichever limit is nearer."""
    shares = [step / steps] if steps else []
    if minutes:
        shares.append(seconds / (60 * minutes))
    return max(shares) if shares else 0.0
