"""Every address of the site by name, read from its URL configuration."""

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

# Addresses that only take a form; the rest can be opened.
POSTED = {
    "assessment:save_answer",
    "assessment:finish",
    "assessment:continue_full",
    "assessment:add_recommended",
    "assessment:adopt",
    "assessment:set_status",
    "assessment:order_action",
    "assessment:remove_action",
    "assessment:put_back_action",
    "assessment:make_document",
    "assessment:make_board_summary",
    "assessment:make_word",
    "assessment:new_link",
    "assessment:new_owner_link",
    "assessment:rotate_links",
    "assessment:revoke_link",
    "assessment:owner_email",
    "assessment:mail_link",
    "assessment:leave_all",
    "assessment:move",
    "assessment:decline",
    "assessment:undo_move",
    "assessment:remove_turnover",
}
# Addresses that show a page and take its form.
FORMS = {
    "assessment:start",
    "assessment:profile",
    "assessment:targets",
    "assessment:component",
    "assessment:type_back_sheet",
    "assessment:new_action",
    "assessment:edit_action",
    "assessment:reassess",
    "assessment:earlier",
    "assessment:take_earlier_away",
    "assessment:leave",
    "assessment:delete",
    "assessment:turnover",
    "assessment:import_json",
    "assessment:lost_link",
    "assessment:open_mailed",
}
# Files, not pages.
FILES = {
    "assessment:sample",
    "assessment:download",
    "assessment:workbook",
    "assessment:actions_csv",
    "assessment:answers_csv",
    "assessment:calendar",
    "assessment:worksheet",
    "assessment:own_worksheet",
    "assessment:export_json",
    "assessment:export_schema",
    "toolkit:copy",
    "toolkit:feed",
    "toolkit:cite_bib",
    "toolkit:cite_ris",
}


def names(patterns: list[Any] | None = None, namespace: str = "") -> Iterator[str]:
    """Names of all addresses but the admin's."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver) and pattern.namespace != "admin":
            inner = pattern.namespace or namespace.rstrip(":")
            yield from names(pattern.url_patterns, f"{inner}:" if inner else "")
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield f"{namespace}{pattern.name}"
