"""The dashboard on the admin's first page: figures of the platform for a period that staff choose.

`figures` and `waiting` run a few aggregate queries, `page` and `sections` build the page from them.
`charts` draws the charts on the server, so the page needs no JavaScript."""
