"""The composition root: builds every part from the settings, in order, and hands them to each other."""

from millmark.composition.folder_lock import FolderInUse, FolderLock
from millmark.composition.platform import Platform

__all__ = ["FolderInUse", "FolderLock", "Platform"]
