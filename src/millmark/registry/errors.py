"""What can go wrong in this room, cut by what the caller can do about it.

RegistryError
├── InvalidEntry           the caller gave something that cannot be registered: correct it
│   ├── InvalidCreditCode  … a unified social credit code that breaks its standard
│   ├── MisplacedAsset     … an asset that may not stand where it was put
│   └── SeriesMismatch     … another meaning for a series that has points already
├── AlreadyRegistered      the name is taken: choose another or use the one that exists
├── NotRegistered          nothing is known by that name: register it first
├── DatabaseUnavailable    the database does not answer, is locked or full: try again later
└── MigrationFailed        the database cannot be brought to this version's schema
"""

from __future__ import annotations


class RegistryError(Exception):
    """Base of the room's errors; each message says what was wrong, where, and what to do."""


class InvalidEntry(RegistryError):
    """Something that cannot be registered as it was given."""


class InvalidCreditCode(InvalidEntry):
    """A text that is no unified social credit code (GB 32100-2015); the message says which rule it breaks."""


class MisplacedAsset(InvalidEntry):
    """An asset whose level may not stand below its parent's, or that is registered at another level."""


class SeriesMismatch(InvalidEntry):
    """A declaration that would give another meaning to points already stored for a series."""


class AlreadyRegistered(RegistryError):
    """The name or code belongs to another entry."""


class NotRegistered(RegistryError):
    """Nothing is registered by that id, name or path."""


class DatabaseUnavailable(RegistryError):
    """The database does not answer, is locked by another program, or has no room."""


class MigrationFailed(RegistryError):
    """The database's schema is not one this version can work with."""
