"""`python -m millmark.cli`: the command without its script."""

from millmark.cli import main

main()
