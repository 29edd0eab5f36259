"""What the Makefile's commands do. Standard library only: nothing is installed before them."""
