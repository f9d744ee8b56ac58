"""Lists as CSV: without formulas, streamed, logged; addresses only for staff who may see people."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission

from core.admin.csv_export import BATCH, StreamedText, to_cell, write_csv

LIST = "/admin/sessions_app/session/"


def export(desk, *rows, query="", path=LIST, **extra):
    chosen = {"action": "export_csv", "_selected_action": [row.pk for row in rows] or ["1"]}
    answer = desk.post(f"{path}?{query}", chosen | extra)
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return answer, list(csv.DictReader(StringIO(text)))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_text_that_looks_like_a_formula_is_escaped(start):
    assert to_cell(f"{start}cmd|' /C calc'!A0") == f"'{start}cmd|' /C calc'!A0"


def test_other_values_are_not_escaped():
    moment = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
    values = [-5, True, False, None, "a=b", "", moment]

    cells = [to_cell(value) for value in values]

    assert cells == ["-5", "yes", "no", "", "a=b", "", "2026-03-01T12:30:00Z"]


def test_cells_with_quotes_commas_and_line_breaks_survive_a_round_trip():
    cell = 'say "hi"; then,\nleave'

    text = "".join(write_csv(["A", "B"], iter([(cell, 1)])))

    assert text.startswith("\ufeff")
    assert list(csv.reader(StringIO(text[1:]))) == [["A", "B"], [cell, "1"]]


def test_rows_are_read_as_they_are_sent():
    """An ASGI server, too, sends the first piece before all rows are read."""
    read = []

    def rows() -> Iterator[tuple[int]]:
        for number in range(BATCH * 3):
            read.append(number)
            yield (number,)

    async def first_two() -> list[bytes]:
        pieces = aiter(StreamedText(write_csv(["N"], rows())))
        return [await anext(pieces), await anext(pieces)]

    asyncio.run(first_two())

    assert len(read) == BATCH


@pytest.mark.django_db
def test_the_chosen_rows_are_exported_and_the_export_is_logged(desk, session, join, person):
    row = session(title="=1+1")
    session(title="Another")
    join(row, person())

    answer, [line] = export(desk, row)

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer["Content-Disposition"]
    assert line["Title"] == "'=1+1"
    assert (line["Id"], line["Taken"], line["Places"]) == (str(row.pk), "1", "6")
    assert line["Date"] == row.date.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert line["Creator's e-mail"] == "ines@example.com"
    entry = LogEntry.objects.get()
    assert (entry.object_repr, entry.change_message) == ("sessions", "Exported as CSV: 1 chosen")


@pytest.mark.django_db
def test_the_whole_filtered_list_is_exported_however_long(desk, session, monkeypatch):
    monkeypatch.setattr("core.admin.acts.MAX_AT_ONCE", 1)
    for title in ("Algebra I", "Algebra II", "Botany"):
        session(title=title)

    _, lines = export(desk, query="q=algebra", select_across="1")

    assert [line["Title"] for line in lines] == ["Algebra I", "Algebra II"]
    assert LogEntry.objects.get().change_message == "Exported as CSV: q=algebra"


@pytest.mark.django_db
@pytest.mark.parametrize(("codes", "sees"), [([], False), (["view_user"], True)])
def test_addresses_are_only_for_staff_who_may_see_people(client, person, session, codes, sees):
    helper = person("lou", is_staff=True)
    helper.user_permissions.set(
        Permission.objects.filter(
            codename__in=["view_session", *codes],
            content_type__app_label__in=["sessions_app", "accounts"],
        )
    )
    client.force_login(helper)

    _, [line] = export(client, session())

    assert ("Creator's e-mail" in line) is sees


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        "/admin/accounts/user/",
        "/admin/mail/mail/",
        "/admin/sessions_app/bookingrequest/",
        "/admin/sessions_app/waitingsession/",
        "/admin/zoom/oneononesession/",
        "/admin/zoom/auditentry/",
        "/admin/materials/material/",
        "/admin/admin/logentry/",
    ],
)
def test_every_exported_column_exists(desk, path):
    chosen = {"action": "export_csv", "_selected_action": ["1"], "select_across": "1"}
    answer = desk.post(path, chosen)

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert b"".join(answer.streaming_content).startswith(b'\xef\xbb\xbf"Id","')
