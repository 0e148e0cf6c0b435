"""What the process of a run may take, and what its exit status says."""

from dataclasses import dataclass

NOTHING_THERE, DISK_FAILED, TAKEN = 66, 74, 75
"""Exit statuses, after those of BSD's ``sysexits``: no run in the folder, the disk took nothing, another process has
the run. 0 is a run that has said how it ended, or can go on from its last checkpoint."""


@dataclass(frozen=True)
class Limits:
    """``memory_bytes`` of address space; ``checkpoint_bytes`` on the disk for the checkpoints of the run.

    ``niceness`` is by how much it stands behind others for the processor.
    """

    memory_bytes: int
    checkpoint_bytes: int
    niceness: int
