"""The KAPAO network: the YOLOv5-P6 family of mid-2021 with K + 1 classes and 2K keypoint channels a box.

Modules carry the names of the official checkpoints (`model.<i>.…`), so their weights load unchanged.
"""

from dataclasses import dataclass, field, replace

import torch
from torch import nn

STRIDES = (8, 16, 32, 64)
ANCHORS = (
    (19, 27, 44, 40, 38, 94),
    (96, 68, 86, 152, 180, 137),
    (140, 301, 303, 264, 238, 542),
    (436, 615, 739, 380, 925, 792),
)
BN_EPS = 1e-3
BN_MOMENTUM = 0.03


@dataclass(frozen=True)
class Architecture:
    """What defines a network. `anchors`: per stride w, h of three anchors in pixels."""

    keypoints: int = 17
    width: float = 0.25
    depth: float = 0.33
    anchors: tuple[tuple[float, ...], ...] = field(default=ANCHORS)

    @property
    def channels_per_anchor(self) -> int:
        """x y w h, objectness, K + 1 class scores, 2K keypoint values."""
        return 5 + (self.keypoints + 1) + 2 * self.keypoints

    def channels(self, nominal: int) -> int:
        return int(-(-nominal * self.width // 8) * 8)

    def repeats(self, nominal: int) -> int:
        return max(round(nominal * self.depth), 1)


class Conv(nn.Module):
    """Convolution, batch normalisation, SiLU."""

    def __init__(self, inputs: int, outputs: int, kernel: int = 1, stride: int = 1):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)
        self.bn = nn.BatchNorm2d(outputs, eps=BN_EPS, momentum=BN_MOMENTUM)
        self.act = nn.SiLU(inplace=True)

    def forward(self, x):
        return self.act(self.bn(self.conv(x)))


class Focus(nn.Module):
    """Space to depth (even/odd rows and columns become channels), then a convolution."""

    def __init__(self, inputs: int, outputs: int, kernel: int):
        super().__init__()
        self.conv = Conv(4 * inputs, outputs, kernel)

    def forward(self, x):
        even, odd = x[..., ::2, :], x[..., 1::2, :]
        return self.conv(torch.cat((even[..., ::2], odd[..., ::2], even[..., 1::2], odd[..., 1::2]), 1))


class Bottleneck(nn.Module):
    """1×1, 3×3 and, where `shortcut`, the input added."""

    def __init__(self, channels: int, shortcut: bool):
        super().__init__()
        self.cv1 = Conv(channels, channels)
        self.cv2 = Conv(channels, channels, 3)
        self.shortcut = shortcut

    def forward(self, x):
        y = self.cv2(self.cv1(x))
        return x + y if self.shortcut else y


class C3(nn.Module):
    """Cross-stage partial block: one half through bottlenecks, one past them, joined by a 1×1."""

    def __init__(self, inputs: int, outputs: int, repeats: int, shortcut: bool):
        super().__init__()
        half = outputs // 2
        self.cv1 = Conv(inputs, half)
        self.cv2 = Conv(inputs, half)
        self.cv3 = Conv(2 * half, outputs)
        self.m = nn.Sequential(*(Bottleneck(half, shortcut) for _ in range(repeats)))

    def forward(self, x):
        return self.cv3(torch.cat((self.m(self.cv1(x)), self.cv2(x)), 1))


class SPP(nn.Module):
    """Spatial pyramid pooling with kernels 3, 5 and 7."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        half = inputs // 2
        self.cv1 = Conv(inputs, half)
        self.cv2 = Conv(4 * half, outputs)
        self.m = nn.ModuleList(nn.MaxPool2d(k, 1, k // 2) for k in (3, 5, 7))

    def forward(self, x):
        x = self.cv1(x)
        return self.cv2(torch.cat([x] + [pool(x) for pool in self.m], 1))


class Concat(nn.Module):
    def forward(self, x):
        return torch.cat(x, 1)


class Detect(nn.Module):
    """A 1×1 convolution a stride. Returns the raw maps, each (batch, anchor, y, x, channel)."""

    def __init__(self, architecture: Architecture, inputs: list[int]):
        super().__init__()
        self.per_anchor = architecture.channels_per_anchor
        anchors = torch.tensor(architecture.anchors, dtype=torch.float32).view(len(STRIDES), 3, 2)
        self.register_buffer("anchor_pixels", anchors, persistent=False)
        self.m = nn.ModuleList(nn.Conv2d(n, 3 * self.per_anchor, 1) for n in inputs)
        self._start_quiet(architecture.keypoints + 1)

    def _start_quiet(self, classes: int):
        """Biases such that an untrained network expects about 8 objects in a 640 px image."""
        for conv, stride in zip(self.m, STRIDES):
            bias = conv.bias.detach().view(3, -1)
            bias[:, 4] += torch.log(torch.tensor(8 / (640 / stride) ** 2))
            bias[:, 5:5 + classes] += torch.log(torch.tensor(0.6 / (classes - 0.99)))

    def forward(self, maps):
        out = []
        for x, conv in zip(maps, self.m):
            x = conv(x)
            n, _, h, w = x.shape
            out.append(x.view(n, 3, self.per_anchor, h, w).permute(0, 1, 3, 4, 2))
        return out


class Network(nn.Module):
    """Images (batch, 3, H, W), RGB in 0…1, H and W multiples of 64, to four raw maps (see `Detect`)."""

    def __init__(self, architecture: Architecture = Architecture()):
        super().__init__()
        self.architecture = architecture
        layers, self.sources = _layers(architecture)
        self.model = nn.Sequential(*layers)
        self.frozen = 0

    def freeze(self, count: int) -> "Network":
        """The first `count` layers stay as they are, batch statistics included: training costs less without them."""
        self.frozen = count
        self.model[:count].requires_grad_(False)
        return self.train(self.training)

    def train(self, mode: bool = True) -> "Network":
        super().train(mode)
        self.model[:self.frozen].eval()
        return self

    def for_keypoints(self, count: int) -> "Network":
        """Itself, or for another number of keypoints a network with these weights and a fresh head."""
        if count == self.architecture.keypoints:
            return self
        other = Network(replace(self.architecture, keypoints=count))
        head = f"model.{len(self.model) - 1}."
        other.load_state_dict({n: t for n, t in self.state_dict().items() if not n.startswith(head)}, strict=False)
        return other

    def forward(self, x):
        kept = []
        with torch.no_grad():
            for layer in self.model[:self.frozen]:
                x = layer(x)
                kept.append(x)
        for layer, source in list(zip(self.model, self.sources))[self.frozen:]:
            if isinstance(source, tuple):
                x = layer([x if i == -1 else kept[i] for i in source])
            else:
                x = layer(x)
            kept.append(x)
        return x


def _layers(a: Architecture):
    """The 34 layers and where each takes its input from (None: the layer before)."""
    c, r = a.channels, a.repeats

    def up_and_join():
        return nn.Upsample(scale_factor=2, mode="nearest"), Concat()

    plan = [
        (Focus(3, c(64), 3), None),
        (Conv(c(64), c(128), 3, 2), None),
        (C3(c(128), c(128), r(3), True), None),
        (Conv(c(128), c(256), 3, 2), None),
        (C3(c(256), c(256), r(9), True), None),
        (Conv(c(256), c(512), 3, 2), None),
        (C3(c(512), c(512), r(9), True), None),
        (Conv(c(512), c(768), 3, 2), None),
        (C3(c(768), c(768), r(3), True), None),
        (Conv(c(768), c(1024), 3, 2), None),
        (SPP(c(1024), c(1024)), None),
        (C3(c(1024), c(1024), r(3), False), None),
    ]
    for nominal, skip, skip_nominal in ((768, 8, 768), (512, 6, 512), (256, 4, 256)):
        before = c(1024) if nominal == 768 else c(768 if nominal == 512 else 512)
        up, join = up_and_join()
        plan += [
            (Conv(before, c(nominal)), None),
            (up, None),
            (join, (-1, skip)),
            (C3(c(nominal) + c(skip_nominal), c(nominal), r(3), False), None),
        ]
    for nominal, lateral, outputs in ((256, 20, 512), (512, 16, 768), (768, 12, 1024)):
        plan += [
            (Conv(c(nominal), c(nominal), 3, 2), None),
            (Concat(), (-1, lateral)),
            (C3(2 * c(nominal), c(outputs), r(3), False), None),
        ]
    plan.append((Detect(a, [c(256), c(512), c(768), c(1024)]), (23, 26, 29, 32)))
    layers, sources = zip(*plan)
    return layers, sources
