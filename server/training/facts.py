"""What is known of a task once it has been prepared, for whoever looks at the run without preparing it again."""

from dataclasses import asdict
from typing import Any

from gatescope.core.training.run import Run


def facts_of(run: Run) -> dict[str, Any]:
    """Number of parameters, measure, baseline and probe sequences, as the API sends them."""
    prepared = run.plan.prepared
    return {
        "parameters": run.network.parameter_count,
        "measure": asdict(prepared.measure),
        "baseline": asdict(prepared.baseline),
        "probes": list(prepared.probes),
    }
