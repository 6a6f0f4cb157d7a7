"""What each guideline says about one patient with a GEP-NET, with the reason and the source.

The names in ``__all__`` are loaded when first used (PEP 562), so that ``import gepnet`` and the
start of the command line cost nothing.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

#: Public name -> module that defines it.
_EXPORTS: dict[str, str] = {}

__all__ = ["__version__"]


def __getattr__(name: str) -> Any:
    """Import an exported name on first use."""
    if name not in _EXPORTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_EXPORTS[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the exported names too, loaded or not."""
    return sorted({*globals(), *_EXPORTS})
