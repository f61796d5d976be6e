"""The demo shop: its data, its pictures, its films, and what loads them into a running stack."""
