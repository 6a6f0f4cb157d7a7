"""Clinical knowledge as data, and its loader."""

from gepnet.knowledge.load import cache_file, load_knowledge, write_atomically
from gepnet.knowledge.measure_files import MeasureFile
from gepnet.knowledge.models import Knowledge
from gepnet.knowledge.problems import InputError, Problem, asked, nearest, need, refuse
from gepnet.knowledge.read import read_files
from gepnet.knowledge.yaml_io import Document, read_yaml

__all__ = [
    "Document",
    "InputError",
    "Knowledge",
    "MeasureFile",
    "Problem",
    "asked",
    "cache_file",
    "load_knowledge",
    "nearest",
    "need",
    "read_files",
    "read_yaml",
    "refuse",
    "write_atomically",
]
