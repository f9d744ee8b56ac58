"""The requests of the tutoring document's client, sent to a real server over HTTP.

Every request is as in the document: only the token, the ids and the host are filled in, and dates
are moved into the future. The shapes of the answers are in `shapes`.
"""
