"""Files from PyTorch's daily life besides plain state dicts of one module: what is read, and what must be refused."""

from argparse import Namespace
from typing import Any

import numpy as np
import safetensors.torch
import torch
from torch import nn
from torch.nn.utils import parametrizations

from .formats_torch_modules import Built, around
from .formats_writing import Folder
from .make_formats_torch import KINDS, Kind, randomise, reference

LSTM, GRU = KINDS[0], KINDS[1]


def plain() -> Built:
    """An LSTM inside a module."""
    return Built(nn.ModuleDict({"rnn": nn.LSTM(3, 5)}), lambda module: [module["rnn"]], 5)


def language(units: int = 5, width: int = 3) -> Built:
    """A small language model."""
    parts = {"emb": nn.Embedding(9, width), "lstm": nn.LSTM(width, units), "fc": nn.Linear(units, 9)}
    return around(parts, units, softmax=True, options={"readout_kind": "softmax"})


class Extras:
    """Writes the files one after the other, each with random weights of its own."""

    def __init__(self, folder: Folder) -> None:
        self.folder, self.count = folder, 0

    def start(self, built: Built, precision: str = "float32") -> tuple[Built, np.random.Generator]:
        """A module with random weights."""
        self.count += 1
        rng = np.random.default_rng(7000 + self.count)
        randomise(built.module, precision, rng)
        return built, rng

    def accept(
        self, name: str, file: str, built: Built, rng: np.random.Generator, *, kind: Kind = LSTM,
        precision: str = "float32", **more: Any,
    ) -> None:  # fmt: skip
        """Write the expectation, and the line."""
        reference(f"torch-{name}", kind, built, precision, rng, 8)
        if built.options:
            more["options"] = built.options | more.get("options", {})
        self.folder.accepted(file, f"torch-{name}", **more)

    def save(self, content: Any, file: str, **options: Any) -> str:
        """Write by `torch.save`."""
        torch.save(content, self.folder.path(file), **options)
        return file

    def strided(self) -> None:
        """Transposed views into one storage, none at its beginning."""
        built, rng = self.start(plain())
        storage, place, state = torch.zeros(400), 7, {}
        for name, tensor in built.module.state_dict().items():
            part = storage[place : place + tensor.numel()]
            view = part.view(tensor.shape[::-1]).t() if tensor.ndim == 2 else part
            state[name] = view.copy_(tensor)
            place += tensor.numel()
        self.accept("strided", self.save(state, "torch-strided.pt"), built, rng)

    def compiled(self) -> None:
        """As `torch.compile` names a module's parameters."""
        built, rng = self.start(plain())
        state = {f"_orig_mod.{name}": tensor for name, tensor in built.module.state_dict().items()}
        self.accept("compiled", self.save(state, "torch-compiled.pt"), built, rng)

    def lightning(self) -> None:
        """A checkpoint of a training framework: weights among callbacks, optimisers and hyperparameters."""
        built, rng = self.start(language())
        weights = {f"model.{name}": tensor for name, tensor in built.module.state_dict().items()}
        state = {0: {"step": torch.tensor(3.0), "exp_avg": torch.zeros(20, 3)}}
        checkpoint = {
            "epoch": 2, "pytorch-lightning_version": "2.4.0", "state_dict": weights, "loops": {"fit_loop": {"a": None}},
            "callbacks": {"ModelCheckpoint{'monitor': None}": {"best_model_score": torch.tensor(0.3)}},
            "optimizer_states": [{"state": state, "param_groups": [{"lr": 1e-3, "betas": (0.9, 0.999)}]}],
            "lr_schedulers": [], "hyper_parameters": {"hidden_size": 5, "dropout": 0.1}, "args": Namespace(cuda=False),
        }  # fmt: skip
        self.accept("lightning", self.save(checkpoint, "torch-lightning.ckpt"), built, rng)

    def averaged(self) -> None:
        """Weights and their moving averages, both whole: which is meant is asked."""
        average, _ = self.start(plain())
        built, rng = self.start(plain())
        file = self.save({"model": average.module.state_dict(), "ema": built.module.state_dict()}, "torch-averaged.pth")
        self.accept("averaged", file, built, rng, options={"module": "ema.rnn"})
        self.folder.refused(file, "ChoiceNeeded", "ema.rnn")

    def mixed(self) -> None:
        """An LSTM in float64 between an embedding and a readout in float32."""
        built, rng = self.start(language())
        built.module["lstm"].double()
        for parameter in built.module["lstm"].parameters():
            parameter.add_(torch.rand(parameter.shape, dtype=torch.float64) * 1e-9)
        safetensors.torch.save_file(built.module.state_dict(), self.folder.path("torch-mixed.safetensors"))
        self.accept("mixed", "torch-mixed.safetensors", built, rng, precision="float64")

    def shared(self) -> None:
        """Tied weights as `save_model` keeps them: under one of their two names."""
        built, rng = self.start(language(4, 4))
        built.module["fc"].weight = built.module["emb"].weight
        safetensors.torch.save_model(built.module, str(self.folder.path("torch-shared.safetensors")))
        self.accept("shared", "torch-shared.safetensors", built, rng)

    def translator(self) -> None:
        """Encoder and decoder, each with its own embedding, and a readout that belongs to the decoder."""
        parts = {
            "encoder": nn.ModuleDict({"embedding": nn.Embedding(9, 3), "rnn": nn.GRU(3, 5)}),
            "decoder": nn.ModuleDict(
                {"embedding": nn.Embedding(8, 3), "rnn": nn.GRU(3, 5), "fc_out": nn.Linear(5, 8)}
            ),
        }  # fmt: skip
        built, rng = self.start(
            Built(
                nn.ModuleDict(parts), lambda module: [module["decoder"]["rnn"]], 5,
                lambda module: module["decoder"]["embedding"].weight.data, lambda module: module["decoder"]["fc_out"],
                softmax=True, options={"module": "decoder.rnn"},
            )
        )  # fmt: skip
        file = "torch-translator.safetensors"
        safetensors.torch.save_file(built.module.state_dict(), self.folder.path(file))
        self.accept("translator", file, built, rng, kind=GRU)
        self.folder.refused(file, "ChoiceNeeded", "encoder.rnn")

    def plain_arrays(self) -> None:
        """Arrays without any names, in the order of the state dict: only the user knows whose they are."""
        built, rng = self.start(plain())
        np.savez(self.folder.path("torch-plain.npz"), *(one.numpy() for one in built.module.state_dict().values()))
        self.accept("plain", "torch-plain.npz", built, rng, options={"convention": "torch"})
        self.folder.refused("torch-plain.npz", "ChoiceNeeded", "convention")

    def univariate(self) -> None:
        """One number in, one number out."""
        parts = {"lstm": nn.LSTM(1, 4), "linear": nn.Linear(4, 1)}
        built, rng = self.start(around(parts, 4, options={}))
        safetensors.torch.save_file(built.module.state_dict(), self.folder.path("torch-univariate.safetensors"))
        self.accept("univariate", "torch-univariate.safetensors", built, rng)

    def refused(self) -> None:
        """What is no state dict, or one that cannot be computed from."""
        refuse, lstm = self.folder.refused, nn.LSTM(3, 5)
        refuse(self.save(lstm, "torch-whole_module.pt"), "UnsafeFile", "state_dict")
        torch.jit.script(lstm).save(self.folder.path("torch-script.pt"))
        refuse("torch-script.pt", "Unsupported", "TorchScript")
        old = self.save(lstm.state_dict(), "torch-legacy.pt", _use_new_zipfile_serialization=False)
        refuse(old, "Unsupported", "1.6")
        state = lstm.state_dict()
        refuse(
            self.save({**state, "weight_hh_l0": state["weight_hh_l0"] / 0}, "torch-infinite.pt"), "FormatError", "inf"
        )
        del state["weight_hh_l0"]
        refuse(self.save(state, "torch-incomplete.pt"), "FormatError", "weight_hh_l0")
        parametrizations.weight_norm(lstm, "weight_hh_l0")
        refuse(self.save(lstm.state_dict(), "torch-weight_norm.pt"), "Unsupported", "parametri")
        narrow = {name: tensor.to(torch.float8_e4m3fn) for name, tensor in nn.GRU(3, 5).state_dict().items()}
        refuse(self.save(narrow, "torch-float8.pt"), "FormatError", "float8")


def make(folder: Folder) -> None:
    """Write every file."""
    extras = Extras(folder)
    for write in (
        extras.strided, extras.compiled, extras.lightning, extras.averaged, extras.mixed, extras.shared,
        extras.translator, extras.univariate, extras.plain_arrays, extras.refused,
    ):  # fmt: skip
        write()
