"""The built-in provider: test cards, a challenge page and signed webhooks, for trying things out and for tests.

Seen from outside it behaves like a real one: its charges are rows of its own, changed only by calls of the provider and
by the challenge page, and it reports changes by webhooks.
"""
