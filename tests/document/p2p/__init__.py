"""The P2P document, but for its materials, sent to a real server over HTTP."""
