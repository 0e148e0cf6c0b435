"""From a `Checkpoint` to recurrent modules in the canonical layout: one module a framework."""
