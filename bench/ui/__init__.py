"""What do the storefront's pages cost? See __main__."""
