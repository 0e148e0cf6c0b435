"""The process in which HDF5 and ONNX are parsed, forked for each file from one that has imported all it needs.

It confines itself, parses and answers as the one that is started anew, in a tenth of the time; tests that read
hundreds of good files use it. Run as a program this is the one that forks.
"""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from gatescope.core.formats import isolation
from gatescope.core.formats.limits import Limits
from gatescope.core.formats.readers import child

Ask = Callable[[str, memoryview, Limits], tuple[bool, bytes]]


@contextmanager
def forking() -> Iterator[Ask]:
    """What can stand in for ``isolation._ask``."""
    command = [sys.executable, "-P", "-W", "ignore", "-m", __name__]
    environment = isolation._environment()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdin is not None
        requests, answers = process.stdin, process.stdout
        assert answers is not None

        def ask(parser: str, data: memoryview, limits: Limits) -> tuple[bool, bytes]:
            head = json.dumps({"parser": parser, "limits": asdict(limits), "size": len(data)}).encode()
            requests.write(head + b"\n" + data)
            requests.flush()
            answer = isolation._answer(answers, limits)
            assert answer is not None, f"the process that parses {parser} broke down"
            return answer

        yield ask
        requests.close()


def main() -> None:
    """Fork for every request on standard input; when one of them breaks down, so does this."""
    for parser in ("HDF5", "ONNX"):
        child._parser(parser)
    for line in sys.stdin.buffer:
        asked = json.loads(line)
        data = sys.stdin.buffer.read(asked["size"])
        process = os.fork()
        if not process:
            _parse(asked, data)
        if os.waitpid(process, 0)[1]:
            return


def _parse(asked: dict[str, Any], data: bytes) -> None:
    status = 1
    try:
        sys.argv = ["child", asked["parser"], json.dumps(asked["limits"])]
        sys.stdin = io.TextIOWrapper(io.BytesIO(data))
        child.main()
        status = 0
    finally:
        os._exit(status)


if __name__ == "__main__":
    main()
