"""What can go wrong in the core, as one tree.

::

    CoreError
    +-- ParameterError        parameters of a cell or network do not fit together
    +-- InputError            a sequence or state does not fit the network
    |   +-- WrongKind             text for a network that reads numbers, or the reverse
    |   +-- EmptySequence         no step at all
    |   +-- RaggedRows            rows of different lengths
    |   +-- WrongWidth            rows of another length than the network reads
    |   +-- NotFinite             NaN, infinite, or beyond the network's precision
    |   +-- TokenOutOfRange       a token id outside the vocabulary
    |   +-- PaddingToken          the token that the network's framework skips
    |   +-- StateMismatch         an initial state of another form than the network's
    |   +-- CannotStep            stepping a network that reads the sequence backwards
    |   +-- CannotGenerate        going on with the outputs of a network that do not become inputs
    +-- FormatError           a file cannot be read as a network
    |   +-- UnknownFormat         the bytes are of no format that is read here
    |   +-- FileTooLarge          the file, or what it unpacks to, passes a limit
    |   +-- UnsafeFile            reading it would run code or reach for other files
    |   +-- Unsupported           understood, but it asks for something that is not computed here
    |   +-- MissingReader         a package that reads this format is not installed
    |   +-- OptionError           an option that does not exist or does not fit the file
    |   +-- ChoiceNeeded          the file can be understood in more than one way; the user has to say
    +-- PlanError             what is to be trained cannot be: a field, a size, an option of the task
    +-- NumericalError        the computation left the finite numbers
    |   +-- Diverged              a training run's loss did
    +-- Cancelled             stopped from outside through ``poll``

Every message is a sentence that says what was expected and what came. ``pointer`` leads to the cause inside what was
handed in, as keys and indices: ``("values", 3, 1)``.
"""

from typing import Any


class CoreError(ValueError):
    """Root of the tree; never raised itself."""

    def __init__(self, message: str, pointer: tuple[str | int, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.pointer = pointer


class ParameterError(CoreError):
    """Parameters of a cell or network do not fit together."""


class InputError(CoreError):
    """A sequence or state does not fit the network."""


class WrongKind(InputError):
    """Text or tokens for a network that reads numbers, or the reverse."""


class EmptySequence(InputError):
    """A sequence without a single step."""


class RaggedRows(InputError):
    """Rows of different lengths."""


class WrongWidth(InputError):
    """Rows of another length than the network reads."""


class NotFinite(InputError):
    """NaN, an infinity, or a number that is infinite in the network's precision."""


class TokenOutOfRange(InputError):
    """A token id outside the vocabulary."""


class PaddingToken(InputError):
    """The token that the network's framework skips as if it were not there."""


class StateMismatch(InputError):
    """An initial state of another form than the network's."""


class CannotStep(InputError):
    """A single step was asked of a network that also reads the sequence backwards."""


class CannotGenerate(InputError):
    """A network was asked to go on with its own outputs, but these are not about its next input."""


class FormatError(CoreError):
    """A file cannot be read as a network."""


class UnknownFormat(FormatError):
    """The bytes are of no format that is read here."""


class FileTooLarge(FormatError):
    """The file, or what it unpacks to, passes a limit."""


class UnsafeFile(FormatError):
    """Reading the file would run code in it or reach for other files."""


class Unsupported(FormatError):
    """The file is understood, but asks for something that is not computed here; the message names it."""


class MissingReader(FormatError):
    """A package that reads this format is not installed; the message names the extra that brings it."""


class OptionError(FormatError):
    """An option that does not exist, or does not fit the file."""


class ChoiceNeeded(FormatError):
    """The file can be understood in more than one way. ``choices`` lists them as `formats.imported.Choice`."""

    def __init__(self, message: str, pointer: tuple[str | int, ...] = (), choices: tuple[Any, ...] = ()) -> None:
        super().__init__(message, pointer)
        self.choices = choices


class PlanError(CoreError):
    """What is to be trained cannot be: a field, a size, or an option of the task."""


class NumericalError(CoreError):
    """The computation left the finite numbers."""


class Diverged(NumericalError):
    """The loss of a training run left the finite numbers; says when, and what to try."""


class Cancelled(CoreError):
    """The computation was stopped from outside through ``poll``."""
