"""The industry watch: who is above scale, what enterprises report each month, and who needs a look."""

from millmark.region.watch.watch import Watch

__all__ = ["Watch"]
