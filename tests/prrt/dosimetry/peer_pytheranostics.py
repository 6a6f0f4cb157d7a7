"""Make ``peer_pytheranostics.json``: the same inputs fitted by an open peer, once.

Run with PyTheranostics 0.1 (package ``doodle``), numpy and scipy in an environment of its own:
``python peer_pytheranostics.py > peer_pytheranostics.json``. Only its functions are called here;
none of its code is copied.
"""

import json
import math
import sys
from importlib.metadata import files, version
from types import ModuleType

import numpy as np
import scipy

# The package's own start loads DICOM and image libraries that its fits do not need.
whole = ModuleType("doodle")
start_of = next(f for f in files("PyTheranostics") if str(f) == "doodle/__init__.py")
whole.__path__ = [str(start_of.locate().parent)]
sys.modules["doodle"] = whole

from doodle.fits.fits import fit_tac  # noqa: E402
from doodle.fits.functions import Hanscheid  # noqa: E402

DECAY = math.log(2) / 159.528
CASES = {
    "kidney_mono": ([4, 24, 72, 168], 1, (100, 0.014), [94.9, 71.2, 37.3, 9.61]),
    "spleen_mono": ([24, 48, 96, 168, 240], 1, (150, 0.011), [120.5, 93.2, 55.9, 26.9, 12.2]),
    "lesion_uptake": (
        [1, 4, 12, 24, 48, 96, 168, 240],
        -2,
        (70, 0.008, 0.1),
        [7.9, 24.6, 45.2, 55.1, 49.6, 33.2, 19.2, 10.6],
    ),
    "two_phases": (
        [1, 4, 12, 24, 48, 96, 168, 240],
        2,
        (60, 0.07, 40, 0.01),
        [96.3, 82.9, 62.1, 43.6, 26.5, 15.4, 7.71, 3.68],
    ),
}
found = {}
for name, (times, order, start, activity) in CASES.items():
    popt, _ = fit_tac(
        np.array(times, float), np.array(activity), DECAY, exp_order=order, param_init=start
    )
    parameters = [float(x) for x in popt[:-1]]
    if order == 1:
        tia = parameters[0] / parameters[1]
    elif order == -2:
        tia = parameters[0] / parameters[1] - parameters[0] / parameters[2]
    else:
        tia = parameters[0] / parameters[1] + parameters[2] / parameters[3]
    found[name] = {
        "time_h": times,
        "activity_mbq": activity,
        "exp_order": order,
        "parameters": parameters,
        "tia_mbq_h": tia,
    }
print(
    json.dumps(
        {
            "pytheranostics": version("PyTheranostics"),
            "scipy": scipy.__version__,
            "decay_per_h": DECAY,
            "curves": found,
            "hanscheid": {"activity_mbq": 30.0, "time_h": 96.0, "tia_mbq_h": Hanscheid(30.0, 96.0)},
        },
        indent=1,
    )
)
