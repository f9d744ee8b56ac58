"""Which words of a text are somebody's name, when that is taken out of it."""

from accounts.erasure import Renaming
from accounts.models import User


def test_only_whole_words_are_taken_for_a_name():
    ann = User(username="ann", email="ann@x.example", first_name="Ann", last_name="Li")
    renaming = Renaming(ann, "erased-1")

    assert renaming.in_own_words("Ann Li's planning") == "erased-1's planning"
    assert renaming.in_own_words("Annual Ann, Li") == "Annual erased-1, Li"


def test_what_names_nobody_else_is_found_however_it_is_written():
    will = User(username="wstone", email="will@x.example", first_name="Will", last_name="Stone")
    renaming = Renaming(will, "erased-1")

    assert renaming.in_own_words("You will. wstone, Will, Will@X.example") == (
        "You will. erased-1, erased-1, erased-1"
    )
    assert renaming.in_staffs_words("WILL STONE will") == "erased-1 will"
