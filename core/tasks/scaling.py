"""Scaling that is part of a network: trained on numbers around 0, it reads and gives them as they are."""

from dataclasses import replace

import numpy as np

from ..network import Layer, Network


def fold_scaling(network: Network, mean: float, scale: float) -> Network:
    """The same network for numbers that were taken as ``(x - mean) / scale``, in the first kernel and the readout.

    It reads and gives one number a step, the former in one direction.
    """
    cell, readout = network.directions[0].cell, network.readout
    assert readout is not None  # it has learned to give numbers
    arrays = {name: array.astype(np.float64) for name, array in cell.arrays().items()}
    arrays["bias"] = arrays["bias"] - (mean / scale) * arrays["kernel"][0]
    arrays["kernel"] = arrays["kernel"] / scale
    first = cell.with_arrays({name: array.astype(cell.dtype) for name, array in arrays.items()})
    kernel, bias = readout.kernel.astype(np.float64) * scale, readout.bias.astype(np.float64) * scale + mean
    readout = replace(readout, kernel=kernel.astype(cell.dtype), bias=bias.astype(cell.dtype))
    return replace(network, layers=(Layer(first), *network.layers[1:]), readout=readout)
