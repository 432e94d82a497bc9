from tests.evidence.plants import clock, history, opened, plant, units

__all__ = ["clock", "history", "opened", "plant", "units"]
