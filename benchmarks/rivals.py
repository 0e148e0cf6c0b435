"""What a trace and an update are compared with: the same LSTM layer in PyTorch, as a library call and written out."""

import torch
from torch import Tensor
from torch.nn.functional import linear

from gatescope.core.activations import Array
from gatescope.core.cells import LSTM
from gatescope.core.network import Network
from gatescope.core.training import Batch


class LibraryLSTM:
    """``torch.nn.LSTM``: one fused call that returns the hidden states and no gates."""

    def __init__(self, cell: LSTM) -> None:
        """Take over the weights of ``cell``."""
        self._module = library_lstm(cell)

    def __call__(self, inputs: Tensor) -> Tensor:
        """Hidden states (T, H) for inputs (T, D)."""
        with torch.inference_mode():
            hidden, _ = self._module(inputs)
        return hidden


class LibraryTraining:
    """An update as one writes it in PyTorch: ``torch.nn.LSTM``, a linear layer, cross-entropy, clipping, Adam."""

    def __init__(self, network: Network, batch: Batch, learning_rate: float, clip_norm: float) -> None:
        """Take over the weights and the batch."""
        (layer,), readout = network.layers, network.readout
        assert isinstance(layer.forward, LSTM)
        assert readout is not None
        self._lstm = library_lstm(layer.forward)
        self._lstm.bias_hh_l0.requires_grad = False  # one bias is all that the network has
        self._readout = torch.nn.Linear(*readout.kernel.shape, dtype=tensor(readout.kernel).dtype)
        with torch.no_grad():
            self._readout.weight.copy_(tensor(readout.kernel.T))
            self._readout.bias.copy_(tensor(readout.bias))
        self._inputs, self._targets = tensor(batch.inputs.transpose(0, 2, 1)), tensor(batch.targets.reshape(-1))
        self._clip_norm = clip_norm
        self._parameters = [*self._lstm.parameters(), *self._readout.parameters()]
        self._optimiser = torch.optim.Adam(self._parameters, learning_rate)

    def __call__(self) -> float:
        """Make the next update; the loss before it."""
        self._optimiser.zero_grad()
        hidden, _ = self._lstm(self._inputs)
        loss = torch.nn.functional.cross_entropy(self._readout(hidden).flatten(0, 1), self._targets)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._parameters, self._clip_norm)
        self._optimiser.step()
        return float(loss.item())


class WrittenLSTM:
    """The loop one writes in PyTorch to see the gates of one's own ``nn.LSTM``: its equations, step by step."""

    def __init__(self, cell: LSTM) -> None:
        """Take over the weights of ``cell``, as ``nn.LSTM`` keeps them."""
        self._module = library_lstm(cell)
        self._kernel, self._recurrent_kernel, self._bias = map(tensor, (cell.kernel, cell.recurrent_kernel, cell.bias))

    def __call__(self, inputs: Tensor) -> dict[str, Tensor]:
        """Every quantity (T, H) by name for inputs (T, D)."""
        w_ih, w_hh, b_ih, b_hh = (parameter.detach() for parameter in self._module.parameters())
        h = c = inputs.new_zeros(self._module.hidden_size)
        steps = []
        with torch.no_grad():
            for x in inputs:
                i, f, g, o = (linear(x, w_ih, b_ih) + linear(h, w_hh, b_hh)).chunk(4)
                i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
                c = f * c + i * g
                h = o * c.tanh()
                steps.append((i, f, g, o, c, h))
            return stacked(steps)

    def tuned(self, inputs: Tensor) -> dict[str, Tensor]:
        """The same by somebody who knows PyTorch well.

        Weights the other way round and one bias, one product for all inputs, nothing kept for gradients.
        """
        h = c = inputs.new_zeros(self._recurrent_kernel.shape[0])
        steps = []
        with torch.inference_mode():
            for projected in inputs @ self._kernel + self._bias:
                i, f, g, o = (projected + h @ self._recurrent_kernel).chunk(4)
                i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
                c = f * c + i * g
                h = o * c.tanh()
                steps.append((i, f, g, o, c, h))
            return stacked(steps)


def stacked(steps: list[tuple[Tensor, ...]]) -> dict[str, Tensor]:
    """Each step's quantities (H,) as one (T, H) by name."""
    names = ("input_gate", "forget_gate", "candidate", "output_gate", "cell_state", "hidden_state")
    return {name: torch.stack(values) for name, values in zip(names, zip(*steps, strict=True), strict=True)}


def library_lstm(cell: LSTM) -> torch.nn.LSTM:
    """PyTorch's layer with the weights of ``cell``: it keeps them transposed, with the same order of gates."""
    module = torch.nn.LSTM(cell.input_size, cell.hidden_size, dtype=tensor(cell.kernel).dtype)
    with torch.no_grad():
        module.weight_ih_l0.copy_(tensor(cell.kernel.T))
        module.weight_hh_l0.copy_(tensor(cell.recurrent_kernel.T))
        module.bias_ih_l0.copy_(tensor(cell.bias))
        module.bias_hh_l0.zero_()
    return module


def tensor(array: Array) -> Tensor:
    """The array as a tensor of its own."""
    return torch.from_numpy(array.copy())


def use_one_thread() -> None:
    """Keep PyTorch at one thread, like everything else here."""
    torch.set_num_threads(1)
