"""The static files of the admin and the docs on a production server."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):
    """Files that browsers cache forever, with names that change with their content.

    If no files were collected, they keep their original names, by which WhiteNoise finds them in
    the packages.
    """

    manifest_strict = False

    def stored_name(self, name: str) -> str:
        if not self.hashed_files:
            return name
        stored: str = super().stored_name(name)
        return stored
