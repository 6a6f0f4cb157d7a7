"""The pages of the algorithm of every document say how large each is, and hold it whole."""

import re

from gepnet import api
from gepnet.guidelines.figures import Figures
from scripts import pathway_pages


def test_the_table_leads_to_each_question_of_a_document_with_its_size() -> None:
    made = pathway_pages.pages(api.base(), ("acr-2022", "nice-ipg786"))
    table, page = made["reference/pathways.md"], made["reference/pathways/acr-2022.md"]
    asked = set(re.findall(r"pathways/acr-2022\.md#([a-z0-9-]+)", table))
    assert asked == set(re.findall(r"\{#([a-z0-9-]+)\}", page)) and "prrt" in asked
    sizes = [(one["boxes"], one["depth"]) for one in pathway_pages.drawn_of(api.base(), "acr-2022")]
    for boxes, depth in sizes:
        assert re.search(f"{boxes} box(es)?, {depth} questions? one after the other", page)
    assert page.count('<div class="pathway">') == len(sizes)
    # No blank line, at which Markdown would end the block.
    assert all("\n\n" not in one["html"] for one in pathway_pages.drawn_of(api.base(), "acr-2022"))


def test_each_column_of_a_figure_has_the_pathway_of_its_patients_below_it() -> None:
    base = api.base()
    (figure,) = (f for f in Figures.read(base.knowledge.measures).figures if f.id == "figure-2")
    (column,) = figure.columns
    (made,) = pathway_pages._beside(base, figure, column)
    assert "177Lu-DOTATATE" in made["html"] and "Fig. 2" in made["html"]
    for one in Figures.read(base.knowledge.measures).figures:
        assert all(base.criteria(column.given) for column in one.columns if column.given)
