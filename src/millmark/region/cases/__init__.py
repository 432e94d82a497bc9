"""Cases of digital transformation: what was done, by whom, and what it changed, measured or as told."""

from millmark.region.cases.cases import Case, CaseBook, CaseContent
from millmark.region.cases.effects import Basis, CaseEffect
from millmark.region.cases.machines import CASE

__all__ = ["CASE", "Basis", "Case", "CaseBook", "CaseContent", "CaseEffect"]
