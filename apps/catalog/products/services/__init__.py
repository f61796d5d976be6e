"""Writes to products and to what describes them, a module for each kind; every one is one durable transaction."""
