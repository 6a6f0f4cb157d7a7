"""The words that dosimetry knows. Nothing is imported here, so that a command line may ask."""

from enum import StrEnum


class Model(StrEnum):
    """Which form of curve is fitted; auto weighs mono and bi."""

    AUTO = "auto"
    MONO = "mono"
    BI = "bi"
    TRI = "tri"


class Errors(StrEnum):
    """How measurement errors go with activity."""

    PROPORTIONAL = "proportional"
    CONSTANT = "constant"


class Method(StrEnum):
    """How a curve of one point is estimated."""

    HAENSCHEID_2018 = "haenscheid_2018"
    POPULATION = "population"
    PREVIOUS_CYCLE = "previous_cycle"


class Sex(StrEnum):
    """Which phantom's S-values."""

    MALE = "male"
    FEMALE = "female"


class LiverLesions(StrEnum):
    """What the liver's outline holds."""

    EXCLUDED = "excluded"
    INCLUDED = "included"
    NONE = "none"
