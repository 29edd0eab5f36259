from collections import defaultdict

from django.db import migrations
from django.db.models import F

# As they were when this was written; ``toolkit.search`` may go on without this file.
PART = "\x1f"
PARTS = 4
BATCH = 500


def fill(apps, schema_editor):
    """Give the items of before what saving makes for the archive search since 0002.

    Loading leaves items alone that are as in their files, so nothing else would ever fill them:
    the archive would count no components and take every match for one in the facts.
    """
    alias = schema_editor.connection.alias
    resources = apps.get_model("toolkit", "Resource").objects.using(alias)
    ties = apps.get_model("toolkit", "ResourceComponent").objects.using(alias)
    slugs = defaultdict(list)
    for resource, slug in ties.values_list("resource", "component__slug"):
        slugs[resource].append(slug)
    for row in (rows := list(resources.only("search_text"))):
        row.component_slugs = "".join(f" {slug}" for slug in sorted(slugs[row.pk])) + " "
        parts = row.search_text.split(PART)
        if len(parts) == PARTS:
            row.title_end = len(parts[0]) + 1
            row.organization_end = row.title_end + len(parts[1]) + 1
            row.summary_end = row.organization_end + len(parts[2]) + 1
    columns = ["component_slugs", "title_end", "organization_end", "summary_end"]
    resources.bulk_update(rows, columns, batch_size=BATCH)
    # 0002 dates them all to its own run; none was added after its last change.
    resources.filter(added_at__gt=F("changed_at")).update(added_at=F("changed_at"))


class Migration(migrations.Migration):

    dependencies = [
        ('toolkit', '0002_archive_and_desk'),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
