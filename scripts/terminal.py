"""What the commands say while they work."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def say(line: str) -> None:
    """Print one line of progress at once, also into a pipe."""
    print(line, flush=True)


def step(name: str, command: Sequence[str | Path], *, env: Mapping[str, str] | None = None) -> None:
    """Run ``command`` from the project root under ``name``, showing what it prints.

    A failure ends the program with the step's name as its last line.
    """
    say(f"==> {name}")
    # In a process group of its own: Ctrl-C then reaches this program alone, which ends the
    # command without the traceback that it would print by itself.
    with subprocess.Popen(
        command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, process_group=0
    ) as process:
        try:
            code = process.wait()
        except BaseException:
            process.terminate()
            raise
    if code:
        sys.exit(f"Failed: {name}")


def quietly(command: Sequence[str | Path], *, env: Mapping[str, str] | None = None) -> str:
    """Run ``command`` from the project root and show nothing.

    Returns "" if it succeeded, else the last lines of what it printed.
    """
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=env,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    if not done.returncode:
        return ""
    return "\n".join(done.stdout.splitlines()[-15:]) or f"exit code {done.returncode}"
