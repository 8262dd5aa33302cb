"""Learning rate and momentum over a run whose end is a number of steps or of minutes."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Schedule:
    """Warm-up over the first `warmup` share of the run, then one cosine from `rate` down to `rate · last`."""

    rate: float
    momentum: float = 0.937
    warmup: float = 0.03
    last: float = 0.01

    def at(self, progress: float) -> tuple[float, float]:
        """Learning rate and momentum at `progress` in 0…1."""
        progress = min(max(progress, 0.0), 1.0)
        cosine = self.last + (1 - self.last) * (1 + math.cos(math.pi * progress)) / 2
        ramp = min(progress / self.warmup, 1.0) if self.warmup else 1.0
        return self.rate * cosine * ramp, self.momentum - (1 - ramp) * (self.momentum - 0.8)


def progress(step: int, steps: int | None, seconds: float, minutes: float | None) -> float:
    """The share of the run that is over, by whichever limit is nearer."""
    shares = [step / steps] if steps else []
    if minutes:
        shares.append(seconds / (60 * minutes))
    return max(shares) if shares else 0.0
