"""Backpropagation through time, Adam, and the loop that trains a network."""

from .backpropagation import Batch, Gradients, batch_loss, gradients, zero_states
from .loop import Progress, Schedule, train
from .optimiser import Adam, AdamState, clip_by_norm, global_norm

__all__ = [
    "Adam",
    "AdamState",
    "Batch",
    "Gradients",
    "Progress",
    "Schedule",
    "batch_loss",
    "clip_by_norm",
    "global_norm",
    "gradients",
    "train",
    "zero_states",
]
