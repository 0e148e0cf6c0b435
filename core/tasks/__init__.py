"""What a network can be trained for: data, what a network for them looks like, and a baseline for each."""

from .adding import ADDING
from .copy import COPY
from .option import Option, read_all
from .recall import RECALL
from .task import Baseline, Form, Measure, Prepared, Task

TASKS: dict[str, Task] = {task.name: task for task in (RECALL, ADDING, COPY)}
"""Every task by its name, in the order in which they are offered."""

__all__ = ["TASKS", "Baseline", "Form", "Measure", "Option", "Prepared", "Task", "read_all"]
