"""The first page of the admin: how the platform is doing, over a period that the staff choose.

From a few aggregate queries (`figures`, `waiting`) the page is put together (`page`, `sections`).
Its charts are drawn here (`charts`), so it needs no script."""
