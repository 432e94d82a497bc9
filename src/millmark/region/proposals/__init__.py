"""Proposals of CPPCC members and suggestions of deputies: their whole handling, and what replies promised."""

from millmark.region.proposals.attachments import Attachment, AttachmentBook, AttachmentKind
from millmark.region.proposals.book import BY_THE_RULE, Assignment, ProposalBook
from millmark.region.proposals.commitments import Commitment, CommitmentBook, Promise
from millmark.region.proposals.consultations import ConsultationBook
from millmark.region.proposals.desk import ProposalDesk
from millmark.region.proposals.facts import ProposalFacts
from millmark.region.proposals.proposal import (
    Consultation,
    Contact,
    Feedback,
    NewProposal,
    Part,
    Person,
    PersonPart,
    Proposal,
    ProposalKind,
    Verdict,
    Way,
)
from millmark.region.proposals.rows import as_proposal
from millmark.region.proposals.rules import ProposalRules, RuleShelf, read_rule_shelf
from millmark.region.proposals.statistics import YearOfProposals, year_of

__all__ = [
    "BY_THE_RULE",
    "Assignment",
    "Attachment",
    "AttachmentBook",
    "AttachmentKind",
    "Commitment",
    "CommitmentBook",
    "Consultation",
    "ConsultationBook",
    "Contact",
    "Feedback",
    "NewProposal",
    "Part",
    "Person",
    "PersonPart",
    "Promise",
    "Proposal",
    "ProposalBook",
    "ProposalDesk",
    "ProposalFacts",
    "ProposalKind",
    "ProposalRules",
    "RuleShelf",
    "Verdict",
    "Way",
    "YearOfProposals",
    "as_proposal",
    "read_rule_shelf",
    "year_of",
]
