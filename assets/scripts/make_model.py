#!/usr/bin/env python3
"""Writes assets/models/gabor-seeded.pt, a small network as TorchScript: Gabor filters, three pools, eight classes.

It is not trained: the weights after its filters come from a seed, so its classes mean nothing.
"""

import math
import pathlib

import torch
from torch import nn

TARGET = pathlib.Path(__file__).parent.parent / "models" / "gabor-seeded.pt"


def gabor(size, angle, cycles):
    """An edge and bar detector: a wave under a bell, without a mean."""
    y, x = torch.meshgrid(*[torch.arange(size) - size // 2] * 2, indexing="ij")
    along = x * math.cos(angle) + y * math.sin(angle)
    wave = torch.exp(-(x**2 + y**2) / (2 * (size / 5) ** 2)) * torch.cos(2 * math.pi * cycles * along)
    return (wave - wave.mean()) / wave.abs().sum()


class GaborNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential()
        sizes = [(3, 16, 11, 2), (16, 24, 3, 1), (24, 32, 3, 1)]
        for i, (inputs, outputs, kernel, stride) in enumerate(sizes, start=1):
            self.features.add_module(f"conv{i}", nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2))
            self.features.add_module(f"relu{i}", nn.ReLU(inplace=True))
            self.features.add_module(f"pool{i}", nn.MaxPool2d(2))
        self.head = nn.Sequential()
        self.head.add_module("gap", nn.AdaptiveAvgPool2d(1))
        self.head.add_module("flatten", nn.Flatten())
        self.head.add_module("fc", nn.Linear(32, 8))

    def forward(self, x):
        return self.head(self.features(x))


def main():
    torch.manual_seed(5)
    network = GaborNet().eval()
    filters = [gabor(11, math.pi * i / 8, cycles) for cycles in (0.11, 0.22) for i in range(8)]
    with torch.no_grad():
        network.features.conv1.weight.copy_(torch.stack(filters)[:, None].expand(-1, 3, -1, -1) / 3)
    TARGET.parent.mkdir(exist_ok=True)
    torch.jit.script(network).save(str(TARGET))


if __name__ == "__main__":
    main()
