"""Run a command that ends when its caller does, however that ends, and takes all with it that it started.

``python docs/_tools/end_with_caller.py COMMAND ...`` is for a caller that holds the other end of its standard
input and gave it a process group of its own: even a killed caller lets go of its end of a pipe. Windows has
no groups; there only the command itself is ended.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading


def end(command: subprocess.Popen[bytes]) -> None:
    """End the command, all of its group, and this process with it."""
    if sys.platform != "win32":
        os.killpg(0, signal.SIGKILL)
    command.kill()


def main() -> int:
    """Run the command, and return its status."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # without a traceback
    # What the caller left open for it, such as its locks, the command holds until it has ended itself.
    command = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, close_fds=False)

    def end_with_caller() -> None:
        os.read(0, 1)  # nobody writes, so this waits for the caller's end
        end(command)

    threading.Thread(target=end_with_caller, daemon=True).start()
    status = command.wait()
    if status < 0:  # it was killed, and could not end what it had started
        end(command)
    return status


if __name__ == "__main__":
    raise SystemExit(main())
