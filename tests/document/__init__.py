"""The tutoring document's client, unmodified, against a real server over HTTP.

Every request is sent as the document writes it; only the token, the ids and the host are put in,
and dates are moved into the future. What it promises of the answers is in `shapes`.
"""
