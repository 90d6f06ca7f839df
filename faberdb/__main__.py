"""The `faberdb` program, and `python -m faberdb`."""

import signal
import sys
import threading
from types import FrameType

_AGAIN_SECONDS = 0.01


def main() -> None:
    """The command line; Ctrl-C while it is being loaded ends as it does later, without a traceback."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, interrupt)
    try:
        from faberdb.cli.main import main as command_line
    except KeyboardInterrupt:
        sys.stderr.write("\ninterrupted\n")
        sys.exit(130)
    command_line()


def interrupt(number: int, frame: FrameType | None) -> None:
    """Ctrl-C raises KeyboardInterrupt, but never between two lines of Python's import system: it could leave a lock
    taken there that other threads wait for without end, or be lost, because callbacks of weak references cannot raise.
    Nor within `__set_name__`, of which Python makes a RuntimeError before 3.12. There it comes a moment later."""
    importing = frame is not None and frame.f_code.co_filename.startswith("<frozen importlib")
    if not importing and not _names_a_member(frame):
        raise KeyboardInterrupt
    main_thread = threading.main_thread().ident
    if main_thread is not None:
        again = threading.Timer(_AGAIN_SECONDS, signal.pthread_kill, (main_thread, number))
        again.daemon = True
        again.start()


def _names_a_member(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_name == "__set_name__":
            return True
        frame = frame.f_back
    return False


if __name__ == "__main__":
    main()
