"""Pathways: the algorithm of a document, computed from its criteria and proved equal to them."""

from gepnet.guidelines.pathway.agreement_view import Agreement as Agreement
from gepnet.guidelines.pathway.agreement_view import agreed_pathways as agreed_pathways
from gepnet.guidelines.pathway.make import Pathways as Pathways
from gepnet.guidelines.pathway.make import pathways as pathways
from gepnet.guidelines.pathway.make import question_of as question_of
from gepnet.guidelines.pathway.view import Branch as Branch
from gepnet.guidelines.pathway.view import Pathway as Pathway
from gepnet.guidelines.pathway.view import Said as Said
from gepnet.guidelines.pathway.view import Step as Step
