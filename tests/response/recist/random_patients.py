"""Random lesions of many patients: missing rows, splits, merges, new and equivocal findings."""

from __future__ import annotations

import random
from datetime import date, timedelta

START = date(2024, 1, 1)
DIP = 0.5  # a response that is then slowly lost


def lesion_rows(patients: int, seed: int, smallest: float = 0.01) -> list[str]:
    """Return lesion CSV rows; every patient is valid."""
    draw = random.Random(seed)
    return [row for number in range(patients) for row in _patient(f"p{number}", draw, smallest)]


def _patient(name: str, draw: random.Random, smallest: float) -> list[str]:
    days = [START + timedelta(days=28 * k + draw.randint(0, 9)) for k in range(draw.randint(1, 7))]
    rows: list[str] = []

    def add(day: date, lesion: str, role: str, nodal: bool, size: object, status: str) -> None:
        organ = draw.choice(["liver", "lung", "pancreas"]) if role == "target" else ""
        cells = [name, day, lesion, role, organ, str(nodal).lower(), size, status]
        rows.append(",".join(map(str, cells)))

    targets = draw.choice([0, 1, 1, 2, 2, 3])
    others = draw.choice([0, 0, 1, 2]) if targets else draw.choice([1, 2])
    # The mood of a patient makes CR, PR and PD all common.
    mood = draw.choice([0.0, 0.6, 0.9, 1.0, 1.15, DIP])
    # In some nothing is disease at baseline: small nodes, lesions absent or not looked at.
    is_free = draw.random() < 0.15
    for number in range(targets):
        nodal = draw.random() < 0.3
        nodal = nodal or is_free
        size = 8 if is_free else draw.choice([15, 20, 30.5, 40, 50.1])
        add(days[0], f"T{number}", "target", nodal, size, "measured")
        fate, split = "whole", 0
        for place, day in enumerate(days[1:]):
            if mood == DIP:
                size = round(size * (0.68 if place == 0 else 1.04), 2)
            else:
                size = round(max(smallest, size * mood * draw.choice([0.8, 1, 1, 1.2, 1.21])), 2)
            if fate == "merged":
                if draw.random() < 0.2:
                    add(day, f"T{number}", "target", nodal, size, "measured")
                    fate = "whole"
                continue
            if draw.random() < 0.06 and number and targets > 1:
                add(day, f"T{number}", "target", nodal, "", "merged_into:T0")
                fate = "merged"
                continue
            if draw.random() < 0.08 and split < 2:
                split += 1
                half = round(size / 2 + 0.01, 2)
                add(day, f"T{number}f{split}", "target", nodal, half, f"split_from:T{number}")
                if draw.random() < 0.5:
                    add(day, f"T{number}", "target", nodal, half, "measured")
                continue
            _seen(add, day, f"T{number}", "target", nodal, size, mood, draw)
            for piece in range(1, split + 1):
                _seen(add, day, f"T{number}f{piece}", "target", nodal, size, mood, draw)
    for number in range(others):
        nodal = draw.random() < 0.3
        free = draw.choice(["absent", "not_evaluated"])
        first = free if is_free or draw.random() < 0.1 else "present"
        add(days[0], f"N{number}", "non_target", nodal, "", first)
        for day in days[1:]:
            states = ["present"] * 4 + ["absent"] * 8 + ["not_evaluated", "", "too_small", "12"]
            state = draw.choice([*states, "absent", "9"])
            if draw.random() < 0.03:
                state = "unequivocal_progression"
            if draw.random() < 0.05 and targets:
                state = "merged_into:T0"
            elif draw.random() < 0.05 and number:
                state = "merged_into:N0"
            if state in ("12", "9"):
                add(day, f"N{number}", "non_target", nodal, state, "measured")
            elif state:
                add(day, f"N{number}", "non_target", nodal, "", state)
    for number in range(draw.choice([0, 0, 0, 1, 2])):
        is_sure, nodal = False, draw.random() < 0.3
        for day in days[1:]:
            if draw.random() < 0.4:
                continue
            is_sure = is_sure or draw.random() < 0.2
            state = draw.choice(["present", "absent", "absent", "not_evaluated", "8", "14"])
            role = "new" if is_sure else "new_equivocal"
            if state.isdigit():
                add(day, f"X{number}", role, nodal, state, "measured")
            else:
                add(day, f"X{number}", role, nodal, "", state)
    return rows


def _seen(add, day, lesion, role, nodal, size, mood, draw) -> None:  # type: ignore[no-untyped-def]
    chance = draw.random()
    if chance < 0.05:
        return
    if chance < 0.08:
        add(day, lesion, role, nodal, "", "not_evaluated")
    elif chance < 0.13:
        add(day, lesion, role, nodal, "", "too_small")
    elif chance < 0.16 or (mood == 0.0 and chance < 0.9):
        add(day, lesion, role, nodal, "", "absent")
    else:
        add(day, lesion, role, nodal, size, "measured")


def patients_csv(patients: int, seed: int) -> str:
    """Return heads: reference dates, courses of markers, deaths and new therapies, in any order."""
    draw = random.Random(seed)
    lines = ["patient_id,reference_date,baseline_date,markers,death_date,new_therapy_date"]
    for number in range(patients):
        reference = START + timedelta(days=draw.choice([draw.randint(-10, 20), 60]))
        ends = [draw.choice(["", "", START + timedelta(days=draw.randint(-5, 200))]) for _ in "dn"]
        marker = draw.choice(["", "", "normal", "elevated", "elevated; 2024-03-01=normal"])
        lines.append(f"p{number},{reference},,{marker},{','.join(map(str, ends))}")
    return "\n".join(lines) + "\n"


def response_rows(patients: int, seed: int) -> list[tuple[str, date, str]]:
    """Return sequences of responses, some patients without any."""
    draw = random.Random(seed)
    words = ["CR"] * 5 + ["PR"] * 6 + ["SD"] * 4 + ["NE"] * 2 + ["NON-CR/NON-PD", "PD"]
    rows = []
    for number in range(patients):
        day = START
        for _ in range(draw.randint(0, 7)):
            day += timedelta(days=draw.choice([7, 14, 27, 28, 40]))
            rows.append((f"p{number}", day, draw.choice(words)))
    return rows
