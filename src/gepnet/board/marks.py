"""A mark for messages that are translated where they are shown."""


def N_(message: str) -> str:
    """Return a message as it is; it is collected for the catalogue of each language."""
    return message
