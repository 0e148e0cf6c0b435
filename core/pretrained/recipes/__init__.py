"""How the bundled networks are made."""

from collections.abc import Callable

from .brackets import Brackets
from .python_code import PythonCode
from .recipe import Recipe, Settings, carry_out
from .sunspots import Sunspots

_ALL: tuple[Callable[[], Recipe], ...] = (PythonCode, Brackets, Sunspots)

RECIPES: dict[str, Callable[[], Recipe]] = {recipe().name: recipe for recipe in _ALL}
"""Every recipe by the name of its network, in the order in which they are offered."""

__all__ = ["RECIPES", "Recipe", "Settings", "carry_out"]
