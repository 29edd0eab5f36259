"""Follow docs/production.md literally on a fresh Debian, then use the site over https.

    .venv/bin/python -m scripts.prove_recipe        (as root, on Debian; some eight minutes)

debootstrap makes a clean Debian 13 in a temporary folder. The page's own blocks are run in it:
those marked ``prove=install`` with this machine's network, the others after it has been started
as a machine of its own (systemd as process 1, own processes, network and mounts). Mirror, proxy
and certificates come from this machine's apt and pip at run time. Everything is in namespaces of
one process: when that ends, however it ends, mounts and processes are gone.

What the page says that cannot be done here: the certificate is our own in place of Let's
Encrypt's, and the first sign-in is made without its questions.
"""

import ast
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import trustme

from scripts.system_packages import DEBOOTSTRAP, missing
from scripts.terminal import ROOT, say

PAGE = ROOT / "docs" / "production.md"
SUITE = "trixie"
KINDS = ("names", "install", "run", "person", "certificate", "upgrade", "rollback")
FENCE = re.compile(r"^```sh prove=(\w+)\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)
NAME = "jobs.example.org"
RELEASE = "0.1.0"
# A root shell's, on a server.
ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME": "/root",
    "DEBIAN_FRONTEND": "noninteractive",
}
# Seconds: for one block (installing packages is the longest), and for the machine to start.
BLOCK, START = 1200, 120
# Mounts of a machine of its own; in a namespace that ends with it.
MOUNTS = """
set -e
mount --make-rprivate /
mount --bind "$R" "$R"
mount -t proc proc "$R/proc"
mount -t sysfs -o ro sysfs "$R/sys"
mount -t tmpfs -o mode=755 tmpfs "$R/dev"
for node in null zero full random urandom tty; do
    touch "$R/dev/$node"; mount --bind "/dev/$node" "$R/dev/$node"
done
mkdir "$R/dev/pts" "$R/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$R/dev/pts"
ln -s pts/ptmx "$R/dev/ptmx"
ln -s /proc/self/fd "$R/dev/fd"
mount -t tmpfs -o mode=1777 tmpfs "$R/dev/shm"
for folder in $WHEELS; do
    mkdir -p "$R$folder"; mount --bind -o ro "$folder" "$R$folder"
done
"""
BOOT = """
mount -t cgroup2 none "$R/sys/fs/cgroup"
mount -t tmpfs -o mode=755 tmpfs "$R/run"
ip link set lo up
exec env -i container=proof PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot "$R" /sbin/init
"""


class ProofError(Exception):
    """The page does not work as it stands; the message says where."""


@dataclass(frozen=True, kw_only=True)
class Block:
    """Commands of the page: how they are run (one of KINDS), from which line, and the text."""

    kind: str
    line: int
    text: str


def blocks(page: str) -> list[Block]:
    """The page's blocks that a server runs, in order. Raises ProofError for an unknown kind."""
    found = [
        Block(kind=match[1], line=page.count("\n", 0, match.start()) + 2, text=match[2])
        for match in FENCE.finditer(page)
    ]
    if unknown := {block.kind for block in found} - {*KINDS}:
        raise ProofError(f"Unknown blocks: {', '.join(sorted(unknown))}")
    return found


def commands(text: str) -> set[str]:
    """The site's own management commands that some shell lines or a unit name."""
    found = re.findall(
        r"(?:^|[ `])(?:jobquality|\S*manage\.py) +([a-z][a-z_]+)(?![\w./])", text, re.MULTILINE
    )
    return set(found)


# -- this machine's settings, read at run time -----------------------------------------------


def _output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def apt_mirror() -> str:
    """Where this machine's apt has Debian from. Raises ProofError where it has not."""
    listed = _output("apt-get", "indextargets", "--format", "$(REPO_URI) $(CODENAME) $(COMPONENT)")
    for line in listed.splitlines():
        uri, codename, component = line.split(" ")
        if component == "main" and "debian" in uri and "-" not in codename:
            return uri
    raise ProofError("this machine's apt knows no mirror of Debian")


def apt_settings() -> str:
    """This machine's proxy for apt, as lines of its configuration."""
    wanted = re.compile(r"^Acquire::(http|https)::(Proxy|CaInfo)\b.*$", flags=re.MULTILINE)
    return "".join(f"{match[0]}\n" for match in wanted.finditer(_output("apt-config", "dump")))


def pip_settings() -> dict[str, str]:
    """How this machine's pip reaches packages, proxies included, as environment variables.

    Not its constraints: what they allow here is no matter of the recipe's.
    """
    settings = {}
    for line in _output(sys.executable, "-m", "pip", "config", "list").splitlines():
        name, _, value = line.partition("=")
        section, _, option = name.partition(".")
        if section in {"global", "install"} and option != "constraint":
            settings[f"PIP_{option.upper().replace('-', '_')}"] = str(ast.literal_eval(value))
    proxies = {"http_proxy", "https_proxy", "no_proxy"}
    return settings | {
        name: value
        for name, value in os.environ.items()
        if (name.startswith("PIP_") and name != "PIP_CONSTRAINT") or name.lower() in proxies
    }


def local_folders(settings: dict[str, str]) -> list[str]:
    """Folders of this machine that pip's settings name."""
    words = " ".join(settings.values()).split()
    paths = [Path(word.removeprefix("file://")) for word in words]
    tops = {Path(*path.parts[:3]) for path in paths if path.is_absolute() and path.is_dir()}
    return sorted(str(path) for path in tops)


# -- the machine -----------------------------------------------------------------------------


class Machine:
    """A clean Debian in a folder: first entered, then started."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "debian"
        self.pip = pip_settings()
        self.wheels = local_folders(self.pip)
        self.names = ""
        self._init: int | None = None

    def install(self) -> None:
        """Make it. Raises ProofError where debootstrap cannot."""
        mirror = apt_mirror()
        say(f"==> A clean Debian ({SUITE})")
        wanted = ["--variant=minbase", "--include=systemd-sysv,dbus,adduser,procps"]
        done = subprocess.run(
            ["debootstrap", *wanted, SUITE, self.root, mirror],
            check=False, capture_output=True, text=True,
        )  # fmt: skip
        if done.returncode:
            raise ProofError(f"debootstrap: {' | '.join(done.stdout.splitlines()[-3:])}")
        security = f"{mirror.rstrip('/')}-security"
        self.write(
            "etc/apt/sources.list",
            f"deb {mirror} {SUITE} main\ndeb {security} {SUITE}-security main\n",
        )
        self.write("etc/apt/apt.conf.d/99proof", apt_settings())
        shutil.copy("/etc/resolv.conf", self.root / "etc/resolv.conf")
        self.write("etc/hosts", f"127.0.0.1 localhost {NAME}\n::1 localhost\n")
        # What is thrown away in ten minutes need not be written through to the disk.
        self.write("etc/dpkg/dpkg.cfg.d/proof", "force-unsafe-io\n")
        # There is no kernel of its own to load modules into.
        unit = self.root / "etc/systemd/system/systemd-modules-load.service"
        unit.symlink_to("/dev/null")
        if certificates := self.pip.get("PIP_CERT"):
            shutil.copy(certificates, self.root / "etc/proof.crt")
            self.pip["PIP_CERT"] = "/etc/proof.crt"

    def write(self, path: str, text: str) -> None:
        """A file in it."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def bring_release(self, release: str) -> None:
        """The project as it stands here, as the archive that the page speaks of."""
        made = _output("git", "-C", str(ROOT), "stash", "create").strip() or "HEAD"
        prefix, target = (
            f"jobquality-{release}",
            self.root / "root" / f"jobquality-{release}.tar.gz",
        )
        command = [
            "git",
            "-C",
            str(ROOT),
            "archive",
            f"--prefix={prefix}/",
            "-o",
            str(target),
            made,
        ]
        subprocess.run(command, check=True)

    def enter(self, text: str) -> None:
        """Run commands in it with this machine's network, which it has not once it is started."""
        if self._init is None:
            alone = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "bash", "-c"]
            command = [*alone, MOUNTS + 'exec chroot "$R" bash -euo pipefail -c "$TEXT"']
        else:
            command = [*self._into("-m", "-u", "-i", "-p", "-C"), "-c", 'eval "$TEXT"']
        self._bash(command, text, R=str(self.root), WHEELS=" ".join(self.wheels), **self.pip)

    def run(self, text: str) -> str:
        """Run commands in it once it is started; returns what they printed."""
        return self._bash([*self._into("-a"), "-c", 'eval "$TEXT"'], text)

    def _into(self, *spaces: str) -> list[str]:
        return ["nsenter", "-t", str(self._init), *spaces, "-r", "-w", "bash", "-euo", "pipefail"]

    def _bash(self, command: list[str], text: str, **env: str) -> str:
        done = subprocess.run(
            command,
            env={**ENVIRONMENT, **env, "TEXT": f"{self.names}\ncd /root\n{text}"},
            check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, errors="replace", timeout=BLOCK,
        )  # fmt: skip
        if done.returncode:
            said = "\n    ".join(done.stdout.splitlines()[-15:])
            raise ProofError(f"exit code {done.returncode}:\n    {said}")
        return done.stdout

    @contextmanager
    def started(self) -> Iterator[None]:
        """Start it as a machine of its own; end it, and what it started, afterwards."""
        group = _cgroup() / f"jobquality-proof-{os.getpid()}"
        group.mkdir()
        process = subprocess.Popen(
            ["bash", "-c", 'echo $$ > "$G/cgroup.procs"; exec unshare --mount --uts --ipc --net '
             '--cgroup --pid --fork --kill-child bash -c "$BOOT"'],
            env={**ENVIRONMENT, "R": str(self.root), "G": str(group), "BOOT": MOUNTS + BOOT,
                 "WHEELS": " ".join(self.wheels)},
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            self._init = _child(process)
            self._await_start()
            yield
        finally:
            process.kill()
            process.wait()
            _remove_group(group)

    def _await_start(self) -> None:
        until = time.monotonic() + START
        while time.monotonic() < until:
            try:
                self.run("systemctl is-system-running --wait | grep -x running")
                return
            except ProofError as error:
                said = str(error)
            time.sleep(0.5)
        raise ProofError(f"Debian did not start: {said}")


def _cgroup() -> Path:
    for line in Path("/proc/mounts").read_text().splitlines():
        _, place, kind, *_ = line.split(" ")
        if kind == "cgroup2":
            return Path(place)
    raise ProofError("this machine has no control groups of version 2")


def _child(process: subprocess.Popen[bytes]) -> int:
    """The process 1 of the machine, as this one numbers it."""
    until = time.monotonic() + START
    while time.monotonic() < until and process.poll() is None:
        found = subprocess.run(
            ["pgrep", "-P", str(process.pid)], check=False, capture_output=True, text=True
        ).stdout.split()
        if found and "init" in Path(f"/proc/{found[0]}/cmdline").read_text():
            return int(found[0])
        time.sleep(0.1)
    raise ProofError("Debian could not be started (this needs root, with unshare and mount)")


def _remove_group(group: Path) -> None:
    """Remove a control group, once its processes are gone."""
    until = time.monotonic() + START
    while time.monotonic() < until:
        try:
            for folder in sorted(group.rglob("*/"), key=lambda path: -len(path.parts)):
                folder.rmdir()
            group.rmdir()
        except OSError:
            time.sleep(0.2)
        else:
            return


# -- the proof -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Proof:
    """What is tried on one machine; raises ProofError at the first thing that does not work."""

    machine: Machine

    def follow(self, block: Block, text: str = "") -> None:
        """Run one block, or ``text`` in its place."""
        say(f"==> {PAGE.name}:{block.line} ({block.kind})")
        run = self.machine.enter if block.kind == "install" else self.machine.run
        try:
            run(text or block.text)
        except ProofError as error:
            raise ProofError(f"{PAGE.name}, block at line {block.line}: {error}") from None

    def check(self, what: str, text: str) -> None:
        """Run commands of our own that must succeed."""
        say(f"==> {what}")
        try:
            self.machine.run(text)
        except ProofError as error:
            raise ProofError(f"{what}: {error}") from None


def prove() -> None:
    """Follow the page. Raises ProofError where it does not work as it stands."""
    listed = blocks(PAGE.read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory(prefix="jobquality-proof-") as name:
        # Services with users of their own must reach into it.
        Path(name).chmod(0o755)
        machine = Machine(Path(name))
        machine.install()
        machine.bring_release(RELEASE)
        machine.names = next(block.text for block in listed if block.kind == "names")
        proof = Proof(machine)
        for block in (block for block in listed if block.kind == "install"):
            proof.follow(block)
        with machine.started():
            live(proof, listed, Path(name))


def live(proof: Proof, listed: list[Block], folder: Path) -> None:
    """The part of the page that needs the machine to run."""
    machine = proof.machine
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    rest = [block for block in listed if block.kind not in {"names", "install"}]
    step = next(block for block in listed if "tar -xzf" in block.text)
    for block in rest:
        match block.kind:
            case "person":
                proof.follow(block, _person(block))
            case "certificate":
                certify(machine, authority)
            case "upgrade":
                for release in ("0.1.1", "0.1.1"):
                    upgrade(proof, step, block, release)
            case "rollback":
                proof.follow(block)
                require_release(proof, RELEASE)
            case _:
                proof.follow(block)
        if "systemctl enable" in block.text:
            proof.check("systemd-analyze verify", VERIFY)
        if "nginx -t" in block.text:
            use(proof, folder)
    use(proof, folder)
    settle(proof)


def _person(block: Block) -> str:
    """The first sign-in without its questions: what a person types comes by the environment."""
    given = f"DJANGO_SUPERUSER_PASSWORD={secrets.token_urlsafe(20)}"
    options = "--noinput --username founder --email founder@example.org"
    return f"export {given}\n{block.text.strip()} {options}\n"


def certify(machine: Machine, authority: trustme.CA) -> None:
    """Put a certificate of our own where Let's Encrypt's would be; the machine trusts it."""
    say("==> A certificate of our own, in place of Let's Encrypt's")
    place = f"etc/letsencrypt/live/{NAME}"
    issued = authority.issue_cert(NAME)
    chain = b"".join(blob.bytes() for blob in issued.cert_chain_pems).decode()
    machine.write(f"{place}/fullchain.pem", chain)
    machine.write(f"{place}/privkey.pem", issued.private_key_pem.bytes().decode())
    machine.write("usr/local/share/ca-certificates/proof.crt", authority.cert_pem.bytes().decode())
    machine.run("update-ca-certificates")


# The session of a sign-in with its code given, as a browser of the founder's would have it.
SIGNED_IN = """
jobquality shell -v 0 -c '
from django.contrib.auth.models import User
from django.test import Client
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_static.models import StaticDevice
founder, client = User.objects.get(username="founder"), Client()
client.force_login(founder)
session = client.session
device, _ = StaticDevice.objects.get_or_create(user=founder, name="proof")
session[DEVICE_ID_SESSION_KEY] = device.persistent_id
session.save()
print(session.session_key)
'
"""


def use(proof: Proof, folder: Path) -> None:
    """The smoke test, from this machine's Python in the other's network."""
    say("==> Smoke test over https")
    session = folder / "session"
    session.write_text(proof.machine.run(SIGNED_IN).split()[-1])
    init = str(proof.machine._init)
    command = ["nsenter", "-t", init, "--net", sys.executable, "-m", "scripts.smoke"]
    given = [f"https://{NAME}", "--address", "127.0.0.1", "--ca", str(folder / "ca.pem")]
    given += ["--staff", str(session)]
    done = subprocess.run([*command, *given], cwd=ROOT, check=False)
    if done.returncode:
        # Each apart: while a page waits for the worker, the web's lines would push out the others'.
        for unit in ("jobquality-worker", "jobquality-web", "nginx"):
            say(proof.machine.run(f"journalctl --no-pager -n 20 -u {unit}"))
        raise ProofError("the smoke test failed")


def upgrade(proof: Proof, step: Block, block: Block, release: str) -> None:
    """The same program under another number, by the steps for upgrading."""
    machine = proof.machine
    machine.bring_release(release)
    machine.names = f"export SITE={NAME} RELEASE={release}\n"
    proof.follow(step)
    proof.follow(block)
    require_release(proof, release)


def require_release(proof: Proof, release: str) -> None:
    """Check which release answers visitors."""
    proof.check(
        f"Release {release} is the one that runs",
        f"test /proc/$(systemctl show -P MainPID jobquality-web)/cwd -ef /srv/jobquality/{release}",
    )


VERIFY = """
for unit in /etc/systemd/system/jobquality*; do
    test -d $unit || systemd-analyze verify --man=no $unit
done
"""


def settle(proof: Proof) -> None:
    """What must hold after everything: nothing failed, nothing told, nothing to be changed."""
    proof.check(
        "No unit failed", "systemctl --failed --plain --no-legend | grep . && exit 1 || true"
    )
    proof.check(
        "Every page was logged, and no private link or query string",
        "grep -q ' /start/ ' /var/log/nginx/jobquality.log\n"
        "if grep -rE '/open/[A-Za-z0-9_-]{8}|mode=quick' /var/log/nginx; then exit 1; fi\n"
        "if journalctl --no-pager | grep -E '/open/[A-Za-z0-9_-]{8}'; then exit 1; fi",
    )
    proof.check(
        "The site cannot write its own program or settings",
        "if runuser -u jobquality -- find /srv/jobquality /etc/jobquality -writable -not -type l "
        "| grep .; then exit 1; fi\n"
        "test $(stat -c %a:%U:%G /etc/jobquality/env) = 640:root:jobquality",
    )
    proof.check(
        "A service can write nowhere but in its own folders",
        "systemd-run --quiet --wait --pipe --unit jobquality-probe.service sh -c '"
        "test $(id -un) = jobquality && touch /var/lib/jobquality/probe "
        "&& rm /var/lib/jobquality/probe && ! touch /srv/jobquality/probe 2>/dev/null "
        "&& ! touch /var/backups/jobquality/probe 2>/dev/null && ! touch /etc/probe 2>/dev/null'",
    )
    proof.check(
        "The port of the program is this machine's own",
        "! grep -qE '^ *[0-9]+: (00000000|0{32}):1F40 .* 0A ' /proc/net/tcp /proc/net/tcp6",
    )
    proof.check(
        "A daily command that fails is reported",
        "systemctl start jobquality-failed@jobquality-proof.service\n"
        "journalctl --sync\n"
        "journalctl --no-pager -u jobquality-failed@jobquality-proof "
        '| grep \'"message": "jobquality-proof failed\'\n'
        "test $(systemctl show -P User jobquality-failed@jobquality-proof) = jobquality",
    )
    proof.check("A copy elsewhere can be fetched by rrsync", "test -x /usr/bin/rrsync")
    for timer in ("links", "copies"):
        if timer != "links":  # that one asks the world
            proof.check(f"jobquality-{timer} runs", f"systemctl start jobquality-{timer}.service")


def main() -> int:
    """Returns the exit code; the last line says how it went."""
    # Being told to end must still end the machine.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if os.geteuid():
        say("NOT PROVED: this needs root, to make and start a machine of its own")
        return 1
    if line := missing(DEBOOTSTRAP):
        say(f"NOT PROVED: {line}")
        return 1
    try:
        prove()
    except ProofError as error:
        say(f"NOT PROVED: {error}")
        return 1
    say("PROVED")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
