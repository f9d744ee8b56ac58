"""django-ninja as its guide uses it."""
