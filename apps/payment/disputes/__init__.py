"""Disputes: customers who have their bank take a payment back.

A webhook says that there is one; the provider is asked how it stands, so deliveries may come twice, late or in any
order.
"""
