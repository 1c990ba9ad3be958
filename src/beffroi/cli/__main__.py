"""`python -m beffroi.cli`, the same as `beffroi`."""

from beffroi.cli import main

main()
