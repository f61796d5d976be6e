"""What `make test` and `make lint` run, and what they generate."""
