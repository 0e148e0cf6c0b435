"""From bytes to a `Checkpoint`: one module a container."""
