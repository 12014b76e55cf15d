"""`python -m streams.cli` is `qawl`, for processes that must run in the same environment."""

from streams.cli import main

main()
