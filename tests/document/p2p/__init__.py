"""The requests of the P2P document, sent to a real server over HTTP."""
