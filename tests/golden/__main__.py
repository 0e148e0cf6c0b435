"""``python -m tests.golden``: write the golden files again. Needs torch, keras, onnx, onnxruntime and flax."""

import os

os.environ["KERAS_BACKEND"] = "torch"

from . import (  # Keras reads its backend when it is imported
    make_formats_flax,
    make_formats_keras,
    make_formats_onnx,
    make_formats_torch,
    make_gradients,
    make_keras,
    make_torch,
)


def main() -> None:
    """Run every maker."""
    formats = (make_formats_torch, make_formats_keras, make_formats_onnx, make_formats_flax)
    for maker in (make_torch, make_gradients, make_keras, *formats):
        maker.main()


if __name__ == "__main__":
    main()
