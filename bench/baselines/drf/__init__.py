"""Django REST Framework as its tutorials use it."""
