from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.models import User
from operations.privacy import UnclearError, find_person
from operations.privacy.erasing import check_may_be_erased, erase


class Command(BaseCommand):
    help = "Erases a person's personal data from the database, permanently. See docs/privacy.md."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("who", help="A user name, an e-mail address or an id.")
        parser.add_argument("--yes", action="store_true", help="Don't ask for confirmation.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = find_person(options["who"])
            check_may_be_erased(user)
            if not (options["yes"] or self.confirms(user)):
                raise CommandError("Nothing was changed.")
            report = erase(user, now=timezone.now())
        except UnclearError as error:
            raise CommandError(str(error)) from None
        for what, number in report.items():
            self.stdout.write(f"{what}: {number}")
        self.stdout.write(f"Erased: {user.username}.")

    def confirms(self, user: User) -> bool:
        self.stdout.write(
            f"This permanently erases {user.username} ({user.get_full_name()}, {user.email}, "
            f"id {user.pk}). Their future sessions are cancelled and their uploads are deleted."
        )
        try:
            return input(f"Type {user.username} to continue: ").strip() == user.username
        except EOFError:
            return False
