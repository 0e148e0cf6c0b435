"""Gate health: which gates are stuck, which units are dead, and how long memory lasts, over one trace or many.

All figures are of single units over all steps; units are never grouped by how they change.
"""

from .figures import KINDS, Finding, FindingKind, Health, Hint, Histogram, LayerHealth, QuantityHealth
from .meter import HealthMeter, health, network_health
from .running import ALWAYS, HIGH, LOW, STILL, bounds

__all__ = [
    "ALWAYS",
    "HIGH",
    "KINDS",
    "LOW",
    "STILL",
    "Finding",
    "FindingKind",
    "Health",
    "HealthMeter",
    "Hint",
    "Histogram",
    "LayerHealth",
    "QuantityHealth",
    "bounds",
    "health",
    "network_health",
]
