"""What deploy/ and docs/production.md name is there, and they say the same as one another.

That the page works as it stands is proved on a clean Debian: scripts/prove_recipe.py, `make soak`.
"""

import configparser
import re
import runpy
import shlex
import shutil
import subprocess
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import get_commands
from django.urls import URLResolver, get_resolver, reverse
from django.utils import timezone

from assessment import tasks
from jobquality import server
from jobquality.backups import making
from scripts import prove_recipe
from scripts.prove_recipe import blocks, commands
from tests.test_project import read
from toolkit.bodies import AROUND

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
SYSTEMD = ROOT / "deploy" / "systemd"
UNITS = sorted(file for file in SYSTEMD.glob("jobquality*") if file.is_file())
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]
TIMERS = [unit for unit in UNITS if unit.suffix == ".timer"]
LASTING = ("web", "worker")
# Started by the failure of another.
FAILED = "jobquality-failed@"
PAGE = read("docs/production.md")
# Whatever names the site's commands, and those pages that are of no use without any.
PAGES = ["README.md", "CONTRIBUTING.md", *sorted(f"docs/{f.name}" for f in DOCS.glob("*.md"))]
NAMING_COMMANDS = {
    *("docs/content.md", "docs/operating.md", "docs/production.md"),
    "deploy/Containerfile",
}
# For development, or for what a server behind nginx must not do.
NO_SERVER_VARIABLES = {"CSRF_TRUSTED_ORIGINS", "DEBUG", "HOST", "INSECURE_HTTP", "PORT"}
# Safe as it is without being set.
OPTIONAL_VARIABLES = {"STAFF_SECOND_FACTOR"}


def code_of(text: str) -> str:
    """The fenced blocks and code spans of a page, a line each."""
    return "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, flags=re.DOTALL))


def unit(file: Path) -> dict[str, dict[str, str]]:
    """A unit's sections. A key may stand once; that holds for ours."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(file.read_text())
    return {name: dict(parser[name]) for name in parser.sections()}


def settings_of(text: str) -> dict[str, str]:
    """The variables of an environment file."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return dict(re.fullmatch(r"([A-Z_]+)='([^']*)'", line).groups() for line in lines)  # type: ignore[union-attr, misc]


def readme_variables() -> set[str]:
    section = read("README.md").partition("\n## Configuration\n")[2].partition("\n## ")[0]
    return set(re.findall(r"^\| *`([A-Z0-9_]+)`", section, flags=re.MULTILINE))


# -- commands ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*PAGES, "deploy/Containerfile"])
def test_every_management_command_named_exists(name: str) -> None:
    text = read(name)
    named = commands(code_of(text) if name.endswith(".md") else text)
    assert named or name not in NAMING_COMMANDS
    assert named <= {*get_commands()}


def test_the_daily_commands_have_a_line_for_cron() -> None:
    lines = re.findall(
        r"^\d+ \d+ \* \* \*  cd \S+ && (.+)$", read("docs/operating.md"), re.MULTILINE
    )
    assert {"backup", "purge_assessments"} <= commands("\n".join(lines))


def test_every_unit_runs_a_command_that_exists() -> None:
    named = {file.stem: file.read_text() for file in SERVICES if file.stem != "jobquality-web"}
    assert {stem for stem, text in named.items() if len(commands(text)) != 1} == set()
    assert set().union(*map(commands, named.values())) <= {*get_commands()}


# -- settings ---------------------------------------------------------------------------------


def test_the_environment_file_holds_the_settings_of_a_server_and_no_other() -> None:
    given = set(settings_of(read("deploy/jobquality.env.example")))
    wanted = readme_variables() - NO_SERVER_VARIABLES - OPTIONAL_VARIABLES
    assert given == wanted


def test_every_setting_is_explained_where_it_is_made() -> None:
    text = read("deploy/jobquality.env.example")
    paragraphs = text.strip().split("\n\n")
    assert [part for part in paragraphs if not part.startswith("# ")] == []


def test_the_environment_file_holds_no_secret() -> None:
    given = settings_of(read("deploy/jobquality.env.example"))
    assert (given["SECRET_KEY"], given["EMAIL_URL"]) == ("", "")
    assert "@" not in given["DATABASE_URL"]


def test_shell_and_systemd_read_the_environment_file_alike() -> None:
    """Only what both take literally: single quotes around, none within, no backslash."""
    text = read("deploy/jobquality.env.example")
    assert "\\" not in text
    assert {name: shlex.split(f"{value!r}")[0] for name, value in settings_of(text).items()} == (
        settings_of(text)
    )
    command = ["sh", "-c", "set -a; . ./deploy/jobquality.env.example; env -0"]
    listed = subprocess.run(command, cwd=ROOT, env={}, check=True, capture_output=True, text=True)
    seen = dict(line.split("=", 1) for line in listed.stdout.split("\0") if line)
    assert {name: seen[name] for name in settings_of(text)} == settings_of(text)


# -- units ------------------------------------------------------------------------------------


def test_every_service_but_web_and_worker_has_a_timer() -> None:
    once = {file.stem for file in SERVICES} - {"jobquality-web", "jobquality-worker", FAILED}
    assert {file.stem for file in TIMERS} == once


def test_somebody_is_told_when_what_a_timer_starts_fails() -> None:
    """Of web and worker, which are started again, whoever watches the site is told."""
    told = {file.stem: unit(file)["Unit"].get("OnFailure") for file in SERVICES}
    assert {stem for stem, by in told.items() if by} == {file.stem for file in TIMERS}
    assert {by for by in told.values() if by} == {f"{FAILED}%N.service"}


@pytest.mark.parametrize("file", SERVICES, ids=lambda file: file.stem)
def test_every_service_runs_from_the_release_in_use(file: Path) -> None:
    service = unit(file)["Service"]
    assert service["ExecStart"].startswith("/srv/jobquality/current/.venv/bin/")
    # Whose process it is and what it may touch stands in one place for all.
    assert {"User", "Group", "EnvironmentFile", "ProtectSystem"} & {*service} == set()


def test_all_services_share_one_hardened_frame() -> None:
    shared = unit(SYSTEMD / "jobquality-.service.d/shared.conf")["Service"]
    wanted = {
        "User": "jobquality",
        "EnvironmentFile": "/etc/jobquality/env",
        "WorkingDirectory": "/srv/jobquality/current",
        "ProtectSystem": "strict",
        "ProtectHome": "yes",
        "PrivateTmp": "yes",
        "PrivateDevices": "yes",
        "NoNewPrivileges": "yes",
        "CapabilityBoundingSet": "",
        "UMask": "0077",
    }
    assert {name: shared.get(name) for name in wanted} == wanted
    # Only the backup may write outside the site's own folder.
    writers = {file.stem: unit(file)["Service"].get("ReadWritePaths") for file in SERVICES}
    assert {stem: paths for stem, paths in writers.items() if paths} == {
        "jobquality-backup": settings_of(read("deploy/jobquality.env.example"))["BACKUP_DIR"]
    }


def test_neither_web_nor_worker_can_take_the_memory_of_the_database() -> None:
    (memory,) = re.findall(r"2 processors, (\d) GB of memory", PAGE)
    given = {name: unit(SYSTEMD / f"jobquality-{name}.service")["Service"] for name in LASTING}
    most = [int(given[name]["MemoryMax"].removesuffix("G")) for name in LASTING]
    assert sum(most) < int(memory)
    # A worker of gunicorn's that is killed must not take the others with it.
    assert given["web"]["OOMPolicy"] == "continue"


def test_what_is_under_way_is_finished_before_a_service_is_killed() -> None:
    stop = unit(SYSTEMD / "jobquality-web.service")["Service"]["TimeoutStopSec"]
    assert int(stop) > runpy.run_path(str(ROOT / "deploy/gunicorn.py"))["graceful_timeout"]
    stop = unit(SYSTEMD / "jobquality-worker.service")["Service"]["TimeoutStopSec"]
    assert int(stop) > tasks.MOST_SECONDS


@pytest.mark.parametrize("file", [*SERVICES, *TIMERS], ids=lambda file: file.name)
def test_the_page_speaks_of_every_unit(file: Path) -> None:
    """A service with a timer by its timer; the one that reports failures is started by others."""
    has_timer = file.suffix == ".service" and file.with_suffix(".timer").exists()
    name = file.stem if file.suffix == ".service" and not has_timer else f"{file.stem}.timer"
    (enabled,) = [block.text for block in blocks(PAGE) if "systemctl enable" in block.text]
    assert bool(re.search(rf" {re.escape(name)}\s", enabled)) == (name != FAILED)
    assert f"| `{name}` |" in PAGE


@pytest.mark.parametrize("file", TIMERS, ids=lambda file: file.name)
def test_the_page_says_when_each_timer_runs(file: Path) -> None:
    hour = unit(file)["Timer"]["OnCalendar"].removeprefix("*-*-* ")
    assert f"| `{file.name}` | daily, {hour} |" in PAGE


def test_units_are_sound_for_systemd(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.fail("systemd-analyze is missing; install it with: apt-get install systemd")
    for file in UNITS:
        # The program and its user are on the server only.
        text = re.sub(r"^ExecStart=.*$", "ExecStart=/bin/true", file.read_text(), flags=re.M)
        (tmp_path / file.name).write_text(text.replace("Documentation=", "#"))
    command = ["systemd-analyze", "verify", "--man=no", *sorted(map(str, tmp_path.iterdir()))]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    ours = [line for line in done.stderr.splitlines() if "jobquality" in line]
    assert ours == []


# -- nginx and gunicorn -----------------------------------------------------------------------


def test_nginx_hands_on_to_where_gunicorn_listens() -> None:
    bind = runpy.run_path(str(ROOT / "deploy/gunicorn.py"))["bind"]
    assert set(re.findall(r"proxy_pass http://([^;]+);", read("deploy/nginx.conf"))) == {bind}


def test_nginx_overwrites_what_the_site_believes() -> None:
    given = dict(re.findall(r"proxy_set_header (\S+) (\S+);", read("deploy/nginx.conf")))
    assert given == {
        "Host": "$host",
        "X-Forwarded-Proto": "$scheme",
        "X-Forwarded-For": "$remote_addr",
        "X-Request-ID": "$request_id",
        "X-Forwarded-Host": '""',
        "Forwarded": '""',
        "Connection": '""',
    }
    # One such line within a location would drop all of those above it.
    assert [words for words, said in locations().items() if "proxy_set_header" in said] == []


def locations() -> dict[str, str]:
    """What the https server's locations say, by the words before the brace."""
    https = read("deploy/nginx.conf").partition("listen 443")[2]
    return dict(re.findall(r"^ +location (.+?) \{(.*?)\}", https, flags=re.MULTILINE | re.DOTALL))


def location_of(path: str) -> str:
    """The location that nginx takes for an address: exact, by pattern, by its beginning."""
    known = locations()
    if f"= {path}" in known:
        return f"= {path}"
    for words in known:
        if words.startswith("~ ") and re.search(words.removeprefix("~ "), path):
            return words
    return max((words for words in known if path.startswith(words)), key=len)


def taking_files(resolver: Any = None, before: str = "/") -> dict[str, int]:
    """The addresses that may be sent a file, one of each kind, and the longest body of each."""
    found: dict[str, int] = {}
    for entry in (resolver or get_resolver()).url_patterns:
        route = f"{before}{entry.pattern}"
        if isinstance(entry, URLResolver):
            found |= taking_files(entry, route)
        elif hasattr(entry.callback, "largest_body"):
            most = entry.callback.largest_body or settings.COPY_MAX_BYTES + AROUND
            found[re.sub(r"<int:\w+>", "1705", route)] = most
    return found


def test_nginx_lets_through_what_the_site_takes() -> None:
    most = taking_files()
    assert {*most} == {
        reverse("assessment:import_json"),
        reverse("admin:toolkit_import"),
        reverse("admin:toolkit_resourcecopy_upload", args=[1705]),
    }
    taken = {location_of(path): f"{most[path] // 2**20}m" for path in most}
    sizes = {
        words: found[1]
        for words, said in locations().items()
        if (found := re.search(r"client_max_body_size (\w+);", said))
    }
    assert sizes == taken
    names = ("assessment:open_link", "assessment:open_mailed")
    (private,) = {location_of(reverse(name, args=["secret"])) for name in names}
    assert {*locations()} == {"/", private, *taken}
    (usual,) = re.findall(r"^    client_max_body_size (\w+);", read("deploy/nginx.conf"), re.M)
    assert usual == f"{settings.LARGEST_BODY // 2**20}m"


def test_what_nginx_does_not_collect_first_comes_from_few_at_once() -> None:
    """A body that comes slowly keeps a thread of the site busy."""
    unbuffered = {words for words, said in locations().items() if "request_buffering off" in said}
    upload = location_of(reverse("admin:toolkit_resourcecopy_upload", args=[1705]))
    assert unbuffered == {upload}
    text = read("deploy/nginx.conf")
    (zone,) = re.findall(r"limit_conn_zone \$server_name zone=(\w+):", text)
    threads = runpy.run_path(str(ROOT / "deploy/gunicorn.py"))["threads"]
    (most,) = re.findall(rf"limit_conn {zone} (\d+);", locations()[upload])
    # Of a server's threads at the least, with one worker.
    assert int(most) < threads
    assert re.search(r"client_body_timeout \d{1,2}s;", locations()[upload])


def test_the_access_log_holds_no_query_and_no_private_link() -> None:
    text = read("deploy/nginx.conf")
    (form,) = re.findall(r"log_format jobquality '([^']*)'", text)
    assert set(re.findall(r"\$\w+", form)) & {"$request", "$request_uri", "$args"} == set()
    assert "$http_referer" not in form
    assert re.search(r"map \$uri \$jobquality_is_logged \{\s*default +1;\s*~\^/open/ +0;", text)
    logs = re.findall(r"access_log ([^;]+);", text)
    assert [log for log in logs if log != "off" and "if=$jobquality_is_logged" not in log] == []


def test_nginx_s_error_log_holds_no_request() -> None:
    """Below “critical” it names the address, and the request with its query string."""
    logs = re.findall(r"error_log ([^;]+);", read("deploy/nginx.conf"))
    assert [log for log in logs if log != "/dev/null" and not log.endswith(" crit")] == []


def test_gunicorn_s_own_lines_are_told_by_the_site_s_rules() -> None:
    """The log's own tests say what these are (tests/jobquality/test_logs.py)."""
    given = runpy.run_path(str(ROOT / "deploy/gunicorn.py"))
    assert given["logconfig_dict"] is server.logconfig_dict
    assert given["accesslog"] is None
    assert "on_starting" not in given


# -- the page ---------------------------------------------------------------------------------


def test_every_file_the_page_names_exists() -> None:
    named = set(re.findall(r"\bdeploy/[\w./-]*\w", code_of(PAGE)))
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
    assert len(named) > 3


def test_page_units_and_settings_agree_on_folders() -> None:
    given = settings_of(read("deploy/jobquality.env.example"))
    (made,) = [block.text for block in blocks(PAGE) if "adduser" in block.text]
    for folder in (given["COPIES_DIR"], given["BACKUP_DIR"], "/srv/jobquality", "/etc/jobquality"):
        assert re.search(rf" {folder}(\s|$)", made), folder


def test_the_packages_are_those_the_commands_need() -> None:
    from scripts.system_packages import PANGO

    (install,) = [block.text for block in blocks(PAGE) if "apt-get install" in block.text]
    for text in (install, read("deploy/Containerfile")):
        assert {*PANGO.packages} <= {*text.split()}


def test_the_page_names_the_release_there_is() -> None:
    import tomllib

    version = tomllib.loads(read("pyproject.toml"))["project"]["version"]
    assert f"export RELEASE={version}\n" in PAGE
    assert f"## [{version}]" in read("CHANGELOG.md")
    assert version == prove_recipe.RELEASE


def test_every_block_is_followed_by_the_proof() -> None:
    """A shell block without a mark would be one that nobody runs."""
    assert re.findall(r"^```sh$", PAGE, flags=re.MULTILINE) == []
    assert {block.kind for block in blocks(PAGE)} == {*prove_recipe.KINDS}
    with pytest.raises(prove_recipe.ProofError, match="Unknown blocks: magic"):
        blocks("```sh prove=magic\ntrue\n```\n")


# -- backups on the page ----------------------------------------------------------------------


def block_with(words: str) -> str:
    """The one block of the page that holds these words."""
    (text,) = [block.text for block in blocks(PAGE) if words in block.text]
    return text


def test_the_newest_backup_is_never_what_a_restore_replaced() -> None:
    globs = re.findall(r"BACKUP=\$\(ls /var/backups/jobquality/(\S+) \| tail -n 1\)", PAGE)
    assert len(globs) == 2
    now = timezone.now()
    for glob in globs:
        assert fnmatch(making.NAME.format(at=now), glob)
        assert not fnmatch(making.SAFETY_NAME.format(at=now), glob)


def test_trying_to_restore_leaves_the_site_alone() -> None:
    """It neither stops it nor names its database or its copies."""
    lines = block_with("jobquality_drill").splitlines()
    (drill,) = [line for line in lines if line.startswith("DRILL=")]
    live = settings_of(read("deploy/jobquality.env.example"))
    given = dict(pair.split("=", 1) for pair in shlex.split(drill)[0].split()[1:] if "=" in pair)
    assert {*given} == {"DATABASE_URL", "COPIES_DIR"}
    assert [name for name in given if given[name] == live[name]] == []
    assert not given["COPIES_DIR"].startswith(live["COPIES_DIR"])
    ours = [line for line in lines if commands(line)]
    assert [line for line in ours if not line.startswith("$DRILL jobquality ")] == []
    assert any("restore $BACKUP" in line for line in ours)
    assert [line for line in lines if "systemctl" in line or "--replace" in line] == []
    databases = [line.split()[-1] for line in lines if line.startswith("runuser -u postgres")]
    assert {*databases} == {"jobquality_drill"}


def test_a_setting_given_to_the_command_counts_in_place_of_the_site_s(tmp_path: Path) -> None:
    (tmp_path / "env").write_text("A='site'\nB='site'\n")
    script = read("deploy/manage").replace("/etc/jobquality/env", str(tmp_path / "env"))
    script = script.replace("cd /srv/jobquality/current", f"cd {tmp_path}")
    script = re.sub(r"^exec .*$", 'exec env -0 "$@"', script, flags=re.MULTILINE)
    command = ["sh", "-c", script, "manage", "--"]
    env = {"PATH": "/usr/bin:/bin", "B": "it's “$given”\n", "C": "given"}
    done = subprocess.run(command, env=env, check=True, capture_output=True, text=True)
    seen = dict(line.split("=", 1) for line in done.stdout.split("\0") if line)
    assert (seen["A"], seen["B"], seen["C"]) == ("site", env["B"], "given")


def test_an_upgrade_backs_up_what_nobody_changes_any_more() -> None:
    (text,) = [block.text for block in blocks(PAGE) if block.kind == "upgrade"]
    stop, backup = "systemctl stop jobquality.target", "systemctl start jobquality-backup.service"
    assert text.index(stop) < text.index(backup) < text.index("ln -sfn")


# -- the container file -----------------------------------------------------------------------


def test_the_image_is_built_from_files_that_reach_it() -> None:
    text = read("deploy/Containerfile")
    copied = [
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", text, flags=re.MULTILINE)
        for source in line.split()[:-1]
    ]
    allowed = re.findall(r"^!(\S+)$", read(".containerignore"), flags=re.MULTILINE)
    assert [source for source in copied if not (ROOT / source).exists()] == []
    assert sorted(copied) == sorted(allowed)


def test_the_page_fills_the_container_s_database_as_the_server_s() -> None:
    server = "".join(block.text for block in blocks(PAGE))
    container = PAGE.partition("\n## In a container instead\n")[2]
    wanted = {"migrate", "load_content", "setup_roles", "createsuperuser"}
    assert wanted <= commands(server)
    assert wanted | {"work", "backup"} <= commands(code_of(container))


def test_the_image_s_user_can_write_where_copies_and_backups_go() -> None:
    text = read("deploy/Containerfile")
    (made,) = re.findall(r"install -d -o jobquality -m 700 (.+)$", text, flags=re.MULTILINE)
    (kept,) = re.findall(r"^VOLUME (.+)$", text, flags=re.MULTILINE)
    assert made.split() == kept.split()
    given = settings_of(read("deploy/jobquality.env.example"))
    for name in ("COPIES_DIR", "BACKUP_DIR"):
        assert f" {name}={given[name]} " in text
        assert any(Path(given[name]).is_relative_to(folder) for folder in made.split())
    assert [folder for folder in made.split() if not re.search(f":{folder}[ ']", PAGE)] == []


def test_the_image_runs_without_root_and_holds_no_secret() -> None:
    text = read("deploy/Containerfile")
    assert re.findall(r"^USER (\S+)$", text, flags=re.MULTILINE) == ["jobquality"]
    assert not re.search(r"SECRET_KEY|PASSWORD", text)
    assert text.index("collectstatic") < text.index("USER jobquality")
    assert re.findall(r"^EXPOSE (\d+)$", text, flags=re.MULTILINE) == ["8000"]
    images = re.findall(r"^FROM python:([\d.]+)-slim-\S+", text, flags=re.MULTILINE)
    assert {*images} == {read(".python-version").strip()}


# -- licence ----------------------------------------------------------------------------------


def test_every_licence_named_is_there() -> None:
    import tomllib

    project = tomllib.loads(read("pyproject.toml"))["project"]
    assert (project["license"], read("LICENSE").splitlines()[0]) == ("MIT", "MIT License")
    found = [[*ROOT.glob(pattern)] for pattern in project["license-files"]]
    assert [len(files) for files in found] == [1, 2]
    fonts = {
        file.name.rsplit("-", 1)[0] for file in (ROOT / "jobquality/static/fonts").glob("*.woff2")
    }
    assert fonts == {file.name.removesuffix("-OFL.txt") for file in found[1]}
