from gepnet.report.case import CasePage as CasePage
from gepnet.report.case import case_page as case_page
