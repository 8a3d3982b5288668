"""Addresses on the network: which may be asked, and the one way to ask them."""
