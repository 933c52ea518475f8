"""The networks of libtorch_model_test.py: a ResNet-18, a VGG-like one, and some that misbehave."""

import copy
import sys

import torch
import torch.nn.functional as F
from torch import nn

FORBIDDEN = "/tmp/poolscope-forbidden"


class BasicBlock(nn.Module):
    def __init__(self, inputs, outputs, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        identity = x
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        if self.downsample is not None:
            identity = self.downsample(x)
        out += identity
        return self.relu(out)


class ResNet18(nn.Module):
    """Source: He et al. 2016 (Deep residual learning), as torchvision has it."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        self.layer1 = nn.Sequential(BasicBlock(64, 64), BasicBlock(64, 64))
        self.layer2 = nn.Sequential(BasicBlock(64, 128, 2), BasicBlock(128, 128))
        self.layer3 = nn.Sequential(BasicBlock(128, 256, 2), BasicBlock(256, 256))
        self.layer4 = nn.Sequential(BasicBlock(256, 512, 2), BasicBlock(512, 512))
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(512, 1000)

    def features(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        return self.layer4(self.layer3(self.layer2(self.layer1(x))))

    def forward(self, x):
        return self.fc(torch.flatten(self.avgpool(self.features(x)), 1))


class VggLike(nn.Module):
    """Pools as modules and as functions, activations in place."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(True), nn.MaxPool2d(2, 2), nn.Conv2d(8, 16, 3, padding=1), nn.ReLU(True)
        )
        self.conv = nn.Conv2d(16, 16, 3, padding=1)
        self.classifier = nn.Sequential(
            nn.Flatten(), nn.Linear(16 * 8 * 8, 32), nn.ReLU(True), nn.Dropout(), nn.Linear(32, 10)
        )

    def forward(self, x):
        x = F.max_pool2d(self.features(x), 2)
        x = F.relu(self.conv(x))
        return self.classifier(F.avg_pool2d(x, 3, 1, 1))


class Winding(nn.Module):
    """Branches that values decide, a loop, and a function that gives two maps."""

    def forward(self, x):
        if x.size(2) > 4:
            x, _ = F.max_pool2d(x, 2, return_indices=True)
        else:
            x = F.avg_pool2d(x, 2)
        for i in range(x.size(0) + 2):
            x = x + float(i)
        return x


class Twice(nn.Module):
    def forward(self, x):
        return x * 2


class SavesInForward(nn.Module):
    def forward(self, x):
        torch.save(x, "/tmp/poolscope-forbidden")
        return x


class SavesWhenLoaded(nn.Module):
    def __init__(self):
        super().__init__()
        self.training = False

    def forward(self, x):
        return x

    @torch.jit.export
    def __getstate__(self):
        return self.training

    @torch.jit.export
    def __setstate__(self, state: bool):
        self.training = state
        torch.save(torch.zeros(1), "/tmp/poolscope-forbidden")


class ReadsFiles(nn.Module):
    def forward(self, x):
        return x + torch.from_file("/tmp/poolscope-forbidden", False, 1)


class Throws(nn.Module):
    def forward(self, x):
        if x.size(2) != 8:
            raise ValueError("only squares of 8")
        return x * 2


class Noisy(nn.Module):
    """Draws random numbers, so that no run is like another."""

    def forward(self, x):
        return x + torch.rand_like(x)


def copy_of(network):
    return copy.deepcopy(network)


def hooked_maps(network, x):
    """Every module's output by its path; of a further call by the path and its number."""
    network = copy_of(network)
    maps, calls = {}, {}

    def keep(path):
        def hook(_module, _inputs, output):
            calls[path] = calls.get(path, 0) + 1
            maps[path if calls[path] == 1 else f"{path}_{calls[path]}"] = output.clone()

        return hook

    for path, module in network.named_modules():
        module.register_forward_hook(keep(path))
    with torch.no_grad():
        network(x)
    return maps


if __name__ == "__main__":
    # A ResNet-18 with random weights, for tests/bench/run.sh --model.
    torch.jit.script(ResNet18().eval()).save(sys.argv[1])
