"""Runs a module as a child that ends with its parent: `python -m millmark.demo.child MODULE ARGUMENT…`.

The parent holds the other end of this process's standard input. When the parent is gone, however it went, the input
ends, and the child ends itself the way a person would end it: with SIGTERM.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading


def _end_with_the_parent() -> None:
    while os.read(0, 4096):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    module, *arguments = sys.argv[1:]
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
