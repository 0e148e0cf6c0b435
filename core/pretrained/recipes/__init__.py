"""How the bundled networks are made."""

from .brackets import Brackets
from .python_code import PythonCode
from .recipe import Recipe, Settings, carry_out
from .sunspots import Sunspots

RECIPES: dict[str, type[Recipe]] = {recipe.name: recipe for recipe in (PythonCode, Brackets, Sunspots)}
"""Every recipe by the name of its network, in the order in which they are offered."""

__all__ = ["RECIPES", "Recipe", "Settings", "carry_out"]
