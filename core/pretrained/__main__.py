"""``python -m gatescope.core.pretrained [NAME ...]``: make the bundled networks again, with a progress bar."""

import argparse
import json
from dataclasses import replace
from functools import partial
from pathlib import Path

from ..formats import save_network
from ..threads import one_blas_thread
from . import FOLDER
from .recipes import RECIPES, carry_out


def main() -> None:
    """Train the chosen networks and write each with its card."""
    parser = argparse.ArgumentParser(
        prog="python -m gatescope.core.pretrained", description="Train the bundled networks."
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"which: {', '.join(RECIPES)} (default: all)")
    parser.add_argument("--updates", type=int, help="updates in place of the recipe's own number")
    parser.add_argument("--seed", type=int, help="seed in place of the recipe's own")
    parser.add_argument(
        "--output", type=Path, default=FOLDER, help="folder to write to (default: the bundled networks' own)"
    )
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(RECIPES):
        parser.error(f"there is no recipe {min(unknown)!r}; there are {', '.join(RECIPES)}")
    from tqdm import tqdm

    arguments.output.mkdir(parents=True, exist_ok=True)
    for name in arguments.names or RECIPES:
        recipe = RECIPES[name]()
        changes = {key: value for key in ("updates", "seed") if (value := getattr(arguments, key)) is not None}
        settings = replace(recipe.settings, **changes)
        bar = partial(tqdm, total=settings.updates, desc=name, unit="update")
        with one_blas_thread():
            network, card = carry_out(recipe, settings, bar)
        save_network(network, arguments.output / f"{name}.safetensors")
        (arguments.output / f"{name}.json").write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", "utf-8")
        result = card["results"]
        tqdm.write(f"{name}: {result['measure']}: {result['network']}; {result['baseline_name']}: {result['baseline']}")


if __name__ == "__main__":
    main()
