"""The screens, each a module with its routes; templates are named after them."""

from importlib import import_module

from gepnet.board.policy import Screen

#: In the order in which their routes are tried.
NAMES = (
    "quick account provider worklist prepare case cards differ course plan "
    "pathway response weights sheet record history agreement registry knowledge files programs "
    "program_cases"
)
SCREENS: tuple[Screen, ...] = tuple(
    import_module(f"gepnet.board.screens.{name}").screen for name in NAMES.split()
)
