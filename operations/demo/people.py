"""The demo people."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import Role

# Printed at every start, on purpose.
PASSWORD = "learn-together-26"  # noqa: S105  # nosec B105  # as the line above says
STAFF = "admin"
DOMAIN = "demo.example"


@dataclass(frozen=True)
class Person:
    username: str
    first_name: str
    last_name: str
    role: Role = Role.STUDENT
    timezone: str = "UTC"


PEOPLE = (
    Person("maria", "Maria", "Santos", Role.INSTRUCTOR, "America/Sao_Paulo"),
    Person("james", "James", "Okafor", Role.INSTRUCTOR, "Europe/London"),
    Person("yuki", "Yuki", "Tanaka", Role.INSTRUCTOR, "Asia/Tokyo"),
    Person("elena", "Elena", "Petrova", Role.INSTRUCTOR, "Europe/Berlin"),
    Person("alice", "Alice", "Smith", timezone="America/New_York"),
    Person("bob", "Bob", "Wilson", timezone="America/Los_Angeles"),
    Person("chen", "Chen", "Wei", timezone="Asia/Shanghai"),
    Person("dana", "Dana", "Levi", timezone="Asia/Jerusalem"),
    Person("emeka", "Emeka", "Nwosu", timezone="Africa/Lagos"),
    Person("farah", "Farah", "Haddad", timezone="Africa/Cairo"),
    Person("greta", "Greta", "Lindqvist", timezone="Europe/Stockholm"),
    Person("hiro", "Hiro", "Sato", timezone="Asia/Tokyo"),
)
STUDENTS = [person.username for person in PEOPLE if person.role == Role.STUDENT]
