"""The static files of the admin and the docs, as a production server has them."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):
    """Files that browsers keep for good, by names that change with their content.

    A server for which none were collected names them as they are called in the packages, where
    WhiteNoise finds them.
    """

    manifest_strict = False

    def stored_name(self, name: str) -> str:
        if not self.hashed_files:
            return name
        stored: str = super().stored_name(name)
        return stored
