"""Statistics without clinic: what several rooms work out in the same way."""

from gepnet.numbers.counts import exact_share as exact_share
from gepnet.numbers.counts import poisson_interval as poisson_interval
from gepnet.numbers.linear import Array as Array
from gepnet.numbers.linear import solve_each as solve_each
from gepnet.numbers.penalised import Batch as Batch
from gepnet.numbers.penalised import corrected_intercept as corrected_intercept
from gepnet.numbers.penalised import covariance as covariance
from gepnet.numbers.penalised import firth as firth
from gepnet.numbers.penalised import full_rank as full_rank
from gepnet.numbers.performance import Bootstrap as Bootstrap
from gepnet.numbers.performance import calibration_curve as calibration_curve
from gepnet.numbers.performance import measure as measure
from gepnet.numbers.performance import optimism as optimism
from gepnet.numbers.proportions import Proportion as Proportion
from gepnet.numbers.proportions import clustered_proportion as clustered_proportion
from gepnet.numbers.proportions import design_effect as design_effect
from gepnet.numbers.proportions import wilson as wilson
from gepnet.numbers.separation import separated as separated
from gepnet.numbers.trend import quantile as quantile
from gepnet.numbers.trend import slope as slope
