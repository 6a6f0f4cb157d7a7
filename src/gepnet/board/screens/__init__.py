"""The screens, each a module with its routes; templates are named after them."""

from gepnet.board.policy import Screen
from gepnet.board.screens import files, knowledge, quick

#: In the order in which their routes are tried.
SCREENS: tuple[Screen, ...] = (quick.screen, knowledge.screen, files.screen)
