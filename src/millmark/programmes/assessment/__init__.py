"""Assessments: answers to a pack's questions, scored exactly, for one enterprise or for all at once."""
