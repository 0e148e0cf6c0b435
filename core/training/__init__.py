"""Backpropagation through time, optimisers, and the runs that train a network for a task."""

from ..batch import Batch
from .backpropagation import Gradients, batch_loss, batch_outputs, gradients, zero_states
from .evaluation import Metrics, evaluate
from .loop import Progress, Schedule, train
from .optimiser import OPTIMISERS, SGD, Adam, Memory, Optimiser, clip_by_norm, global_norm
from .plan import Plan
from .run import Report, Run

__all__ = [
    "OPTIMISERS",
    "SGD",
    "Adam",
    "Batch",
    "Gradients",
    "Memory",
    "Metrics",
    "Optimiser",
    "Plan",
    "Progress",
    "Report",
    "Run",
    "Schedule",
    "batch_loss",
    "batch_outputs",
    "clip_by_norm",
    "evaluate",
    "global_norm",
    "gradients",
    "train",
    "zero_states",
]
