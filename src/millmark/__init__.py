"""Millmark: an industrial internet platform for a region.

The packages follow the way of the number; `docs/explanation/the-way-of-the-number.md` walks through them.
"""

__version__ = "0.1.0"
