"""From a weight file of any format to a network: read, understand, choose, put together, and say what was assumed."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..activations import Array
from ..errors import FormatError, OptionError, ParameterError
from ..network import Network, Vocabulary
from . import assembling, canonical, readers
from .checkpoint import Checkpoint
from .conventions.answers import Answers
from .conventions.words import shown
from .imported import Imported
from .limits import Limits
from .options import UNSET, Options
from .vocabulary import read_vocabulary

Source = bytes | str | Path | Mapping[str, Any]
Tokens = bytes | Vocabulary | Sequence[str]


def import_network(
    source: Source,
    *,
    options: Options | Mapping[str, Any] | None = None,
    vocabulary: Tokens | None = None,
    limits: Limits | None = None,
    name: str = "",
) -> Imported:
    """Make a network of trained weights.

    Args:
        source: the bytes of a weight file, the path of one, or a mapping of names to arrays such as PyTorch's
            ``module.state_dict()``.
        options: what the file does not say, or says otherwise.
        vocabulary: the tokens' texts in the order of their ids, a vocabulary, or the bytes of a vocabulary file.
        limits: how much the file may ask of this machine.
        name: the file's name, which only helps to say what an unknown file might be.

    Raises:
        ChoiceNeeded: the file can be understood in more than one way; ``choices`` lists the options that decide it.
        FormatError: it cannot be read as a network; the leaf says why.
        OSError: the path cannot be read.
    """
    answers = Answers(_checked(options))
    if isinstance(source, Mapping) or hasattr(source, "state_dict"):
        mapping = source if isinstance(source, Mapping) else source.state_dict()
        checkpoint, data = readers.read_mapping(mapping, limits), b""
    else:
        if not isinstance(source, bytes):
            name = name or Path(source).name
            source = Path(source).read_bytes()
        data = source
        checkpoint = readers.read(data, limits or Limits(), name)
    if "gatescope" in checkpoint.metadata and data:
        imported = _canonical(data, answers)
    else:
        imported = assembling.assemble(_with_shared(checkpoint), answers)
    if vocabulary is not None:
        imported = _with_vocabulary(imported, vocabulary, answers)
    elif imported.network.embedding and not imported.network.vocabulary:
        imported = replace(imported, notes=(*imported.notes, "there is no vocabulary: tokens are shown as their ids"))
    answers.check_all_were_asked()
    return replace(imported, notes=tuple(map(_sentence, dict.fromkeys(imported.notes))))


def load_network(
    source: Source,
    *,
    options: Options | Mapping[str, Any] | None = None,
    vocabulary: Tokens | None = None,
    limits: Limits | None = None,
    name: str = "",
) -> Network:
    """The network of `import_network`, which takes the same and also says what it understood."""
    return import_network(source, options=options, vocabulary=vocabulary, limits=limits, name=name).network


def _checked(options: Options | Mapping[str, Any] | None) -> Options:
    given = options.given() if isinstance(options, Options) else options
    try:
        return Options() if given is None else Options.from_json(given)
    except OptionError as error:
        raise OptionError(error.message, ("options", *error.pointer)) from None


def _canonical(data: bytes, answers: Answers) -> Imported:
    network = canonical.from_bytes(data)
    for option in answers.given():
        if option != "unknown":
            raise OptionError(
                f"the option {option} has no effect on this file: it is Gatescope's own and says everything itself",
                ("options", option),
            )
    return Imported(network, "gatescope", ("this is Gatescope's own file, which describes itself",))


def _with_shared(checkpoint: Checkpoint) -> Checkpoint:
    """The checkpoint with the shared tensors that `safetensors.torch` writes once and names in the metadata."""
    tensors: dict[str, Array] = dict(checkpoint.tensors)
    shared = {
        name: same for name, same in checkpoint.metadata.items() if same in checkpoint.tensors and name not in tensors
    }
    if checkpoint.format != "safetensors" or not shared:
        return checkpoint
    tensors |= {name: tensors[same] for name, same in shared.items()}
    notes = tuple(f"{shown(name)} shares the numbers of {shown(same)}" for name, same in shared.items())
    return replace(checkpoint, tensors=tensors, notes=(*checkpoint.notes, *notes[:8]))


def _with_vocabulary(imported: Imported, given: Tokens, answers: Answers) -> Imported:
    table = imported.network.embedding
    if table is None:
        raise FormatError(
            "a vocabulary was given, but the network reads rows of numbers: it has no embedding", ("vocabulary",)
        )
    size, unknown = len(table.table), answers("unknown")
    notes: tuple[str, ...] = ()
    try:
        if isinstance(given, bytes | bytearray | memoryview):
            vocabulary, notes = read_vocabulary(bytes(given), size, unknown)
        elif isinstance(given, Vocabulary):
            vocabulary = given if unknown is UNSET else Vocabulary(given.labels, _index(given.labels, unknown))
        else:
            labels = tuple(given)
            vocabulary = Vocabulary(labels, None if unknown is UNSET else _index(labels, unknown))
        network = replace(imported.network, vocabulary=vocabulary)
    except OptionError as error:
        raise OptionError(error.message, ("options", "unknown")) from None
    except ParameterError as error:
        raise FormatError(f"the vocabulary does not fit: {error.message}", ("vocabulary",)) from None
    except FormatError as error:
        error.pointer = ("vocabulary", *error.pointer)
        raise
    return replace(imported, network=network, notes=(*imported.notes, *notes))


def _index(labels: Sequence[str], unknown: str | None) -> int | None:
    if unknown is not None and unknown not in labels:
        raise OptionError(f"the unknown token must be one of the vocabulary's, but {shown(unknown)} is not")
    return None if unknown is None else list(labels).index(unknown)


def _sentence(note: str) -> str:
    """A note as it is shown: with a capital, unless it begins with a name, and a full stop."""
    return note[:1].upper() + note[1:] + ("" if note.endswith((".", "!", "?")) else ".")
