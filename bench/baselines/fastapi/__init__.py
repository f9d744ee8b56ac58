"""FastAPI with SQLAlchemy 2, as their guides use them."""
