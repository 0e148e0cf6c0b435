"""What a network can be trained for: data, what a network for them looks like, and a baseline for each."""

from .adding import ADDING
from .brackets import BRACKETS
from .captions import CAPTIONS
from .copy import COPY
from .generate import GENERATE
from .option import Option, read_all
from .recall import RECALL
from .series import SERIES
from .sine import SINE
from .task import Baseline, Form, Measure, Prepared, Task
from .text import TEXT

TASKS: dict[str, Task] = {
    task.name: task for task in (RECALL, ADDING, COPY, BRACKETS, SINE, GENERATE, TEXT, SERIES, CAPTIONS)
}
"""Every task by its name, in the order in which they are offered."""

__all__ = ["TASKS", "Baseline", "Form", "Measure", "Option", "Prepared", "Task", "read_all"]
