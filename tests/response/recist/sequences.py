"""The nine sequences of ``admiralonco`` (tests/testthat/test-derive_param_confirmed_bor.R).

Fact sheet T7; the expectations with other settings are from the second test of the same file.
"""

STARTS = {
    "1": "2020-01-01", "2": "2019-12-12", "3": "2019-11-11", "4": "2019-12-30", "5": "2020-01-01",
    "6": "2020-02-02", "7": "2020-02-02", "8": "2020-04-01", "9": "2020-02-01",
}  # fmt: skip
SEQUENCES = """
1 2020-01-01 PR, 2020-02-01 CR, 2020-02-16 NE, 2020-03-01 CR, 2020-04-01 SD
2 2020-01-01 SD, 2020-02-01 PR, 2020-03-01 SD, 2020-03-13 CR
3 2019-11-12 CR, 2019-12-02 CR, 2020-01-01 SD
4 2020-01-01 PR, 2020-03-01 SD, 2020-04-01 SD, 2020-05-01 PR, 2020-05-15 NON-CR/NON-PD
5 2020-01-01 PR, 2020-01-10 SD, 2020-01-20 PR, 2020-05-15 NON-CR/NON-PD
6 2020-02-06 PR, 2020-02-16 CR, 2020-03-30 PR
7 2020-02-06 PR, 2020-02-16 CR, 2020-04-01 NE
9 2020-02-16 PD, 2020-03-06 SD
"""
# 28 days, one NE allowed, no SD
CONFIRMED = {
    "1": ("CR", "2020-02-01"), "2": ("SD", "2020-02-01"), "3": ("SD", "2020-01-01"),
    "4": ("SD", "2020-03-01"), "5": ("NON-CR/NON-PD", "2020-05-15"), "6": ("SD", "2020-03-30"),
    "7": ("NE", "2020-02-06"), "8": ("MISSING", None), "9": ("PD", "2020-02-16"),
}  # fmt: skip
# 14 days, no NE, one SD, nothing assessed is NE
OTHER_SETTINGS = {
    "confirmation_days": 14,
    "max_ne_between": 0,
    "max_sd_between": 1,
    "no_assessment": "NE",
}
CONFIRMED_OTHERWISE = {
    "1": ("PR", "2020-01-01"), "2": ("PR", "2020-02-01"), "3": ("CR", "2019-11-12"),
    "4": ("SD", "2020-03-01"), "5": ("PR", "2020-01-01"), "6": ("SD", "2020-03-30"),
    "8": ("NE", None), "9": ("PD", "2020-02-16"),
}  # fmt: skip


def responses_csv() -> str:
    lines = ["patient_id,date,response"]
    for line in SEQUENCES.strip().splitlines():
        patient, _, rest = line.partition(" ")
        for part in rest.split(", "):
            date, _, response = part.partition(" ")
            lines.append(f"{patient},{date},{response}")
    return "\n".join(lines) + "\n"


def patients_csv() -> str:
    lines = ["patient_id,reference_date", *(f"{name},{day}" for name, day in STARTS.items())]
    return "\n".join(lines) + "\n"
