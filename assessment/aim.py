"""What an employer aims for in a component: how far, and how soon.

Pure: imports only the standard library and assessment.scoring. The rules: decisions.md 36, 37.
"""

from __future__ import annotations

from dataclasses import dataclass

from assessment.scoring import Profile


@dataclass(frozen=True, slots=True)
class Aim:
    """``target``: the level aimed at, 1 to 4. ``importance``: 1 later, 2 normal, 3 first."""

    target: int
    importance: int

    def __str__(self) -> str:
        return f"{self.target}-{self.importance}"

    @classmethod
    def of(cls, text: str) -> Aim | None:
        """The aim written as a page carries it, "3-2"; None for anything else."""
        known = {str(aim): aim for aim in (cls(t, i) for t in range(1, 5) for i in range(1, 4))}
        return known.get(text)

    @classmethod
    def in_profile(cls, profile: Profile, component: str) -> Aim:
        """The aim stored for a component, by its slug."""
        return cls(profile.target_of(component), profile.importance_of(component))


def merged(*, stored: Aim, seen: Aim, wanted: Aim) -> Aim | None:
    """``stored`` with what was changed from ``seen`` to ``wanted``; the rest stays as it is now.

    None where the same thing was changed to something else meanwhile: neither may win unasked.
    """
    target = _merged(stored.target, seen.target, wanted.target)
    importance = _merged(stored.importance, seen.importance, wanted.importance)
    return None if target is None or importance is None else Aim(target, importance)


def _merged(stored: int, seen: int, wanted: int) -> int | None:
    if wanted == seen:
        return stored
    return wanted if stored in (seen, wanted) else None
