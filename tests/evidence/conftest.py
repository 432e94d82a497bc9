from tests.evidence.plants import clock, history, opened, plant, plant_on_each, standing_plant, units

__all__ = ["clock", "history", "opened", "plant", "plant_on_each", "standing_plant", "units"]
