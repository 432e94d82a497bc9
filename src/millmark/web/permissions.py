"""What there is to be allowed, and which role is allowed what."""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    """One thing that a route does; a name is `subject.action` and stays stable."""

    USE_OWN_SESSION = "session.use"
    READ_API_DESCRIPTION = "api.read"
    READ_CITY = "city.read"
    READ_FIGURES = "figures.read"
    READ_FIGURE_RECORDS = "figures.records"
    READ_LEDGER = "ledger.read"
    WRITE_LEDGER = "ledger.write"
    READ_ENTERPRISES = "enterprises.read"
    WRITE_ENTERPRISES = "enterprises.write"
    READ_POINTS = "points.read"
    EXPORT_POINTS = "points.export"
    READ_MEASURES = "measures.read"
    READ_CLAIMS = "claims.read"
    ISSUE_CLAIMS = "claims.issue"
    VERIFY_CLAIMS = "claims.verify"
    SEAL_DAYS = "seals.write"
    READ_PROGRAMMES = "programmes.read"
    APPLY = "programmes.apply"
    WRITE_CALLS = "calls.write"
    READ_APPLICATIONS = "applications.read"
    HANDLE_APPLICATIONS = "applications.handle"
    READ_REVIEWS = "reviews.read"
    ASSIGN_REVIEWS = "reviews.assign"
    WRITE_REVIEWS = "reviews.write"
    READ_PUBLICITY = "publicity.read"
    PUBLICISE = "publicity.write"
    OBJECT = "publicity.object"
    RECOGNISE = "recognitions.write"
    USE_DESK = "desk.use"
    READ_ASSESSMENTS = "assessments.read"
    WRITE_ASSESSMENTS = "assessments.write"
    READ_FACTS = "facts.read"
    WRITE_FACTS = "facts.write"
    SIMULATE = "simulations.run"
    READ_PROOF = "proof.read"
    CHALLENGE_CLAIMS = "challenges.write"
    ANSWER_CHALLENGES = "challenges.answer"
    DRAW_AUDITS = "audits.write"
    GIVE_CONSENTS = "consents.write"
    SPEAK_FOR_NODES = "nodes.speak"
    ENROL_NODES = "nodes.enrol"
    READ_BUDGETS = "budgets.read"
    WRITE_BUDGETS = "budgets.write"
    READ_MONEY = "money.read"
    HANDLE_AWARDS = "awards.handle"
    HANDLE_PAYMENTS = "disbursements.handle"
    HANDLE_CLAWBACKS = "clawbacks.handle"
    HANDLE_PROJECTS = "projects.handle"
    CHECK_INVOICES = "invoices.check"
    READ_REPLY = "reply.read"
    READ_FILES = "files.read"
    KEEP_FILES = "files.keep"
    READ_DOCUMENTS = "documents.read"
    ISSUE_DOCUMENTS = "documents.issue"
    WRITE_TEMPLATES = "documents.templates"
    MANAGE_WEBHOOKS = "webhooks.manage"
    READ_LISTS = "lists.read"
    IMPORT_LISTS = "lists.import"
    READ_OPPORTUNITIES = "opportunities.read"
    READ_INTAKE = "intake.read"
    REPLAY_QUARANTINE = "intake.replay"
    READ_METRICS = "metrics.read"
    READ_GATEWAYS = "gateways.read"
    WRITE_GATEWAYS = "gateways.write"
    WRITE_COMMANDS = "commands.write"
    MANAGE_ACCOUNTS = "accounts.manage"
    READ_AUDIT_LOG = "audit.read"
    BACK_UP = "platform.backup"
    READ_COVERAGE = "coverage.read"
    PLAN_COVERAGE = "coverage.plan"
    READ_WATCH = "watch.read"
    WRITE_WATCH = "watch.write"
    REPORT_MONTHLY = "monthly_reports.write"
    READ_MONTHLY = "monthly_reports.read"
    REQUEST_FACTORS = "factors.request"
    READ_FACTORS = "factors.read"
    HANDLE_FACTORS = "factors.handle"
    READ_INVESTMENTS = "investments.read"
    WRITE_INVESTMENTS = "investments.write"
    READ_BRIEFS = "briefs.read"
    WRITE_BRIEFS = "briefs.write"
    READ_STATISTICS = "statistics.read"
    OPEN_CONTRIBUTORS = "statistics.contributors"
    WRITE_STATISTICS = "statistics.write"
    PUBLISH_STATISTICS = "statistics.publish"
    READ_WAIVERS = "statistics.waivers.read"
    KEEP_WAIVERS = "statistics.waivers"
    READ_PEERS = "peers.read"
    READ_SUPPLIERS = "suppliers.read"
    OFFER_SOLUTIONS = "solutions.offer"
    HANDLE_SUPPLIERS = "suppliers.handle"
    POST_DEMANDS = "demands.post"
    READ_DEMANDS = "demands.read"
    READ_CASES = "cases.read"
    WRITE_CASES = "cases.write"
    READ_EVENTS = "events.read"
    WRITE_EVENTS = "events.write"
    REGISTER_FOR_EVENTS = "events.register"
    READ_PROPOSALS = "proposals.read"
    HANDLE_PROPOSALS = "proposals.handle"
    GIVE_OPINIONS = "proposals.opinion"
    SIGN_REPLIES = "proposals.sign"
    READ_PUBLICATIONS = "publications.read"
    PUBLISH = "publications.write"
    READ_ACCESS = "access.read"


class Role(StrEnum):
    """What an account is.

    Engineers, managers and suppliers belong to one enterprise and see only that one. A department is staff of another
    office, asked for an opinion on a proposal or for a production factor: it sees what is assigned to it.
    """

    ADMIN = "admin"
    OFFICER = "officer"
    ENGINEER = "engineer"
    MANAGER = "manager"
    REVIEWER = "reviewer"
    AUDITOR = "auditor"
    SUPPLIER = "supplier"
    TREASURER = "treasurer"
    DEPARTMENT = "department"

    @property
    def belongs_to_an_enterprise(self) -> bool:
        return self in _ENTERPRISE_ROLES


_ENTERPRISE_ROLES = frozenset({Role.ENGINEER, Role.MANAGER, Role.SUPPLIER})

_EVERYONE = frozenset(
    {
        Permission.USE_OWN_SESSION,
        Permission.READ_API_DESCRIPTION,
        Permission.READ_CITY,
        Permission.READ_PUBLICITY,
        Permission.READ_OPPORTUNITIES,
        Permission.READ_SUPPLIERS,
        Permission.READ_CASES,
        Permission.READ_EVENTS,
        Permission.READ_PUBLICATIONS,
    }
)
_DESK_VIEW = frozenset(
    {
        Permission.READ_COVERAGE,
        Permission.READ_WATCH,
        Permission.READ_MONTHLY,
        Permission.READ_FACTORS,
        Permission.READ_INVESTMENTS,
        Permission.READ_BRIEFS,
        Permission.READ_STATISTICS,
        Permission.OPEN_CONTRIBUTORS,
        Permission.READ_WAIVERS,
        Permission.READ_DEMANDS,
        Permission.READ_PROPOSALS,
    }
)
_FACTORY_VIEW = frozenset(
    {Permission.READ_ENTERPRISES, Permission.READ_POINTS, Permission.READ_MEASURES, Permission.READ_CLAIMS}
)
_REGION_VIEW = frozenset(
    {
        Permission.READ_FIGURES,
        Permission.READ_FIGURE_RECORDS,
        Permission.READ_LEDGER,
        Permission.READ_PROGRAMMES,
        Permission.READ_REPLY,
    }
)

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ADMIN: frozenset(Permission),
    Role.OFFICER: _EVERYONE
    | _REGION_VIEW
    | _FACTORY_VIEW
    | _DESK_VIEW
    | {
        Permission.PLAN_COVERAGE,
        Permission.WRITE_WATCH,
        Permission.HANDLE_FACTORS,
        Permission.WRITE_INVESTMENTS,
        Permission.WRITE_BRIEFS,
        Permission.WRITE_STATISTICS,
        Permission.PUBLISH_STATISTICS,
        Permission.KEEP_WAIVERS,
        Permission.HANDLE_SUPPLIERS,
        Permission.WRITE_CASES,
        Permission.WRITE_EVENTS,
        Permission.REGISTER_FOR_EVENTS,
        Permission.HANDLE_PROPOSALS,
        Permission.GIVE_OPINIONS,
        Permission.SIGN_REPLIES,
        Permission.PUBLISH,
        Permission.READ_BUDGETS,
        Permission.READ_MONEY,
        Permission.HANDLE_AWARDS,
        Permission.HANDLE_PAYMENTS,
        Permission.HANDLE_CLAWBACKS,
        Permission.HANDLE_PROJECTS,
        Permission.CHECK_INVOICES,
        Permission.READ_ASSESSMENTS,
        Permission.WRITE_ASSESSMENTS,
        Permission.READ_FACTS,
        Permission.WRITE_FACTS,
        Permission.SIMULATE,
        Permission.WRITE_LEDGER,
        Permission.READ_FILES,
        Permission.READ_DOCUMENTS,
        Permission.READ_LISTS,
        Permission.IMPORT_LISTS,
        Permission.ISSUE_DOCUMENTS,
        Permission.WRITE_TEMPLATES,
        Permission.KEEP_FILES,
        Permission.VERIFY_CLAIMS,
        Permission.READ_INTAKE,
        Permission.WRITE_CALLS,
        Permission.READ_APPLICATIONS,
        Permission.HANDLE_APPLICATIONS,
        Permission.READ_REVIEWS,
        Permission.ASSIGN_REVIEWS,
        Permission.PUBLICISE,
        Permission.OBJECT,
        Permission.RECOGNISE,
        Permission.USE_DESK,
        Permission.READ_PROOF,
        Permission.CHALLENGE_CLAIMS,
        Permission.DRAW_AUDITS,
        Permission.SPEAK_FOR_NODES,
        Permission.ENROL_NODES,
    },
    Role.ENGINEER: _EVERYONE
    | _FACTORY_VIEW
    | {
        Permission.READ_PEERS,
        Permission.READ_MONTHLY,
        Permission.READ_MONEY,
        Permission.READ_ASSESSMENTS,
        Permission.READ_FACTS,
        Permission.EXPORT_POINTS,
        Permission.VERIFY_CLAIMS,
        Permission.READ_INTAKE,
        Permission.REPLAY_QUARANTINE,
        Permission.READ_GATEWAYS,
        Permission.WRITE_COMMANDS,
        Permission.READ_FILES,
        Permission.READ_DOCUMENTS,
        Permission.KEEP_FILES,
        Permission.READ_PROGRAMMES,
        Permission.READ_APPLICATIONS,
        Permission.OBJECT,
        Permission.USE_DESK,
    },
    Role.MANAGER: _EVERYONE
    | _FACTORY_VIEW
    | {
        Permission.READ_PEERS,
        Permission.READ_WAIVERS,
        Permission.READ_MONTHLY,
        Permission.REPORT_MONTHLY,
        Permission.REQUEST_FACTORS,
        Permission.READ_FACTORS,
        Permission.POST_DEMANDS,
        Permission.READ_DEMANDS,
        Permission.WRITE_CASES,
        Permission.REGISTER_FOR_EVENTS,
        Permission.READ_ACCESS,
        Permission.READ_MONEY,
        Permission.HANDLE_PROJECTS,
        Permission.READ_ASSESSMENTS,
        Permission.WRITE_ASSESSMENTS,
        Permission.READ_FACTS,
        Permission.WRITE_FACTS,
        Permission.READ_FIGURES,
        Permission.EXPORT_POINTS,
        Permission.APPLY,
        Permission.READ_FILES,
        Permission.READ_DOCUMENTS,
        Permission.READ_LISTS,
        Permission.IMPORT_LISTS,
        Permission.KEEP_FILES,
        Permission.ISSUE_CLAIMS,
        Permission.READ_PROOF,
        Permission.ANSWER_CHALLENGES,
        Permission.GIVE_CONSENTS,
        Permission.SPEAK_FOR_NODES,
        Permission.VERIFY_CLAIMS,
        Permission.READ_PROGRAMMES,
        Permission.READ_REPLY,
        Permission.READ_APPLICATIONS,
        Permission.OBJECT,
        Permission.USE_DESK,
    },
    Role.REVIEWER: _EVERYONE
    | {
        Permission.READ_ASSESSMENTS,
        Permission.WRITE_ASSESSMENTS,
        Permission.READ_FACTS,
        Permission.READ_FIGURES,
        Permission.READ_ENTERPRISES,
        Permission.READ_CLAIMS,
        Permission.READ_FILES,
        Permission.VERIFY_CLAIMS,
        Permission.READ_PROGRAMMES,
        Permission.READ_REPLY,
        Permission.READ_REVIEWS,
        Permission.READ_LISTS,
        Permission.IMPORT_LISTS,
        Permission.KEEP_FILES,
        Permission.READ_PROOF,
        Permission.WRITE_REVIEWS,
        Permission.OBJECT,
        Permission.USE_DESK,
    },
    Role.AUDITOR: _EVERYONE
    | _REGION_VIEW
    | _FACTORY_VIEW
    | _DESK_VIEW
    | {
        Permission.READ_BUDGETS,
        Permission.READ_MONEY,
        Permission.READ_ASSESSMENTS,
        Permission.READ_FACTS,
        Permission.VERIFY_CLAIMS,
        Permission.READ_FILES,
        Permission.READ_DOCUMENTS,
        Permission.READ_LISTS,
        Permission.EXPORT_POINTS,
        Permission.READ_INTAKE,
        Permission.READ_GATEWAYS,
        Permission.READ_METRICS,
        Permission.READ_AUDIT_LOG,
        Permission.READ_ACCESS,
        Permission.READ_PROOF,
        Permission.READ_APPLICATIONS,
        Permission.READ_REVIEWS,
        Permission.USE_DESK,
    },
    Role.TREASURER: _EVERYONE
    | _REGION_VIEW
    | {
        Permission.READ_ENTERPRISES,
        Permission.READ_APPLICATIONS,
        Permission.READ_FILES,
        Permission.KEEP_FILES,
        Permission.READ_DOCUMENTS,
        Permission.READ_LISTS,
        Permission.IMPORT_LISTS,
        Permission.USE_DESK,
        Permission.READ_BUDGETS,
        Permission.WRITE_BUDGETS,
        Permission.READ_MONEY,
        Permission.HANDLE_AWARDS,
        Permission.HANDLE_PAYMENTS,
        Permission.HANDLE_CLAWBACKS,
    },
    Role.SUPPLIER: _EVERYONE
    | {
        Permission.READ_FIGURES,
        Permission.READ_PROGRAMMES,
        Permission.READ_REPLY,
        Permission.OBJECT,
        Permission.OFFER_SOLUTIONS,
        Permission.READ_FILES,
        Permission.KEEP_FILES,
        Permission.READ_DEMANDS,
        Permission.REGISTER_FOR_EVENTS,
        Permission.READ_ACCESS,
    },
    Role.DEPARTMENT: _EVERYONE
    | {
        Permission.READ_FIGURES,
        Permission.READ_FACTORS,
        Permission.HANDLE_FACTORS,
        Permission.READ_INVESTMENTS,
        Permission.READ_PROPOSALS,
        Permission.GIVE_OPINIONS,
    },
}
"""The one table of who may do what."""
