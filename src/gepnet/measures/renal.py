"""Kidney function."""

from __future__ import annotations

from decimal import Decimal

from gepnet.measures.inputs import Measures, Values, constants, numbers, over_bounds
from gepnet.vocabulary import PartialDate, Value


def cockcroft_gault(values: Values, measures: Measures, at: PartialDate) -> Value:
    """Creatinine clearance in mL/min, with actual body weight, not indexed to body surface.

    Inputs: ``age_years``, ``weight_kg``, ``creatinine_umol_l``, ``sex`` (female or male). Unknown
    if one of them is: a clearance is never guessed from a creatinine alone. It is a formula of
    adults, and unknown of anybody younger.

    Cockcroft DW, Gault MH. Nephron 1976;16:31-41, doi 10.1159/000180580.
    """
    found = numbers(values, "age_years", "weight_kg", "creatinine_umol_l")
    sex = values.get("sex")
    if not isinstance(found, list) or not isinstance(sex, str):
        return None
    given = constants(measures, "cockcroft_gault")
    factor = given["female_factor"] if sex == "female" else Decimal(1)

    def clearance(age: Decimal, weight: Decimal, creatinine: Decimal) -> Decimal:
        # One division only: rounding in between would decide ties of the result.
        left = given["age_minuend_years"] - age
        dividend = left * weight * factor * given["creatinine_umol_l_per_mg_dl"]
        return dividend / (given["divisor"] * creatinine)

    if found[2].low <= 0 or found[0].low < given["from_age_years"]:
        return None
    return over_bounds(clearance, found)


def times_uln(values: Values, measures: Measures, at: PartialDate) -> Value:
    """A laboratory value as a multiple of its upper limit of normal: first input / second."""
    first, second = list(values)
    found = numbers(values, first, second)
    if isinstance(found, list) and found[1].low <= 0:
        return None
    return over_bounds(lambda value, limit: value / limit, found)


def egfr_ckd_epi_2021(
    creatinine_umol_l: Decimal, age_years: Decimal, sex: str, measures: Measures
) -> Decimal:
    """Estimated GFR in mL/min per 1.73 m2 by the equation without race of 2021.

    Shown beside a clearance and never compared with a limit in mL/min.

    Inker LA, Eneanya ND, Coresh J et al. N Engl J Med 2021;385:1737-1749,
    doi 10.1056/NEJMoa2102953.
    """
    given = constants(measures, "ckd_epi_2021")
    female = sex == "female"
    ratio = creatinine_umol_l / given["creatinine_umol_l_per_mg_dl"]
    ratio /= given["kappa_female" if female else "kappa_male"]
    below = min(ratio, Decimal(1)) ** given["alpha_female" if female else "alpha_male"]
    above = max(ratio, Decimal(1)) ** given["exponent_above"]
    factor = given["female_factor"] if female else Decimal(1)
    return given["scale"] * below * above * given["per_year"] ** age_years * factor


def egfr_mdrd(
    creatinine_umol_l: Decimal, age_years: Decimal, sex: str, measures: Measures
) -> Decimal:
    """Estimated GFR in mL/min per 1.73 m2 by the MDRD equation for IDMS-traceable creatinine.

    The race term of the original is left out.

    Levey AS, Coresh J, Greene T et al. Ann Intern Med 2006;145:247-254,
    doi 10.7326/0003-4819-145-4-200608150-00004.
    """
    given = constants(measures, "mdrd")
    creatinine = creatinine_umol_l / given["creatinine_umol_l_per_mg_dl"]
    factor = given["female_factor"] if sex == "female" else Decimal(1)
    return (
        given["scale"]
        * creatinine ** given["creatinine_exponent"]
        * age_years ** given["age_exponent"]
        * factor
    )


def egfr_schwartz(
    creatinine_umol_l: Decimal, height_cm: Decimal, age_years: Decimal, measures: Measures
) -> Decimal | None:
    """Estimated GFR of a child in mL/min per 1.73 m2; None outside of the ages it is for.

    Schwartz GJ, Munoz A, Schneider MF et al. J Am Soc Nephrol 2009;20:629-637,
    doi 10.1681/ASN.2008030287.
    """
    given = constants(measures, "schwartz_bedside")
    if not given["from_age_years"] <= age_years < given["below_age_years"]:
        return None
    creatinine = creatinine_umol_l / given["creatinine_umol_l_per_mg_dl"]
    return given["scale"] * height_cm / creatinine


def is_of_adult_age(age_years: Decimal, formula: str, measures: Measures) -> bool:
    """Return whether somebody is old enough for a formula of adults."""
    return age_years >= constants(measures, formula)["from_age_years"]
