"""Reminders: deadlines that reach people, each once for every stage, shown in the console and told to webhooks."""

from millmark.programmes.reminders.book import Notice, ReminderBook
from millmark.programmes.reminders.round import Addressed, addressed_tasks
from millmark.programmes.reminders.stages import Stage, stage_of

__all__ = ["Addressed", "Notice", "ReminderBook", "Stage", "addressed_tasks", "stage_of"]
