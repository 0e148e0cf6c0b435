"""What else a file's numbers could have meant: the same network with a convention changed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import partial
from itertools import permutations, product
from typing import Any

import numpy as np

from .activations import Array
from .cells import GRU, LSTM, Cell
from .errors import ParameterError
from .network import Network

LETTERS = {"lstm": "ifgo", "gru": "rzn"}
"""The canonical order of the gates, as letters."""
LIKELY_ORDERS = ("ifgo", "iofg", "igfo", "rzn", "zrn")
"""Those of PyTorch, Keras and ONNX, and of the older TensorFlow."""
MATRICES = ("kernel", "recurrent_kernel", "bias", "recurrent_bias")
ACTIVATIONS = ("tanh", "relu", "linear", "sigmoid", "hard_sigmoid", "hard_sigmoid_02", "softsign", "elu", "softplus")
RECURRENT_ACTIVATIONS = ("sigmoid", "hard_sigmoid", "hard_sigmoid_02", "tanh")

CellChange = Callable[[Any], Any]
NetworkChange = Callable[[Network], Network]


@dataclass(frozen=True, eq=False)
class Alternative:
    """``changes`` conventions changed: ``words`` continue "it would match ...", ``options`` are what sets them."""

    words: str
    change: NetworkChange
    options: Mapping[str, Any] = field(default_factory=dict)
    changes: int = 1
    likely: bool = False

    def of(self, network: Network) -> Network | None:
        """The network with this change, None where it cannot be made."""
        try:
            return self.change(network)
        except ParameterError:
            return None

    def and_then(self, other: "Alternative") -> "Alternative":
        """Both changes."""
        return Alternative(
            f"{self.words} and {other.words.removeprefix('with ')}",
            lambda network: other.change(self.change(network)),
            {**self.options, **other.options},
            self.changes + other.changes,
        )


def alternatives(network: Network, gate_order: str | None = None) -> Iterator[Alternative]:
    """Every single change that makes sense for the network's cells, then pairs of them, likely ones first.

    ``gate_order`` is the order that was assumed for the file; only where it is known can the right option be named.
    """
    kinds = {place.cell.name for place in network.directions}
    others = [*_formulas(network), *_activations(network), *_biases(kinds), *_directions(network)]
    orders = [order for kind in sorted(kinds) if kind in LETTERS for order in _orders(kind, gate_order)]
    likely = [order for order in orders if order.likely]
    yield from likely
    yield from others
    yield from (order for order in orders if not order.likely)
    yield from (order.and_then(other) for other, order in product(others, orders))
    pairs = ((one, other) for index, one in enumerate(others) for other in others[index + 1 :])
    yield from (one.and_then(other) for one, other in pairs if not one.options.keys() & other.options.keys())


def _everywhere(change: CellChange, kind: type[Cell] = Cell) -> NetworkChange:
    """A change to every cell of a kind."""

    def of(network: Network) -> Network:
        def cell(old: Any) -> Any:
            return change(old) if isinstance(old, kind) else old

        return replace(
            network,
            layers=tuple(
                replace(one, forward=cell(one.forward), backward=cell(one.backward)) for one in network.layers
            ),
        )

    return of


def _blocks(cell: Cell, array: Array) -> list[Array]:
    return np.split(array, len(cell.gates), axis=-1)


def _arranged(places: Sequence[int], cell: Cell) -> Cell:
    """The cell with its gates' columns taken from these places."""
    arrays = cell.arrays()
    return replace(
        cell,
        **{
            name: np.concatenate([_blocks(cell, arrays[name])[place] for place in places], axis=-1)
            for name in MATRICES
            if name in arrays
        },
    )


def _orders(kind: str, assumed: str | None) -> Iterator[Alternative]:
    """Every other order of the gates, those that exchange only two of them first."""
    letters = LETTERS[kind]
    own = (assumed or "").replace("c", "g") if kind == "lstm" else (assumed or "").replace("h", "n")
    known = sorted(own) == sorted(letters)
    own = own if known else letters
    identity = tuple(range(len(letters)))

    def moved(order: tuple[int, ...]) -> int:
        return sum(a != b for a, b in zip(order, identity, strict=True))

    for places in sorted(permutations(identity), key=moved):
        if places == identity:
            continue
        # The block that was taken for letters[place] is really letters[gate].
        really = {letters[place]: letters[gate] for gate, place in enumerate(places)}
        order = "".join(really[letter] for letter in own)
        yield Alternative(
            f"with the gates in the order {order} instead of {own} (gate_order={order})"
            if known
            else f"with the gates that are taken for {', '.join(own)} being {', '.join(order)}",
            _everywhere(partial(_arranged, places), LSTM if kind == "lstm" else GRU),
            {"gate_order": order} if known else {},
            likely=order in LIKELY_ORDERS,
        )


def _formulas(network: Network) -> Iterator[Alternative]:
    grus = [place.cell for place in network.directions if isinstance(place.cell, GRU)]
    if not grus:
        return
    for after in {not cell.reset_after for cell in grus}:
        side = "after" if after else "before"
        yield Alternative(
            f"with the reset gate {side} the recurrent product (reset_after={str(after).lower()})",
            _everywhere(partial(replace, reset_after=after), GRU),
            {"reset_after": after},
        )
    yield Alternative(
        "with an update gate that takes the candidate where it is 1, instead of keeping the old state",
        _everywhere(_negated_update, GRU),
    )


def _negated_update(cell: GRU) -> Cell:
    signs = np.repeat(np.array([1, -1, 1], cell.dtype), cell.hidden_size)
    return replace(cell, **{name: getattr(cell, name) * signs for name in MATRICES})


def _activations(network: Network) -> Iterator[Alternative]:
    for option, values in (("activation", ACTIVATIONS), ("recurrent_activation", RECURRENT_ACTIVATIONS)):
        used = {getattr(place.cell, option) for place in network.directions if option in _names(place.cell)}
        for value in values if used else ():
            if used == {value}:
                continue
            names = {option, "output_activation"} if option == "activation" else {option}
            yield Alternative(f"with {option}={value}", _everywhere(partial(_with, names, value)), {option: value})


def _with(names: set[str], value: str, cell: Cell) -> Cell:
    options: dict[str, Any] = dict.fromkeys(names & _names(cell), value)
    return replace(cell, **options)


def _names(cell: Cell) -> set[str]:
    return {entry.name for entry in fields(cell)}


def _biases(kinds: set[str]) -> Iterator[Alternative]:
    if "gru" in kinds:
        yield Alternative(
            "with the two biases exchanged (bias_ih and bias_hh)",
            _everywhere(lambda cell: replace(cell, bias=cell.recurrent_bias, recurrent_bias=cell.bias), GRU),
        )
    if "lstm" in kinds:
        for sign, words in ((1, "added to"), (-1, "taken from")):
            yield Alternative(
                f"with 1 {words} the forget gate's bias, as some frameworks do when they run or save it",
                _everywhere(partial(_more_forget_bias, sign), LSTM),
            )
    yield Alternative("without the bias", _everywhere(_without_bias))
    yield Alternative("with each recurrent matrix transposed", _everywhere(_transposed))


def _more_forget_bias(more: float, cell: LSTM) -> Cell:
    bias = cell.bias.copy()
    bias[cell.hidden_size : 2 * cell.hidden_size] += more
    return replace(cell, bias=bias)


def _without_bias(cell: Cell) -> Cell:
    return replace(
        cell,
        **{name: np.zeros_like(getattr(cell, name)) for name in ("bias", "recurrent_bias") if name in _names(cell)},
    )


def _transposed(cell: Cell) -> Cell:
    array = cell.recurrent_kernel
    if array.shape[0] * max(1, len(cell.gates)) != array.shape[1]:
        raise ParameterError("a recurrent matrix that is not square cannot be meant the other way round")
    blocks = np.split(array, array.shape[1] // array.shape[0], axis=1)
    return replace(cell, recurrent_kernel=np.concatenate([block.T for block in blocks], axis=1))


def _directions(network: Network) -> Iterator[Alternative]:
    def turned(whole: Network) -> Network:
        if any(len({len(cell.zero_state()["hidden_state"]) for _, cell in one.cells}) > 1 for one in whole.layers):
            raise ParameterError("directions of different sizes cannot have been exchanged")
        pairs: list[dict[str, Any]] = [{"forward": one.backward, "backward": one.forward} for one in whole.layers]
        return replace(whole, layers=tuple(replace(one, **pair) for one, pair in zip(whole.layers, pairs, strict=True)))

    both = any(len(layer.cells) == 2 for layer in network.layers)
    yield Alternative(
        "with the two directions exchanged" if both else "with the sequence read from its other end", turned
    )
