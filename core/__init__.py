"""Gatescope's numerics: cells, networks and traces of everything they do. NumPy only; knows no HTTP.

>>> import numpy as np
>>> from gatescope.core import LSTM, Layer, Network, encode, trace
>>> rng = np.random.default_rng(0)
>>> cell = LSTM(rng.standard_normal((3, 8)), rng.standard_normal((2, 8)), np.zeros(8))
>>> network = Network((Layer(cell),))
>>> result = trace(network, encode(network, values=[[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]))
>>> result.layers[0].quantities["forget_gate"].shape
(2, 2)
"""

from .alignment import Alignment, align
from .arithmetic import Arithmetic, Term, arithmetic
from .cells import CELLS, GRU, LSTM, RNN, Cell
from .difference import Difference, difference
from .encoding import Encoded, encode
from .errors import (
    Cancelled,
    CannotGenerate,
    CannotStep,
    ChoiceNeeded,
    CoreError,
    Diverged,
    EmptySequence,
    FileTooLarge,
    FormatError,
    InputError,
    MissingReader,
    NotFinite,
    NumericalError,
    OptionError,
    PaddingToken,
    ParameterError,
    PlanError,
    RaggedRows,
    StateMismatch,
    TokenOutOfRange,
    UnknownFormat,
    UnsafeFile,
    Unsupported,
    WrongKind,
    WrongWidth,
)
from .formats import Choice, Imported, Limits, Options, import_network, load_network, save_network
from .generation import Generated, generate
from .health import Health, HealthMeter, health, network_health
from .interventions import Intervention
from .ledger import Ledger, Triangle, ledger, triangle
from .network import Direction, Embedding, Feedback, Layer, Network, Readout, Vocabulary
from .quantities import QUANTITIES, Quantity, names_for, quantities_of
from .references import Reference, read_reference
from .sketches import drawn, written
from .trace import LayerTrace, Step, TopPredictions, Trace, step, top_predictions, trace, trace_bytes, trace_id
from .verification import Verification, verify

__all__ = [
    "CELLS",
    "GRU",
    "LSTM",
    "QUANTITIES",
    "RNN",
    "Alignment",
    "Arithmetic",
    "Cancelled",
    "CannotGenerate",
    "CannotStep",
    "Cell",
    "Choice",
    "ChoiceNeeded",
    "CoreError",
    "Difference",
    "Direction",
    "Diverged",
    "Embedding",
    "EmptySequence",
    "Encoded",
    "Feedback",
    "FileTooLarge",
    "FormatError",
    "Generated",
    "Health",
    "HealthMeter",
    "Imported",
    "InputError",
    "Intervention",
    "Layer",
    "LayerTrace",
    "Ledger",
    "Limits",
    "MissingReader",
    "Network",
    "NotFinite",
    "NumericalError",
    "OptionError",
    "Options",
    "PaddingToken",
    "ParameterError",
    "PlanError",
    "Quantity",
    "RaggedRows",
    "Readout",
    "Reference",
    "StateMismatch",
    "Step",
    "Term",
    "TokenOutOfRange",
    "TopPredictions",
    "Trace",
    "Triangle",
    "UnknownFormat",
    "UnsafeFile",
    "Unsupported",
    "Verification",
    "Vocabulary",
    "WrongKind",
    "WrongWidth",
    "align",
    "arithmetic",
    "difference",
    "drawn",
    "encode",
    "generate",
    "health",
    "import_network",
    "ledger",
    "load_network",
    "names_for",
    "network_health",
    "quantities_of",
    "read_reference",
    "save_network",
    "step",
    "top_predictions",
    "trace",
    "trace_bytes",
    "trace_id",
    "triangle",
    "verify",
    "written",
]
