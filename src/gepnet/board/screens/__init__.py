"""The screens, each a module with its routes; templates are named after them."""

from gepnet.board.policy import Screen
from gepnet.board.screens import (
    account,
    agreement,
    cards,
    case,
    course,
    differ,
    files,
    history,
    knowledge,
    pathway,
    prepare,
    program_cases,
    programs,
    provider,
    quick,
    record,
    response,
    sheet,
    weights,
    worklist,
)

#: In the order in which their routes are tried.
SCREENS: tuple[Screen, ...] = (
    quick.screen,
    account.screen,
    provider.screen,
    worklist.screen,
    prepare.screen,
    case.screen,
    cards.screen,
    differ.screen,
    course.screen,
    pathway.screen,
    response.screen,
    weights.screen,
    sheet.screen,
    record.screen,
    history.screen,
    agreement.screen,
    knowledge.screen,
    files.screen,
    programs.screen,
    program_cases.screen,
)
