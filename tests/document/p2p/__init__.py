"""The P2P document, sent to a real server over HTTP."""
