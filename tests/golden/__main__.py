"""``python -m tests.golden``: write the golden files again. Needs torch and keras."""

import os

os.environ["KERAS_BACKEND"] = "torch"

from . import make_keras, make_torch  # Keras reads its backend when it is imported


def main() -> None:
    """Run both makers."""
    make_torch.main()
    make_keras.main()


if __name__ == "__main__":
    main()
