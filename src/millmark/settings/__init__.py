"""The settings of a platform: DIR/millmark.toml, with the environment above it, checked before anything starts."""

from millmark.settings.declaring import declare
from millmark.settings.errors import InvalidSettings
from millmark.settings.loading import check_units, load_settings
from millmark.settings.settings import Settings

__all__ = ["InvalidSettings", "Settings", "check_units", "declare", "load_settings"]
