"""Short clips of one moving shape, and what is measured in them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..activations import Array

SIDE = 24
"""Pixels of a frame's side."""
FRAMES = 8
COLOURS: Mapping[str, tuple[float, float, float]] = {
    "red": (0.9, 0.2, 0.2),
    "green": (0.2, 0.75, 0.3),
    "blue": (0.25, 0.35, 0.9),
    "yellow": (0.9, 0.8, 0.2),
}
SHAPES = ("square", "circle", "triangle")
SIZES: Mapping[str, float] = {"small": 2.6, "large": 5.0}
"""Half the side or the radius, in pixels."""
MOVES: Mapping[str, tuple[int, int]] = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1), "": (0, 0)}
"""Direction by its word, in columns and rows; without a word the shape stands still."""
SPEEDS: Mapping[str, float] = {"slowly": 0.45, "quickly": 1.3}
"""Pixels a frame."""
DARK, BRIGHT = 0.06, 0.4
"""The background, and what is taken for the shape."""
FEATURES = (
    "red", "green", "blue", "area", "fills its box", "top-heavy", "to the right", "to the bottom", "moved right",
    "moved down",
)  # fmt: skip
"""What is measured in a clip, by name."""


@dataclass(frozen=True)
class Scene:
    """What a clip shows. ``move`` and ``speed`` are empty where the shape stands still."""

    size: str
    colour: str
    shape: str
    move: str
    speed: str

    @property
    def caption(self) -> tuple[str, ...]:
        """The words that say it."""
        does = ("moves", self.move, self.speed) if self.move else ("stands", "still")
        return ("a", self.size, self.colour, self.shape, *does)


def scenes() -> tuple[Scene, ...]:
    """Every scene there is."""
    motions = [(move, speed) for move in MOVES if move for speed in SPEEDS] + [("", "")]
    return tuple(
        Scene(size, colour, shape, *motion)
        for size in SIZES
        for colour in COLOURS
        for shape in SHAPES
        for motion in motions
    )


def render(scene: Scene, rng: np.random.Generator, noise: float) -> Array:
    """Frames of a scene, (FRAMES, SIDE, SIDE, 3) in 0 to 1: place, shade and noise are drawn, the rest is said."""
    radius, (right, down) = SIZES[scene.size], MOVES[scene.move]
    speed = SPEEDS.get(scene.speed, 0.0) * rng.uniform(0.85, 1.15)
    path = speed * (np.arange(FRAMES) - (FRAMES - 1) / 2)
    room = SIDE / 2 - radius - 1
    middle = SIDE / 2 + rng.uniform(-room, room, 2)
    # A path that would leave the frame is moved back into it.
    ways = [
        np.clip(middle[axis], radius + 1 + reach, SIDE - radius - 1 - reach)
        for axis, reach in enumerate((abs(right) * -path[0], abs(down) * -path[0]))
    ]
    x, y = ways[0] + right * path, ways[1] + down * path
    rows, columns = np.mgrid[:SIDE, :SIDE] + 0.5
    across, along = columns[None] - x[:, None, None], rows[None] - y[:, None, None]
    inside = _inside(scene.shape, across, along, radius * rng.uniform(0.92, 1.08))
    colour = np.array(COLOURS[scene.colour]) + rng.uniform(-0.08, 0.08, 3)
    frames = np.where(inside[..., None], colour, DARK).astype(np.float32)
    frames += np.float32(noise) * rng.standard_normal(frames.shape, np.float32)
    return np.clip(frames, 0, 1, out=frames)


def _inside(shape: str, across: Array, along: Array, radius: float) -> Array:
    if shape == "square":
        return (np.abs(across) <= radius) & (np.abs(along) <= radius)
    if shape == "circle":
        return np.asarray(across**2 + along**2 <= radius**2)
    # A triangle that stands on its side, as wide as it is high.
    return (along <= radius) & (np.abs(across) <= (along + radius) / 2)


def features(frames: Array) -> Array:
    """What is measured in a clip, (len(FEATURES),): the mean over its frames, and the motion from first to last."""
    side = frames.shape[1]
    brightest = np.maximum(np.maximum(frames[..., 0], frames[..., 1]), frames[..., 2])
    shape = (brightest > BRIGHT).astype(np.float32)
    by_row, by_column = shape.sum(axis=2), shape.sum(axis=1)
    count = np.maximum(by_row.sum(axis=1), 1)
    places = np.arange(side) / side
    x, y = by_column @ places / count, by_row @ places / count
    box = (by_row > 0).sum(axis=1) * (by_column > 0).sum(axis=1)
    above = (by_row * (places < y[:, None])).sum(axis=1) / count
    colour = np.einsum("tijc,tij->ct", frames, shape) / count
    each = (*colour, 5 * count / side**2, count / np.maximum(box, 1), 2 * above - 1, 2 * x - 1, 2 * y - 1)
    moved = np.array([x[-1] - x[0], y[-1] - y[0]]) * side / (len(frames) - 1)
    return np.concatenate((np.mean(each, axis=1), moved))
