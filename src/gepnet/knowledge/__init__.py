"""Clinical knowledge as data, and its loader."""

from gepnet.knowledge.cache import Kept, cache_file, kept
from gepnet.knowledge.files import (
    Content,
    draft_mark,
    is_abandoned,
    read_json,
    read_text,
    write_atomically,
    write_files,
)
from gepnet.knowledge.load import KnowledgeFiles, load_knowledge
from gepnet.knowledge.measure_files import MeasureFile, check_all_read, check_files
from gepnet.knowledge.models import Knowledge
from gepnet.knowledge.problems import (
    InputError,
    Problem,
    asked,
    check_known,
    nearest,
    need,
    refuse,
    refuse_all,
    unusable,
)
from gepnet.knowledge.yaml_io import Document, read_yaml

__all__ = [
    "Content",
    "Document",
    "InputError",
    "Kept",
    "Knowledge",
    "KnowledgeFiles",
    "MeasureFile",
    "Problem",
    "asked",
    "cache_file",
    "check_all_read",
    "check_files",
    "check_known",
    "draft_mark",
    "is_abandoned",
    "kept",
    "load_knowledge",
    "nearest",
    "need",
    "read_json",
    "read_text",
    "read_yaml",
    "refuse",
    "refuse_all",
    "unusable",
    "write_atomically",
    "write_files",
]
