"""Projects of recognised enterprises: execution, acceptance, follow-up of effect, clawback."""

from millmark.programmes.projects.acceptances import Acceptance, AcceptanceBook, Invoice, Papers
from millmark.programmes.projects.clawbacks import Clawback, ClawbackBook, FoundGrounds, Grounds, Receipt
from millmark.programmes.projects.content import Contract, Milestone, PlannedCost, ProjectContent
from millmark.programmes.projects.desk import MoneyDesk
from millmark.programmes.projects.effects import Effect, EffectBook, EffectName, EffectTopic, Side
from millmark.programmes.projects.invoices import InvoiceFinding, NewInvoice
from millmark.programmes.projects.machines import ACCEPTANCE, CLAWBACK, PROJECT
from millmark.programmes.projects.projects import MilestoneReport, MilestoneState, Project, ProjectBook
from millmark.programmes.projects.work import ProjectWork

__all__ = [
    "ACCEPTANCE",
    "CLAWBACK",
    "PROJECT",
    "Acceptance",
    "AcceptanceBook",
    "Clawback",
    "ClawbackBook",
    "Contract",
    "Effect",
    "EffectBook",
    "EffectName",
    "EffectTopic",
    "FoundGrounds",
    "Grounds",
    "Invoice",
    "InvoiceFinding",
    "Milestone",
    "MilestoneReport",
    "MilestoneState",
    "MoneyDesk",
    "NewInvoice",
    "Papers",
    "PlannedCost",
    "Project",
    "ProjectBook",
    "ProjectContent",
    "ProjectWork",
    "Receipt",
    "Side",
]
