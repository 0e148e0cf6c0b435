"""Weight files to import, made without any framework: random numbers under the names that frameworks give them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import safetensors.numpy

from gatescope.core.cells import LSTM
from gatescope.core.formats import save_network
from gatescope.core.network import Layer, Network

from .measuring import CannotMeasureError

if TYPE_CHECKING:
    from gatescope.core.activations import Array


@dataclass(frozen=True)
class Size:
    """An LSTM layer of ``units`` H that reads ``inputs`` D, in float32."""

    inputs: int
    units: int

    def __str__(self) -> str:
        return f"H = {self.units:,}, D = {self.inputs:,}"


def torch_tensors(size: Size) -> dict[str, Array]:
    """The layer under PyTorch's names, in its layout: (4H, D), (4H, H) and two biases (4H,)."""
    random, rows = np.random.default_rng(0), 4 * size.units
    shapes = {
        "lstm.weight_ih_l0": (rows, size.inputs),
        "lstm.weight_hh_l0": (rows, size.units),
        "lstm.bias_ih_l0": (rows,),
        "lstm.bias_hh_l0": (rows,),
    }
    scale = np.float32(size.units**-0.5)
    return {name: (random.random(shape, np.float32) - np.float32(0.5)) * scale for name, shape in shapes.items()}


def write_state_dict(path: Path, size: Size) -> None:
    """PyTorch's state dict as safetensors."""
    safetensors.numpy.save_file(torch_tensors(size), path)


def write_canonical(path: Path, size: Size) -> None:
    """The canonical file of the same layer."""
    w, u, b, b_h = torch_tensors(size).values()
    save_network(Network((Layer(LSTM(w.T, u.T, b + b_h)),)), path)


def write_npz(path: Path, size: Size) -> None:
    """PyTorch's state dict as NumPy's archive."""
    np.savez(path, allow_pickle=False, **torch_tensors(size))


def write_pt(path: Path, size: Size) -> None:
    """PyTorch's state dict as PyTorch saves it."""
    try:
        import torch
    except ModuleNotFoundError:
        raise CannotMeasureError(".pt files are written by PyTorch: pip install '.[bench]'") from None
    torch.save({name: torch.from_numpy(array) for name, array in torch_tensors(size).items()}, path)


def write_keras(path: Path, size: Size) -> None:
    """Weights as Keras 3 saves them without a configuration."""
    try:
        import h5py
    except ModuleNotFoundError:
        raise CannotMeasureError("HDF5 files need h5py: pip install '.[formats]'") from None
    w, u, b, _ = torch_tensors(size).values()
    with h5py.File(path, "w") as file:
        for index, array in enumerate((w.T, u.T, b)):
            file[f"layers/lstm/cell/vars/{index}"] = array


def write_onnx(path: Path, size: Size) -> None:
    """One ONNX node."""
    try:
        from onnx import TensorProto, helper, numpy_helper, save
    except ModuleNotFoundError:
        raise CannotMeasureError("ONNX files need onnx: pip install '.[formats]'") from None
    w, u, b, b_h = torch_tensors(size).values()
    weights = {"W": w[None], "R": u[None], "B": np.concatenate((b, b_h))[None]}
    node = helper.make_node("LSTM", ["X", *weights], ["Y"], hidden_size=size.units)
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in "XY"]
    tensors = [numpy_helper.from_array(array, name) for name, array in weights.items()]
    graph = helper.make_graph([node], "layer", values[:1], values[1:], tensors)
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8), path)


OTHERS: dict[str, Callable[[Path, Size], None]] = {
    "safetensors": write_state_dict,
    "npz": write_npz,
    "pt": write_pt,
    "weights.h5": write_keras,
    "onnx": write_onnx,
}
"""Each format that is measured for information, with what writes it."""
