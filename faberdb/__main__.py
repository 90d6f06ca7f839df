"""The `faberdb` program, and `python -m faberdb`."""

import sys


def main() -> None:
    """The command line; Ctrl-C while it is being loaded ends as it does later, without a traceback."""
    try:
        from faberdb.cli.main import main as command_line
    except KeyboardInterrupt:
        sys.stderr.write("\ninterrupted\n")
        sys.exit(130)
    command_line()


if __name__ == "__main__":
    main()
