"""How often something was asked for lately, for limits that all processes share."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import connection, models

KEY_LENGTH = 64


class RequestCountQuerySet(models.QuerySet["RequestCount"]):
    """Counts."""

    def count_one(self, windows: Mapping[str, int], *, now: int) -> dict[str, tuple[int, int]]:
        """Count one request under each key; return each key's count and when its window ends.

        ``windows``: the end, in Unix seconds, of the window that begins now where none is running.
        One statement on both databases: reading first and writing then would let those through
        who ask at the same moment. Rows are always taken in the order given, so that two requests
        that share some of them never wait for each other.
        """
        rows = ", ".join(["(%s, 1, %s)"] * len(windows))
        values = [value for window in windows.items() for value in window]
        with connection.cursor() as cursor:
            cursor.execute(_STATEMENT.format(rows=rows), [*values, now, now])
            return {key: (count, ends) for key, count, ends in cursor.fetchall()}

    def over(self, *, now: int) -> RequestCountQuerySet:
        """Those whose window has ended: they count for nothing any more."""
        return self.filter(ends__lte=now)


_STATEMENT = """
    INSERT INTO assessment_requestcount (key, count, ends) VALUES {rows}
    ON CONFLICT (key) DO UPDATE SET
        count = CASE WHEN assessment_requestcount.ends <= %s THEN 1
            ELSE assessment_requestcount.count + 1 END,
        ends = CASE WHEN assessment_requestcount.ends <= %s THEN excluded.ends
            ELSE assessment_requestcount.ends END
    RETURNING key, count, ends
"""


class RequestCount(models.Model):
    """Requests of one kind from one network (or for one assessment, or in all) in one window.

    ``key`` is a keyed hash: no address and no assessment can be read from it.
    """

    key = models.CharField(max_length=KEY_LENGTH, primary_key=True)
    count = models.PositiveIntegerField()
    # In Unix seconds, which both databases return alike from a statement of our own.
    ends = models.BigIntegerField(db_index=True)

    objects = RequestCountQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.count}"
