"""`model`: what it says of TorchScript models is what PyTorch's own forward hooks see in Python."""

import json
import os
import pathlib
import resource
import shutil
import tempfile
import unittest
import zipfile

import numpy as np
from PIL import Image

import network_models as networks
from poolscope_cli import CommandLineTest

torch = networks.torch


SHELF = pathlib.Path(tempfile.mkdtemp(prefix="poolscope-models-"))
CASES = {}


def setUpModule():
    """Each network once, scripted and traced, with its input."""
    unittest.addModuleCleanup(shutil.rmtree, SHELF)
    for name, make, shape in (("resnet", networks.ResNet18, (1, 3, 64, 64)), ("vgg", networks.VggLike, (2, 3, 32, 32))):
        torch.manual_seed(1)
        network, x = make().eval(), torch.randn(shape)
        CASES[name] = (network, x)
        np.save(SHELF / f"{name}.npy", x.numpy())
        torch.jit.script(network).save(str(SHELF / f"{name}_script.pt"))
        torch.jit.trace(network, x).save(str(SHELF / f"{name}_trace.pt"))


class Models(CommandLineTest):
    def model(self, *arguments):
        return self.succeed("model", *arguments)

    def info(self, file, *arguments):
        layers = json.loads(self.model("info", SHELF / file, "--json", *arguments))["layers"]
        return {layer["name"]: layer for layer in layers}

    def save_script(self, module):
        torch.jit.script(module).save(str(self.folder / "m.pt"))
        return "m.pt"

    def assert_same(self, file, tensor):
        found = self.load(file)
        self.assertEqual(found.shape, tuple(tensor.shape), file)
        self.assertEqual(found.tobytes(), tensor.numpy().tobytes(), file)


class Maps(Models):
    def test_every_module_s_map_is_what_a_forward_hook_sees_in_python(self):
        for name, (network, x) in CASES.items():
            seen = networks.hooked_maps(network, x)
            for way in ("script", "trace"):
                with self.subTest(name, way=way):
                    self.model("maps", SHELF / f"{name}_{way}.pt", "--input", SHELF / f"{name}.npy", "--output", way)
                    self.assertGreater(len(seen), 10)
                    for path, tensor in seen.items():
                        self.assert_same(f"{way}/{path or 'output'}.npy", tensor)

    def test_functional_operators_are_maps_too(self):
        network, x = CASES["vgg"]
        with torch.no_grad():
            features = network.features(x)
            pooled = torch.nn.functional.max_pool2d(features, 2)
            active = torch.relu(network.conv(pooled))
        for way in ("script", "trace"):
            self.model("maps", SHELF / f"vgg_{way}.pt", "--input", SHELF / "vgg.npy", "--output", way)
            self.assert_same(f"{way}/max_pool2d_1.npy", pooled)
            self.assert_same(f"{way}/relu_1.npy", active)

    def test_only_the_layers_asked_for_are_written(self):
        self.model(
            "maps", SHELF / "resnet_script.pt", "--input", SHELF / "resnet.npy",
            "--at", "layer1.0.bn1", "--at", "maxpool", "--output", "some",
        )  # fmt: skip
        self.assertEqual(set(self.files()), {"layer1.0.bn1.npy", "maxpool.npy", "output.npy"})

    def test_an_input_may_be_what_torch_saved(self):
        network, x = CASES["vgg"]
        with torch.no_grad():
            expected = network(x)
        for saved in (x, (x,), x.permute(0, 1, 3, 2).contiguous().permute(0, 1, 3, 2)):
            torch.save(saved, self.folder / "x.pt")
            self.model("maps", SHELF / "vgg_script.pt", "--input", "x.pt", "--at", "conv", "--output", "d")
            self.assert_same("d/output.npy", expected)

    def test_the_run_proves_itself_by_the_plain_forward_s_output(self):
        for way in ("script", "trace"):
            report = json.loads(
                self.model("info", SHELF / f"resnet_{way}.pt", "--json", "--input", SHELF / "resnet.npy")
            )
            self.assertEqual(report["output"], {"shape": [1, 1000], "proven": True})
        np.save(self.folder / "x.npy", np.zeros((1, 4), np.float32))
        file = self.save_script(networks.Noisy().eval())
        self.assertIs(json.loads(self.model("info", file, "--json", "--input", "x.npy"))["output"]["proven"], False)
        self.assertIn("not that of the plain forward", self.model("info", file, "--input", "x.npy"))
        self.assertIsNone(json.loads(self.model("info", file, "--json"))["output"])

    def test_an_input_may_have_its_channels_last_and_be_one_of_several_arrays(self):
        network, x = CASES["resnet"]
        np.savez(self.folder / "x.npz", a=np.zeros((2, 2), np.float32), b=x.permute(0, 2, 3, 1).contiguous().numpy())
        self.model(
            *("maps", SHELF / "resnet_script.pt", "--at", "maxpool", "--output", "out"),
            *("--input", "x.npz", "--array", "b", "--data-format", "channels_last"),
        )
        self.assert_same("out/maxpool.npy", networks.hooked_maps(network, x)["maxpool"])
        error = self.fail_with(1, "model", "info", SHELF / "resnet_script.pt", "--input", "x.npz", "--array", "c")
        self.assertIn("no array c; there are a, b", error)

    def test_a_picture_is_resized_cropped_and_normalised(self):
        """Values are those of the arithmetic in float32, on a picture that keeps its size."""
        picture = np.random.default_rng(3).integers(0, 256, (40, 64, 3), np.uint8)
        Image.fromarray(picture).save(self.folder / "photo.png")
        network, _ = CASES["vgg"]
        crop = torch.from_numpy(picture[4:36, 16:48].astype(np.float32)).permute(2, 0, 1)[None] / 255
        x = (crop - torch.tensor([0.1, 0.2, 0.3]).view(1, 3, 1, 1)) / 0.5
        self.model(
            *("maps", SHELF / "vgg_script.pt", "--input", "photo.png", "--output", "out"),
            *("--resize", "0", "--crop", "32", "--mean", "0.1", "0.2", "0.3", "--std", "0.5"),
        )
        with torch.no_grad():
            np.testing.assert_allclose(self.load("out/output.npy"), network(x).numpy(), rtol=1e-4, atol=1e-5)
        error = self.fail_with(1, "model", "info", SHELF / "vgg_script.pt", "--input", "photo.png", "--std", "0")
        self.assertIn("std is 0", error)

    def test_branches_loops_and_tuples_are_followed(self):
        network = networks.Winding().eval()
        x = torch.arange(36.0).reshape(1, 1, 6, 6)
        self.save("x.npy", x.numpy())
        self.model("maps", self.save_script(network), "--input", "x.npy", "--output", "d")
        self.assert_same("d/output.npy", network(x))
        self.assert_same("d/max_pool2d_with_indices_1.npy", torch.nn.functional.max_pool2d(x, 2))
        self.assert_same("d/add_1.npy", torch.nn.functional.max_pool2d(x, 2) + 3)
        self.assertNotIn("avg_pool2d_1.npy", self.files())

    def test_a_model_saved_in_training_mode_is_shown_in_evaluation(self):
        network, x = networks.VggLike(), CASES["vgg"][1]
        text = self.model("info", self.save_script(network))
        self.assertIn("note: saved in training mode", text)
        self.model("maps", "m.pt", "--input", SHELF / "vgg.npy", "--output", "d")
        with torch.no_grad():
            self.assert_same("d/output.npy", network.eval()(x))

    def test_a_model_traced_in_training_mode_is_told_of(self):
        network = networks.VggLike().train()
        torch.jit.trace(network, CASES["vgg"][1], check_trace=False).save(str(self.folder / "m.pt"))
        self.assertIn("note: traced in training mode: classifier.3 works", self.model("info", "m.pt"))


class Info(Models):
    def test_layers_are_listed_with_kind_parameters_and_shape(self):
        for way in ("script", "trace"):
            layers = self.info(f"resnet_{way}.pt", "--input", SHELF / "resnet.npy")
            conv, pool = layers["layer2.0.downsample.0"], layers["maxpool"]
            self.assertEqual((conv["kind"], conv["shape"]), ("Conv2d", [1, 128, 8, 8]))
            self.assertEqual(conv["parameters"]["stride"], [2, 2])
            self.assertEqual(conv["parameters"]["kernel_size"], [1, 1])
            self.assertEqual(conv["parameter_count"], 64 * 128)
            self.assertEqual(pool["layer"], "MaxPool2d(kernel_size=3, stride=2, padding=1)")
            self.assertEqual(layers["layer1.0.add_1"]["inputs"], ["maxpool", "layer1.0.bn2"])

    def test_all_modules_of_python_are_named_and_no_shape_is_known_without_a_run(self):
        for name, (network, _) in CASES.items():
            layers = self.info(f"{name}_script.pt")
            paths = {path for path, _ in network.named_modules() if path}
            self.assertEqual(paths - set(layers), set())
            self.assertEqual({layer["shape"] for layer in layers.values()}, {None})

    def test_pooling_stands_out(self):
        pools = {name for name, layer in self.info("vgg_trace.pt").items() if layer["is_pooling"]}
        self.assertEqual(pools, {"features.2", "max_pool2d_1", "avg_pool2d_1"})
        self.assertIn("\n* features.2 ", self.model("info", SHELF / "vgg_trace.pt"))


class Swap(Models):
    def swap(self, name, way, at, layer, *arguments):
        return self.model(
            "swap", SHELF / f"{name}_{way}.pt", "--at", at, "--layer", layer,
            "--input", SHELF / f"{name}.npy", "--output", way, *arguments,
        )  # fmt: skip

    def test_a_swap_gives_what_the_same_change_gives_in_python(self):
        network, x = CASES["resnet"]
        changed = networks.copy_of(network)
        changed.maxpool = torch.nn.AvgPool2d(2, 2)
        seen = networks.hooked_maps(changed, x)
        for way in ("script", "trace"):
            text = self.swap("resnet", way, "maxpool", "AvgPool2d(2, 2)", "--save", f"{way}.pt")
            for path, tensor in seen.items():
                self.assert_same(f"{way}/{path or 'output'}.npy", tensor)
            with torch.no_grad():
                self.assertTrue(torch.equal(torch.jit.load(str(self.folder / f"{way}.pt"))(x), seen[""]))
            before, after = network(x)[0].argmax().item(), seen[""][0].argmax().item()
            self.assertRegex(text, rf"\n  1 +{before} \(\d\.\d %\) +{after} \(")

    def test_functional_pools_deep_inside_are_swapped_and_the_rest_stays_as_it_was(self):
        network = torch.nn.Sequential(networks.VggLike(), torch.nn.ReLU()).eval()
        x = CASES["vgg"][1]
        self.save("x.npy", x.numpy())
        self.model(
            "swap", self.save_script(network), "--at", "0.max_pool2d_1", "--layer", "MinPool2d(2)",
            "--input", "x.npy", "--output", "d", "--save", "changed.pt",
        )  # fmt: skip
        with torch.no_grad():
            self.assert_same("d/0.max_pool2d_1.npy", -torch.nn.functional.max_pool2d(-network[0].features(x), 2))
            self.assert_same("d/output.npy", torch.jit.load(str(self.folder / "changed.pt"))(x))
        kept = json.loads(self.model("info", "changed.pt", "--json"))["layers"]
        self.assertIn("0.features.2", {layer["name"] for layer in kept})

    def test_pools_of_our_own_run_inside_the_model(self):
        self.model("maps", SHELF / "vgg_script.pt", "--input", SHELF / "vgg.npy", "--output", "before")
        x = self.load("before/features.1.npy")
        for layer in ("MedianPool2d(2)", "MaxBlurPool2d(2)", "StridedConv2d(3, stride=2, padding=1)"):
            self.swap("vgg", "script", "features.2", layer)
            ours = self.apply(x, layer)
            np.testing.assert_allclose(self.load("script/features.2.npy"), ours, rtol=1e-6, atol=1e-6)

    def test_a_pool_that_torchscript_cannot_hold_is_not_saved(self):
        message = self.fail_with(
            1, "model", "swap", SHELF / "vgg_script.pt", "--at", "features.2", "--layer", "MedianPool2d(2)",
            "--input", SHELF / "vgg.npy", "--output", "d", "--save", "c.pt",
        )  # fmt: skip
        self.assertIn("MedianPool2d has no form in PyTorch's operators", message)

    def test_a_size_that_a_later_layer_cannot_take_names_it_and_a_remedy(self):
        message = self.fail_with(
            1, "model", "swap", SHELF / "vgg_trace.pt", "--at", "features.2", "--layer", "MaxPool2d(3)",
            "--input", SHELF / "vgg.npy", "--output", "d",
        )  # fmt: skip
        self.assertRegex(message, r"\Aclassifier\.1 \(Linear\): mat1 and mat2 shapes cannot be multiplied")
        self.assertIn("2x8x10x10", message)
        self.assertTrue(message.endswith("it gave 2x8x16x16 before: AdaptiveMaxPool2d((16, 16)) keeps that"), message)

    def test_what_is_no_pool_is_not_swapped(self):
        message = self.fail_with(
            1, "model", "swap", SHELF / "vgg_trace.pt", "--at", "conv", "--layer", "MaxPool2d(3)",
            "--input", SHELF / "vgg.npy", "--output", "d",
        )  # fmt: skip
        self.assertEqual(
            message, "conv is a Conv2d, no pooling layer; those are features.2, max_pool2d_1, avg_pool2d_1"
        )


class BadModels(Models):
    def refused(self, file):
        return self.fail_with(1, "model", "info", file)

    def test_what_is_no_torchscript_is_told_how_to_become_it(self):
        network = CASES["vgg"][0]
        torch.save(network.state_dict(), self.folder / "weights.pt")
        torch.save(network, self.folder / "module.pt")
        torch.save(network.state_dict(), self.folder / "old.pt", _use_new_zipfile_serialization=False)
        self.write("empty.pt", b"")
        for file, what in (
            ("weights.pt", "state_dict"), ("module.pt", "pickled module"), ("old.pt", "pickle"), ("empty.pt", "empty"),
        ):  # fmt: skip
            message = self.refused(file)
            self.assertIn(what, message)
            self.assertIn('torch.jit.script(model.eval()).save("model.pt")', message)

    def test_damaged_files_are_refused(self):
        whole = (SHELF / "vgg_script.pt").read_bytes()
        for cut in (1, len(whole) // 2, len(whole) - 10):
            self.assertIn("damaged" if cut > 1 else "not a TorchScript", self.refused(self.write("m.pt", whole[:cut])))
        with zipfile.ZipFile(SHELF / "vgg_script.pt") as archive:
            code = next(member for member in archive.infolist() if member.filename.endswith(".py"))
        flipped = bytearray(whole)
        flipped[code.header_offset + 30 + whole[code.header_offset + 28] + len(code.filename) + 9] ^= 1
        self.assertIn("damaged", self.refused(self.write("m.pt", bytes(flipped))))

    def test_a_file_made_to_fill_the_memory_is_refused(self):
        with zipfile.ZipFile(self.folder / "m.pt", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("m/code/m.py", "")
            archive.writestr("m/data/0", bytes(80 << 20))
        self.assertRegex(self.refused("m.pt"), r"refused: \d+ bytes unpack to 838860\d\d, as no model does")

    def test_a_model_that_touches_files_is_not_even_loaded(self):
        for network in (networks.SavesInForward(), networks.SavesWhenLoaded(), networks.ReadsFiles()):
            with self.subTest(type(network).__name__):
                self.assertRegex(
                    self.refused(self.save_script(network)),
                    r"refused: its code \(.*\.py\) uses torch\.(save|from_file), which can read or write files",
                )
        self.assertFalse(os.path.exists(networks.FORBIDDEN))

    def test_an_input_that_the_model_cannot_take_is_told_where(self):
        self.save("x.npy", np.zeros((1, 1, 64, 64), np.float32))
        message = self.fail_with(1, "model", "maps", SHELF / "resnet_script.pt", "--input", "x.npy", "--output", "d")
        self.assertRegex(message, r"\Aconv1 \(Conv2d\): .*expected input\[1, 1, 64, 64\] to have 3 channels")

    def test_an_input_that_torch_did_not_save_as_a_tensor_is_refused(self):
        maps = ("model", "maps", SHELF / "vgg_script.pt", "--output", "d", "--input")
        self.assertIn("wrote is wanted", self.fail_with(1, *maps, SHELF / "vgg_script.pt"))
        (self.folder / "x.pt").write_bytes(b"PK\3\4 and no more")
        self.assertIn("truncated or damaged", self.fail_with(1, *maps, "x.pt"))
        torch.save(torch.zeros(3), self.folder / "x.pt")
        self.assertIn("1 axes", self.fail_with(1, *maps, "x.pt").replace("axis", "axes"))

    def test_memory_that_cannot_be_had_is_an_error_with_its_size(self):
        """1.5 GiB of addresses: LibTorch, the model and the input find room, the first map does not."""
        np.save(self.folder / "x.npy", np.zeros((16, 3, 1024, 1024), np.float32))
        limit = lambda: resource.setrlimit(resource.RLIMIT_AS, (3 << 29, 3 << 29))
        done = self.run_program("model", "info", SHELF / "resnet_script.pt", "--input", "x.npy", preexec_fn=limit)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr, "poolscope: conv1 (Conv2d): out of memory: 1024.0 MiB asked for\n")

    def test_a_model_that_throws_says_what_it_says(self):
        self.save("x.npy", np.zeros((1, 1, 4, 4), np.float32))
        message = self.fail_with(1, "model", "maps", self.save_script(networks.Throws()), "--input", "x.npy", "--output", "d")
        self.assertIn("only squares of 8", message)

    def test_other_layers_and_models_are_named(self):
        message = self.fail_with(
            1, "model", "maps", SHELF / "vgg_script.pt", "--input", SHELF / "vgg.npy", "--at", "features.22",
            "--output", "d",
        )  # fmt: skip
        self.assertIn("no layer features.22; did you mean features.2?", message)
        self.assertIn("No such file", self.refused("none.pt"))
        self.fail_with(2, "model", "info")
        self.fail_with(2, "model")


if __name__ == "__main__":
    unittest.main()
