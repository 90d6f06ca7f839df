"""`python -m faberdb`: the command line, where its program is not on the PATH."""

from faberdb.cli.main import main

main()
