"""Stripe, by its official library.

An intent is created, written down here under our key, and only then confirmed: whatever is cut off in between, no money
is held that the shop does not know of. Card numbers go from the browser to Stripe; what comes here is a token.
"""
