"""Which words of a text count as a person's name when the name is erased from it."""

from accounts.erasure import Renaming
from accounts.models import User


def test_only_whole_words_count_as_a_name():
    ann = User(username="ann", email="ann@x.example", first_name="Ann", last_name="Li")
    renaming = Renaming(ann, "erased-1")

    assert renaming.in_own_words("Ann Li's planning") == "erased-1's planning"
    assert renaming.in_own_words("Annual Ann, Li") == "Annual erased-1, Li"


def test_usernames_addresses_and_full_names_are_found_in_any_case():
    will = User(username="wstone", email="will@x.example", first_name="Will", last_name="Stone")
    renaming = Renaming(will, "erased-1")

    assert renaming.in_own_words("You will. wstone, Will, Will@X.example") == (
        "You will. erased-1, erased-1, erased-1"
    )
    assert renaming.in_staffs_words("WILL STONE will") == "erased-1 will"
