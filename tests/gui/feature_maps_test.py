"""Feature maps: a model is opened, every map of it is PyTorch's, and other pools take the place of its own."""

import pathlib
import re
import shutil
import sys
import unittest

import numpy as np
import torch
from PIL import Image
from torch import nn

from poolscope_window import G6, WindowTest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "cli"))
import network_models as networks  # noqa: E402


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential()
        self.features.add_module("conv1", nn.Conv2d(3, 6, 3, padding=1))
        self.features.add_module("relu1", nn.ReLU(inplace=True))
        self.features.add_module("pool1", nn.MaxPool2d(2))
        self.features.add_module("conv2", nn.Conv2d(6, 8, 3, padding=1))
        self.gap = nn.AdaptiveAvgPool2d(4)
        self.fc = nn.Linear(8 * 4 * 4, 7)

    def forward(self, x):
        return self.fc(torch.flatten(self.gap(self.features(x)), 1))


class ModelTest(WindowTest):
    """Starts with the network on a random array of 32x32."""

    SIZE = (1400, 900)

    def prepare(self):
        torch.manual_seed(3)
        self.network, self.input = self.network_and_input()
        self.network.eval()
        self.network.fc.weight.data *= 12
        torch.jit.script(self.network).save(str(self.folder / "network.pt"))
        np.save(self.folder / "x.npy", self.input.numpy())
        shutil.copy(G6, self.folder)
        self.ARGUMENTS = [self.folder / "network.pt", self.folder / "x.npy"]

    def network_and_input(self):
        return Network(), torch.randn(1, 3, 32, 32)

    def shown(self, name):
        return self.document()["shown"][name]

    def output_of(self, network, path):
        """A layer's map as PyTorch gives it, and the network's answer."""
        kept = {}
        hook = network.get_submodule(path).register_forward_hook(lambda _m, _i, out: kept.update(out=out.clone()))
        with torch.no_grad():
            answer = network(self.input)
        hook.remove()
        return kept["out"][0], answer[0]

    def figures(self, side):
        """{channel: figure}, in the order of the tiles."""
        pairs = (entry.split() for entry in self.shown(f"mosaic/{side}").split("; "))
        return {int(channel): float(figure) for channel, figure, *_ in pairs}

    def answer(self):
        """[(class, rank before, share before, rank after, share after)], in percent."""
        rows = re.findall(r"class (\d+) #(\d+) ([\d.]+) → #(\d+) ([\d.]+)", self.shown("answer"))
        return [(int(c), int(rb), float(b), int(ra), float(a)) for c, rb, b, ra, a in rows]

    def assert_answer(self, before, after):
        ranked = {"before": before.softmax(0) * 100, "after": after.softmax(0) * 100}
        order = {name: shares.argsort(descending=True).tolist() for name, shares in ranked.items()}
        rows = self.answer()
        self.assertEqual([row[0] for row in rows[:5]], order["after"][:5])
        for index, rank_before, share_before, rank_after, share_after in rows:
            self.assertEqual(order["before"].index(index) + 1, rank_before)
            self.assertEqual(order["after"].index(index) + 1, rank_after)
            self.assertAlmostEqual(float(ranked["before"][index]), share_before, delta=0.0501)
            self.assertAlmostEqual(float(ranked["after"][index]), share_after, delta=0.0501)


class Layers(ModelTest):
    def test_every_layer_is_listed_with_its_shape_and_every_map_is_pytorchs(self):
        self.assertEqual(self.document()["workspace"], "feature-maps")
        self.assertEqual(
            self.shown("layers").split("; "),
            [
                "features Sequential 8×16×16",
                "features.conv1 Conv2d 6×32×32",
                "features.relu1 ReLU 6×32×32",
                "features.pool1 MaxPool2d 6×16×16",
                "features.conv2 Conv2d 8×16×16",
                "gap AdaptiveAvgPool2d 8×4×4",
                "flatten_1 flatten 128",
                "fc Linear 7",
            ],
        )
        self.wait(lambda: self.document()["shown"].get("model/proof") == "holds", "the proof")
        # The first pool is shown first; its input is what the activation gave.
        self.assertEqual(self.shown("layer"), "features.pool1")
        before, _ = self.output_of(self.network, "features.relu1")
        after, answer = self.output_of(self.network, "features.pool1")
        for side, map_ in (("before", before), ("after", after)):
            means = map_.mean((1, 2))
            shown = self.figures(side)
            self.assertEqual(list(shown), before.mean((1, 2)).argsort(descending=True).tolist())
            for channel, figure in shown.items():
                self.assertAlmostEqual(figure, float(means[channel]), delta=6e-4)
        self.assert_answer(answer, answer)
        # A convolution makes channels of its own, in their own order.
        self.click("layer/features.conv2")
        means = self.output_of(self.network, "features.conv2")[0].mean((1, 2))
        self.assertEqual(list(self.figures("after")), means.argsort(descending=True).tolist())
        self.assertEqual(len(self.figures("before")), 6)
        # What made a channel is shown beside it, through layers that keep channels apart.
        self.assertEqual(self.shown("filter"), "features.conv2: its 3×3 filter of channel 0")
        self.click("layer/features.pool1")
        self.assertEqual(self.shown("filter"), "features.conv1: its 3×3 filter")

    def test_keys_choose_layer_channel_and_order(self):
        self.assertEqual(self.key("Down")["shown"]["layer"], "features.conv2")
        self.assertEqual(self.key("Up", "Up")["shown"]["layer"], "features.relu1")
        self.key("Down")
        order = list(self.figures("before"))
        at = order.index(0)
        step = "bracketright" if at + 1 < len(order) else "bracketleft"
        self.key(step)
        expected = order[at + (1 if step == "bracketright" else -1)]
        self.assertEqual(self.document()["model"]["channel"], expected)
        self.assertEqual(self.key("s")["model"]["order"], 2)
        maxima = self.output_of(self.network, "features.relu1")[0].amax((1, 2))
        self.assertEqual(list(self.figures("before")), maxima.argsort(descending=True).tolist())
        # A pinned channel comes first.
        self.key("n")
        self.assertEqual(list(self.figures("before"))[0], expected)
        self.assertEqual(self.key("1")["workspace"], "explore")
        self.assertEqual(self.key("2")["workspace"], "feature-maps")

    def test_a_filter_leaves_what_it_finds(self):
        self.click("layers/filter")
        self.type("conv")
        names = [entry.split()[0] for entry in self.shown("layers").split("; ")]
        self.assertEqual(names, ["features.conv1", "features.conv2"])
        self.key("Return")
        self.click("layers/clear")
        self.assertEqual(len(self.shown("layers").split("; ")), 8)

    def test_the_window_of_a_cell_is_spelled_out_and_its_field_told(self):
        self.click("after/2")
        x, y, w, h = self.rect("detail/after")
        self.move(x + w * 0.4, y + h * 0.4)
        document = self.document()
        row, col = document["model"]["cell"]
        before, _ = self.output_of(self.network, "features.relu1")
        window = before[2, 2 * row : 2 * row + 2, 2 * col : 2 * col + 2].flatten().tolist()
        said = re.match(r"max\((.*)\) = (\S+)", document["shown"]["arithmetic"])
        self.assertIsNotNone(said, document["shown"]["arithmetic"])
        for text, value in zip(said[1].split(", "), window, strict=True):
            self.assertAlmostEqual(float(text), value, delta=1e-3)
        self.assertAlmostEqual(float(said[2]), max(window), delta=1e-3)
        # A 3x3 convolution with padding 1, then windows of 2 that do not overlap.
        size, where = document["shown"]["reach"].split("; ")
        self.assertEqual(size, "4×4 px, stride 2 px")
        self.assertEqual(where, f"rows {2 * row - 1}…{2 * row + 2}, cols {2 * col - 1}…{2 * col + 2}")
        # The next convolution reads 3x3 of those.
        self.assertTrue(self.click("layer/features.conv2")["shown"]["reach"].startswith("8×8 px, stride 2 px;"))

    def test_a_layer_is_opened_in_explore(self):
        self.click("after/1")
        document = self.key("e")
        self.assertEqual(document["workspace"], "explore")
        self.assertEqual(document["source"]["shape"], [1, 6, 32, 32])
        self.assertEqual(self.layers(), ["MaxPool2d(kernel_size=2, stride=2)"])
        after, _ = self.output_of(self.network, "features.pool1")
        np.testing.assert_array_equal(np.float32(self.output()).reshape(6, 16, 16), after.numpy())
        self.assertEqual(document["view"]["channel"], 1)


class Surgery(ModelTest):
    def test_an_average_in_place_of_the_maximum_changes_the_answer_as_in_pytorch(self):
        _, before = self.output_of(self.network, "features.pool1")
        self.choose("surgery/type", "Average")
        self.network.features.pool1 = nn.AvgPool2d(2)
        map_, after = self.output_of(self.network, "features.pool1")
        self.assert_answer(before, after)
        for channel, figure in self.figures("after").items():
            mean = float(map_[channel].mean())
            self.assertAlmostEqual(figure, mean, delta=6e-4)
        self.assertEqual(self.shown("surgery"), "Output stays 6×16×16, so later layers fit")
        self.assertEqual(self.shown("recipe"), "model.features.pool1 = nn.AvgPool2d(kernel_size=2, stride=2)")
        self.assertEqual(self.shown("edited"), "edited: max → average")
        # The model as it was, while B asks for it.
        self.assertEqual(self.key("b")["shown"]["edited"], "as it was opened")
        self.key("b")
        self.assertEqual(self.key("ctrl+z")["model"]["swaps"], {})
        self.assertNotIn("edited", self.document()["shown"])

    def test_a_change_that_breaks_a_later_layer_says_where_and_has_a_remedy(self):
        self.click("layer/gap")
        self.choose("surgery/type", "Average")
        self.assertIn("fc", self.shown("surgery"))
        document = self.click("surgery/remedy")
        self.assertEqual(document["model"]["swaps"], {})  # it is what the model has anyway
        self.choose("surgery/type", "Max")
        document = self.click("surgery/remedy")
        self.assertEqual(document["model"]["swaps"], {"gap": "AdaptiveMaxPool2d(output_size=4)"})
        self.assertEqual(document["shown"]["surgery"], "Output stays 8×4×4, so later layers fit")

    def test_the_changed_model_is_saved_and_runs_in_pytorch(self):
        self.choose("surgery/type", "Average")
        self.click("surgery/save")
        self.enter("browser/path", str(self.folder / "changed.pt"))
        self.click("browser/save")
        self.network.features.pool1 = nn.AvgPool2d(2)
        with torch.no_grad():
            np.testing.assert_allclose(
                torch.jit.load(str(self.folder / "changed.pt"))(self.input), self.network(self.input), rtol=1e-5
            )


class ResNet(ModelTest):
    """The ResNet-18 of the command line's tests, on a random picture of 224x224."""

    def network_and_input(self):
        return networks.ResNet18(), torch.randn(1, 3, 224, 224)

    def test_its_max_pool_is_shown_before_and_after_and_an_average_changes_the_answer(self):
        layers = self.shown("layers").split("; ")
        self.assertIn("relu ReLU 64×112×112", layers)
        self.assertIn("maxpool MaxPool2d 64×56×56", layers)
        self.assertEqual(self.shown("layer"), "maxpool")
        self.assertEqual((len(self.figures("before")), len(self.figures("after"))), (64, 64))
        _, before = self.output_of(self.network, "maxpool")
        self.assert_answer(before, before)
        self.choose("surgery/type", "Average")
        self.network.maxpool = nn.AvgPool2d(3, 2, 1)
        maps, after = self.output_of(self.network, "maxpool")
        for channel, figure in self.figures("after").items():
            self.assertAlmostEqual(figure, float(maps[channel].mean()), delta=6e-4)
        self.assert_answer(before, after)
        self.assertNotEqual(before.topk(5).indices.tolist(), after.topk(5).indices.tolist())


class Changes(ModelTest):
    def test_the_cells_that_changed_are_counted_and_listed(self):
        before, _ = self.output_of(self.network, "features.pool1")
        self.choose("surgery/type", "Average")
        self.network.features.pool1 = nn.AvgPool2d(2)
        after, _ = self.output_of(self.network, "features.pool1")
        channel = self.document()["model"]["channel"]
        changed = before != after
        told = self.shown("changes").split("; ")
        self.assertEqual(
            told[0],
            f"{int(changed.sum())} of {changed.numel()} cells, {int(changed.any(2).any(1).sum())} channels",
        )
        sizes = (before - after)[channel].abs().flatten()
        largest = sizes.topk(5)
        self.assertEqual(len(told), 6)
        for entry, at in zip(told[1:], largest.indices.tolist()):
            row, col = divmod(at, 16)
            self.assertTrue(entry.startswith(f"{row},{col}: "), entry)
        # One of them is looked at.
        row, col = divmod(int(largest.indices[1]), 16)
        document = self.click(f"changes/{row}-{col}")
        self.assertEqual(document["model"]["cell"], [row, col])
        # Where sizes differ, cells cannot be compared one by one.
        self.enter("parameter/stride/h", "1")
        self.assertIn("cannot be compared", self.shown("changes"))


class Folder(ModelTest):
    """Starts on the first of four pictures, whose names tell their classes."""

    def prepare(self):
        super().prepare()
        rng = np.random.default_rng(5)
        self.pictures = [rng.integers(0, 256, (32, 32, 3), np.uint8) for _ in range(4)]
        (self.folder / "set").mkdir()
        for i, picture in enumerate(self.pictures):
            Image.fromarray(picture).save(self.folder / "set" / f"kind-{i}.png")
        (self.folder / "labels.txt").write_text("".join(f"kind {i}\n" for i in range(7)))
        self.ARGUMENTS = [self.folder / "network.pt", self.folder / "set" / "kind-0.png"]

    def answers(self):
        """The class of each picture and the mean behind the pool, as PyTorch gives them."""
        classes, means = [], []
        for picture in self.pictures:
            x = torch.from_numpy(picture.astype(np.float32)).permute(2, 0, 1)[None] / 255
            self.input = (x - 0.5) / 0.5
            map_, answer = self.output_of(self.network, "features.pool1")
            classes.append(int(answer.argmax()))
            means.append(float(map_.mean()))
        return classes, sum(means) / len(means)

    def test_both_models_are_compared_over_all_pictures(self):
        self.choose("model/preset", "−1 to 1")
        self.click("model/prepare")
        self.enter("model/resize", "0")
        self.enter("model/crop", "0")
        self.enter("model/labels", str(self.folder / "labels.txt"))
        self.choose("surgery/type", "Average")
        document = self.click("folder/run")
        self.wait(lambda: "folder" in self.document()["shown"], "the comparison")
        before, mean_before = self.answers()
        self.network.features.pool1 = nn.AvgPool2d(2)
        after, mean_after = self.answers()
        same = sum(a == b for a, b in zip(before, after))
        right = [sum(answer == i for i, answer in enumerate(answers)) for answers in (before, after)]
        document = self.document()
        told = document["shown"]["folder"]
        self.assertTrue(told.startswith(f"{same} of 4 same, {right[0]} and {right[1]} of 4 right; means "), told)
        shown = [float(text) for text in told.split("means ")[1].split(" and ")]
        np.testing.assert_allclose(shown, [mean_before, mean_after], rtol=0.01)
        matrix = {f"kind {i}→kind {answer} 1" for i, answer in enumerate(after)}
        self.assertEqual(set(document["shown"]["folder/matrix"].split("; ")), matrix)
        ratio = mean_before / mean_after
        self.assertEqual(
            document["shown"].get("folder/untrained"),
            f"Not retrained. conv2 learned on values {ratio:.1f}× larger than these.",
        )


class Batch(ModelTest):
    """Reads several arrays of a file, the first with its channels last."""

    def prepare(self):
        super().prepare()
        self.batch = torch.randn(3, 3, 32, 32)
        np.savez(
            self.folder / "x.npz",
            images=self.batch.permute(0, 2, 3, 1).contiguous().numpy(),
            other=self.input.numpy(),
        )
        self.ARGUMENTS = [self.folder / "network.pt", self.folder / "x.npz"]

    def test_arrays_axes_and_samples_are_picked(self):
        self.assertEqual(self.shown("model/format"), "NHWC, detected")
        self.assertIn("3×3×32×32", self.shown("model/input"))
        for sample in range(3):
            self.assertEqual(self.document()["model"]["sample"], sample)
            self.input = self.batch[sample : sample + 1]
            map_, answer = self.output_of(self.network, "features.pool1")
            means = map_.mean((1, 2))
            for channel, figure in self.figures("after").items():
                self.assertAlmostEqual(figure, float(means[channel]), delta=6e-4)
            self.assert_answer(answer, answer)
            self.click("model/sample/+")
        self.assertEqual(self.document()["model"]["sample"], 2, "there are no more")
        # As NCHW the array has 32 channels: the model does not take it, and says so.
        self.choose("model/format", "NCHW, channels first")
        self.assertIn("conv1", self.shown("run_error"))
        self.key("ctrl+z")
        self.assertNotIn("run_error", self.document()["shown"])
        self.choose("model/member", "other")
        self.assertEqual(self.shown("model/format"), "NCHW, detected")
        self.assertIn("1×3×32×32", self.shown("model/input"))
        self.assertEqual(self.document()["model"]["sample"], 0)


class NoModel(WindowTest):
    """Looks at feature maps of a file, without a model."""

    SIZE = (1400, 900)

    def prepare(self):
        self.maps = torch.rand(1, 5, 8, 10)
        np.save(self.folder / "maps.npy", self.maps[0].numpy())
        torch.save(self.maps, self.folder / "maps.pt")

    def figures(self, side):
        pairs = (entry.split() for entry in self.document()["shown"][f"mosaic/{side}"].split("; "))
        return {int(channel): float(figure) for channel, figure, *_ in pairs}

    def assert_pooled(self, pool):
        for side, map_ in (("before", self.maps[0]), ("after", pool(self.maps)[0])):
            means = map_.mean((1, 2))
            shown = self.figures(side)
            self.assertEqual(sorted(shown), list(range(5)))
            for channel, figure in shown.items():
                self.assertAlmostEqual(figure, float(means[channel]), delta=6e-4)

    def test_maps_are_shown_before_and_after_any_pool(self):
        self.key("2")
        self.key("ctrl+o")
        document = self.enter("browser/path", str(self.folder / "maps.npy"))
        self.assertEqual(document["shown"]["model"], "none")
        self.assert_pooled(nn.MaxPool2d(2))
        self.choose("surgery/type", "Average")
        self.assert_pooled(nn.AvgPool2d(2))
        self.assertNotIn("surgery/save", self.document()["controls"])
        changed = int((nn.MaxPool2d(2)(self.maps) != nn.AvgPool2d(2)(self.maps)).sum())
        self.assertTrue(self.document()["shown"]["changes"].startswith(f"{changed} of 100 cells, 5 channels;"))
        self.assertNotIn("answer", self.document()["shown"])
        self.assertIn("2×2 px, stride 2 px", self.document()["shown"]["reach"])

    def test_a_saved_tensor_is_no_model_but_its_input(self):
        self.key("ctrl+o")
        document = self.enter("browser/path", str(self.folder / "maps.pt"))
        self.assertEqual(document["workspace"], "feature-maps")
        self.assertEqual(document["model_error"], "")
        self.assert_pooled(nn.MaxPool2d(2))


class Closed(ModelTest):
    def test_a_closed_model_leaves_what_it_read_and_comes_back_with_undo(self):
        self.choose("surgery/type", "Average")
        document = self.click("model/close")
        self.assertEqual(document["model"]["path"], "")
        self.assertEqual(document["model"]["swaps"], {})
        self.assertEqual(document["shown"]["model"], "none")
        self.assertEqual(document["shown"]["layers"], "pool MaxPool2d 3×16×16")
        self.key("ctrl+z")
        document = self.document()
        self.assertEqual(document["model"]["swaps"], {"features.pool1": "AvgPool2d(kernel_size=2, stride=2)"})
        self.network.features.pool1 = nn.AvgPool2d(2)
        after, _ = self.output_of(self.network, "features.pool1")
        for channel, figure in self.figures("after").items():
            self.assertAlmostEqual(figure, float(after[channel].mean()), delta=6e-4)

    def test_answers_of_another_model_or_size_are_not_compared(self):
        class Small(nn.Module):
            def __init__(self):
                super().__init__()
                self.pool = nn.MaxPool2d(4)

            def forward(self, x):
                return torch.flatten(self.pool(x), 1)

        self.click("layer/gap")
        self.choose("surgery/type", "Max")
        self.click("surgery/remedy")
        torch.jit.script(Small().eval()).save(str(self.folder / "small.pt"))
        self.key("ctrl+o")
        document = self.enter("browser/path", str(self.folder / "small.pt"))
        self.assertEqual(document["shown"]["layers"], "pool MaxPool2d 3×8×8; flatten_1 flatten 192")
        # More numbers come out than before.
        self.enter("parameter/stride/h", "2")
        self.assertNotIn("answer", self.document()["shown"])
        self.key("ctrl+z", "ctrl+z")
        self.assertEqual(self.shown("layers").split("; ")[0], "features Sequential 8×16×16")
        self.assertIn("#", self.shown("answer"))


class Refused(ModelTest):
    def test_what_cannot_be_opened_is_told_and_the_model_stays(self):
        torch.save(self.network.state_dict(), self.folder / "state.pt")
        layers = self.shown("layers")
        self.key("ctrl+o")
        document = self.enter("browser/path", str(self.folder / "state.pt"))
        self.assertIn("state.pt", document["model_error"])
        self.assertIn("torch.jit.script", document["model_error"])
        self.assertEqual(document["shown"]["layers"], layers)
        self.assertEqual(document["model"]["path"], str(self.folder / "network.pt"))

    def test_an_input_that_does_not_fit_is_told_and_another_one_helps(self):
        np.save(self.folder / "grey.npy", np.zeros((1, 1, 32, 32), np.float32))
        self.key("ctrl+o")
        document = self.enter("browser/path", str(self.folder / "grey.npy"))
        self.assertIn("conv1", document["shown"]["run_error"])
        self.key("ctrl+o")
        document = self.enter("browser/path", str(self.folder / "x.npy"))
        self.assertNotIn("run_error", document["shown"])


if __name__ == "__main__":
    unittest.main()
