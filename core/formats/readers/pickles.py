"""The language of pickles, interpreted without pickle: only data comes out, and no name in the file is ever imported.

A pickle is a program for a small stack machine. Here lists, dicts, tuples and scalars are made as it says; what it
wants to call or construct is handed as a `Global` to a function that knows a few names and refuses all others.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ...errors import FormatError, UnsafeFile

MOST_STEPS = 5_000_000
MOST_DIGITS = 64
SCALARS = (str, int, float, bool, bytes, type(None))


@dataclass(frozen=True)
class Global:
    """A name that the file wants imported; it is not."""

    module: str
    name: str


@dataclass(frozen=True)
class Inert:
    """Something that is known to be harmless and of no interest."""

    what: str


class Damaged(Exception):
    """The program cannot be followed."""


def interpret(
    program: bytes,
    name: Callable[[Global], Any],
    call: Callable[[Any, tuple[Any, ...]], Any],
    persistent: Callable[[Any], Any],
) -> Any:
    """What the program leaves on its stack.

    ``name`` gives a value for a global or refuses it, ``call`` the result of calling such a value with arguments,
    ``persistent`` what a persistent id stands for.

    Raises:
        FormatError: the program is damaged or too long.
        UnsafeFile: it uses operations that only exploits and very old files use.
    """
    machine = _Machine(program, name, call, persistent)
    try:
        return machine.run()
    except (Damaged, IndexError, struct.error, UnicodeDecodeError, AttributeError, TypeError, KeyError):
        raise FormatError(f"the pickle in the file is damaged near byte {machine.at:,}") from None


class _Machine:
    def __init__(
        self, program: bytes, name: Callable[..., Any], call: Callable[..., Any], persistent: Callable[..., Any]
    ) -> None:
        self.program = program
        self.at = 0
        self.stack: list[Any] = []
        self.marks: list[int] = []
        self.memo: dict[int, Any] = {}
        self.name, self.call, self.persistent = name, call, persistent

    def run(self) -> Any:
        for _ in range(MOST_STEPS):
            code = self.program[self.at]
            self.at += 1
            if code == 0x2E:  # STOP
                return self.pop()
            operation = OPERATIONS.get(code)
            if operation is None:
                raise UnsafeFile(
                    f"the pickle in the file uses an operation that weight files do not use (0x{code:02x})"
                )
            operation(self)
        raise FormatError(f"the pickle in the file has more than {MOST_STEPS:,} steps, too many for a weight file")

    def pop(self) -> Any:
        """The value on top; never one from below the innermost mark."""
        if self.marks and len(self.stack) <= self.marks[-1]:
            raise Damaged
        return self.stack.pop()

    def top(self) -> Any:
        return self.stack[-1]

    def push(self, value: Any) -> None:
        self.stack.append(value)

    def above_mark(self) -> list[Any]:
        mark = self.marks.pop()
        values = self.stack[mark:]
        del self.stack[mark:]
        return values

    def take(self, count: int) -> bytes:
        piece = self.program[self.at : self.at + count]
        if count < 0 or len(piece) != count:
            raise Damaged
        self.at += count
        return piece

    def number(self, form: str) -> int:
        value: int = struct.unpack(form, self.take(struct.calcsize(form)))[0]
        return value

    def line(self) -> str:
        end = self.program.index(b"\n", self.at) if b"\n" in self.program[self.at : self.at + 1000] else -1
        text = self.take(end - self.at)
        self.at += 1
        return text.decode()

    def sized(self, form: str) -> bytes:
        return self.take(self.number(form))

    def integer(self, form: str) -> int:
        digits = self.sized(form)
        if len(digits) > MOST_DIGITS:
            raise Damaged
        return int.from_bytes(digits, "little", signed=True)

    def extend(self, values: list[Any]) -> None:
        if isinstance(self.top(), list):
            self.top().extend(values)
        elif not isinstance(self.top(), Inert):
            raise Damaged

    def update(self, values: list[Any]) -> None:
        target = self.top()
        if len(values) % 2 or not isinstance(target, dict | Inert):
            raise Damaged
        if isinstance(target, dict):
            # Tuples as keys are left alone: hashing one that holds itself many times over takes for ever.
            target.update(
                (key, value) for key, value in zip(values[::2], values[1::2], strict=True) if isinstance(key, SCALARS)
            )

    def memoize(self, index: int) -> None:
        self.memo[index] = self.top()

    def new(self, arguments: Any) -> None:
        if not isinstance(arguments, tuple):
            raise Damaged
        self.push(self.call(self.pop(), arguments))

    def new_with_keywords(self) -> None:
        keywords, arguments = self.pop(), self.pop()
        if keywords:
            raise Damaged
        self.new(arguments)

    def global_from_stack(self) -> None:
        name, module = self.pop(), self.pop()
        if not isinstance(name, str) or not isinstance(module, str):
            raise Damaged
        self.push(self.name(Global(module, name)))

    def build(self) -> None:
        """Attributes of an object are of no interest, whatever it is: they are dropped."""
        self.pop()
        self.top()

    def tuple_of(self, count: int) -> None:
        values = [self.pop() for _ in range(count)]
        self.push(tuple(reversed(values)))

    def pop_or_unmark(self) -> None:
        if self.marks and self.marks[-1] == len(self.stack):
            self.marks.pop()
        else:
            self.stack.pop()

    def two(self) -> list[Any]:
        value, key = self.pop(), self.pop()
        return [key, value]


def _pairs(machine: _Machine) -> dict[Any, Any]:
    values = machine.above_mark()
    machine.push({})
    machine.update(values)
    return dict(machine.pop())


Operation = Callable[[_Machine], object]
OPERATIONS: dict[int, Operation] = {
    0x80: lambda m: m.take(1),  # PROTO
    0x95: lambda m: m.take(8),  # FRAME
    ord("("): lambda m: m.marks.append(len(m.stack)),
    ord("0"): lambda m: m.pop_or_unmark(),
    ord("1"): lambda m: m.above_mark(),
    ord("2"): lambda m: m.push(m.top()),
    ord("N"): lambda m: m.push(None),
    0x88: lambda m: m.push(value=True),
    0x89: lambda m: m.push(value=False),
    ord("J"): lambda m: m.push(m.number("<i")),
    ord("K"): lambda m: m.push(m.number("<B")),
    ord("M"): lambda m: m.push(m.number("<H")),
    0x8A: lambda m: m.push(m.integer("<B")),  # LONG1
    0x8B: lambda m: m.push(m.integer("<i")),  # LONG4
    ord("G"): lambda m: m.push(struct.unpack(">d", m.take(8))[0]),
    0x8C: lambda m: m.push(m.sized("<B").decode("utf-8", "surrogatepass")),  # SHORT_BINUNICODE
    ord("X"): lambda m: m.push(m.sized("<I").decode("utf-8", "surrogatepass")),
    0x8D: lambda m: m.push(m.sized("<Q").decode("utf-8", "surrogatepass")),  # BINUNICODE8
    ord("U"): lambda m: m.push(m.sized("<B").decode("latin-1")),
    ord("T"): lambda m: m.push(m.sized("<i").decode("latin-1")),
    ord("C"): lambda m: m.push(m.sized("<B")),
    ord("B"): lambda m: m.push(m.sized("<I")),
    0x8E: lambda m: m.push(m.sized("<Q")),  # BINBYTES8
    0x96: lambda m: m.push(m.sized("<Q")),  # BYTEARRAY8
    ord("]"): lambda m: m.push([]),
    ord("a"): lambda m: m.extend([m.pop()]),
    ord("e"): lambda m: m.extend(m.above_mark()),
    ord("l"): lambda m: m.push(m.above_mark()),
    ord(")"): lambda m: m.push(()),
    ord("t"): lambda m: m.push(tuple(m.above_mark())),
    0x85: lambda m: m.tuple_of(1),
    0x86: lambda m: m.tuple_of(2),
    0x87: lambda m: m.tuple_of(3),
    ord("}"): lambda m: m.push({}),
    ord("d"): lambda m: m.push(_pairs(m)),
    ord("s"): lambda m: m.update(m.two()),
    ord("u"): lambda m: m.update(m.above_mark()),
    0x8F: lambda m: m.push(Inert("set")),  # EMPTY_SET
    0x90: lambda m: m.extend(m.above_mark()),  # ADDITEMS
    0x91: lambda m: m.push(Inert(f"frozenset of {len(m.above_mark())}")),  # FROZENSET
    ord("h"): lambda m: m.push(m.memo[m.number("<B")]),
    ord("j"): lambda m: m.push(m.memo[m.number("<I")]),
    ord("q"): lambda m: m.memoize(m.number("<B")),
    ord("r"): lambda m: m.memoize(m.number("<I")),
    0x94: lambda m: m.memoize(len(m.memo)),  # MEMOIZE
    ord("c"): lambda m: m.push(m.name(Global(m.line(), m.line()))),
    0x93: lambda m: m.global_from_stack(),  # STACK_GLOBAL
    ord("R"): lambda m: m.new(m.pop()),
    0x81: lambda m: m.new(m.pop()),  # NEWOBJ
    0x92: lambda m: m.new_with_keywords(),  # NEWOBJ_EX
    ord("b"): lambda m: m.build(),
    ord("Q"): lambda m: m.push(m.persistent(m.pop())),
}
