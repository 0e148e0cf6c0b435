"""Recurrent cells, and the registry that tests, formats, API and page enumerate."""

from .cell import Cell
from .gru import GRU
from .lstm import LSTM
from .rnn import RNN
from .through_time import CellGradients

CELLS: dict[str, type[Cell]] = {cell.name: cell for cell in (LSTM, GRU, RNN)}
"""Every kind of cell by its name."""

__all__ = ["CELLS", "GRU", "LSTM", "RNN", "Cell", "CellGradients"]
