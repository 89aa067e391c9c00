"""Unspin: restore the plain terms in spun articles and read relations from them."""

__version__ = "0.1.0"
