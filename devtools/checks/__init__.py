"""The tests and checks behind `make test` and `make lint`, and the generators of checked files."""
