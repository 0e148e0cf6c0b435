"""What a trace is compared with: the same LSTM layer in PyTorch, as a library call and written out."""

import torch
from torch import Tensor

from gatescope.core.activations import Array
from gatescope.core.cells import LSTM


class LibraryLSTM:
    """``torch.nn.LSTM``: one fused call that returns the hidden states and no gates."""

    def __init__(self, cell: LSTM) -> None:
        """Take over the weights of ``cell``; PyTorch keeps them transposed, with the same order of gates."""
        self._module = torch.nn.LSTM(cell.input_size, cell.hidden_size)
        self._module.to(torch.from_numpy(cell.kernel.copy()).dtype)
        with torch.inference_mode():
            self._module.weight_ih_l0.copy_(torch.from_numpy(cell.kernel.T.copy()))
            self._module.weight_hh_l0.copy_(torch.from_numpy(cell.recurrent_kernel.T.copy()))
            self._module.bias_ih_l0.copy_(torch.from_numpy(cell.bias.copy()))
            self._module.bias_hh_l0.zero_()

    def __call__(self, inputs: Tensor) -> Tensor:
        """Hidden states (T, H) for inputs (T, D)."""
        with torch.inference_mode():
            hidden, _ = self._module(inputs)
        return hidden


class WrittenLSTM:
    """The loop one writes in PyTorch to see the gates: the equations, step by step."""

    def __init__(self, cell: LSTM) -> None:
        """Take over the weights of ``cell``."""
        self._kernel = torch.from_numpy(cell.kernel.copy())
        self._recurrent_kernel = torch.from_numpy(cell.recurrent_kernel.copy())
        self._bias = torch.from_numpy(cell.bias.copy())

    def __call__(self, inputs: Tensor) -> dict[str, Tensor]:
        """Every quantity (T, H) by name for inputs (T, D)."""
        h = c = inputs.new_zeros(self._recurrent_kernel.shape[0])
        steps = []
        with torch.no_grad():
            for x in inputs:
                i, f, g, o = (x @ self._kernel + h @ self._recurrent_kernel + self._bias).chunk(4)
                i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
                c = f * c + i * g
                h = o * c.tanh()
                steps.append((i, f, g, o, c, h))
            return stacked(steps)

    def tuned(self, inputs: Tensor) -> dict[str, Tensor]:
        """The same by somebody who knows PyTorch well: one product for all inputs, nothing kept for gradients."""
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


def tensor(array: Array) -> Tensor:
    """The array as a tensor of its own."""
    return torch.from_numpy(array.copy())


def use_one_thread() -> None:
    """Keep PyTorch at one thread, like everything else here."""
    torch.set_num_threads(1)
