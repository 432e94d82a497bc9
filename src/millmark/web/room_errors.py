"""What the rooms below say when something is wrong, as answers of the API."""

from __future__ import annotations

from sqlalchemy.exc import DataError, DBAPIError

from millmark.backup import errors as backup
from millmark.evidence import errors as evidence
from millmark.evidence.nodes import RegionUnreachable
from millmark.evidence.nodes import errors as nodes
from millmark.history import errors as history
from millmark.intake import errors as intake
from millmark.measures import errors as measures
from millmark.model import InvalidAssetPath, UnknownUnit
from millmark.programmes import errors as programmes
from millmark.programmes.assessment import errors as assessment
from millmark.programmes.documents import errors as files
from millmark.programmes.proof import errors as proof
from millmark.programmes.simulation import errors as simulation
from millmark.programmes.webhooks import errors as webhooks
from millmark.region import errors as region
from millmark.region.coverage import errors as coverage
from millmark.region.departments import errors as departments
from millmark.region.disclosure import errors as disclosure
from millmark.region.dispatch import errors as dispatch
from millmark.region.proposals import errors as proposals
from millmark.region.publications import errors as publications
from millmark.region.statistics import errors as statistics
from millmark.region.watch import errors as watch
from millmark.registry import errors as registry
from millmark.reports import errors as reports
from millmark.reports.briefs import errors as briefs
from millmark.reports.ledger_sheets import errors as ledger_sheets
from millmark.reports.official import errors as official
from millmark.reports.replies import errors as replies
from millmark.reports.sheets import errors as sheets
from millmark.web import in_chinese
from millmark.web.errors import ApiError, Conflict, NotAllowed, NotFound, TooLarge, Unavailable, Unprocessable

_SILENT = "A store of the platform does not answer just now."
_NO_VALUE = "One of the values is none that can be kept."
_LATER = "Nothing that was acknowledged is lost; try again once the store is well, GET /api/health tells when."
_CORRECT = "Correct what the message names and send it again."
_LOOK = "Look up what exists, then name one of these."
_OTHER = "Look at what is there already, then decide what should hold."

ANSWERS: dict[type[Exception], tuple[type[ApiError], str]] = {
    InvalidAssetPath: (Unprocessable, _CORRECT),
    UnknownUnit: (Unprocessable, _CORRECT),
    registry.InvalidEntry: (Unprocessable, _CORRECT),
    registry.AlreadyRegistered: (Conflict, _OTHER),
    registry.NotRegistered: (NotFound, _LOOK),
    registry.DatabaseUnavailable: (Unavailable, _LATER),
    DataError: (Unprocessable, _CORRECT),
    DBAPIError: (Unavailable, _LATER),
    history.InvalidBlock: (Unprocessable, _CORRECT),
    history.StoreUnavailable: (Unavailable, _LATER),
    history.HistoryBusy: (Unavailable, _LATER),
    intake.IntakeStopped: (Unavailable, _LATER),
    intake.NotCommitted: (Unavailable, _LATER),
    programmes.InvalidPack: (Unprocessable, _CORRECT),
    programmes.InvalidSpan: (Unprocessable, _CORRECT),
    programmes.InvalidRecord: (Unprocessable, _CORRECT),
    programmes.RecordNotFound: (NotFound, _LOOK),
    programmes.RecordConflict: (Conflict, _OTHER),
    programmes.CallClosed: (Conflict, _OTHER),
    programmes.IllegalStep: (Conflict, "Take one of the steps that the message names, or wait for what it asks for."),
    programmes.Overspent: (Conflict, "Look at what is left, then lower the amount or raise the line."),
    programmes.SamePerson: (NotAllowed, "Let somebody else with this permission take the step."),
    programmes.StepForbidden: (NotAllowed, "Ask the party that the message names to take the step."),
    programmes.ReasonMissing: (Unprocessable, "Send the step again with its reason."),
    programmes.StaleVersion: (Conflict, "Read the object again, look at what changed, then act on the new version."),
    programmes.PartMissing: (Unprocessable, "Add the parts that the message names, then submit again."),
    programmes.AlreadyApplied: (Conflict, "Go on with the application that is there."),
    programmes.QuotaExhausted: (Conflict, "Take back another one first, or have the call's quota changed."),
    assessment.InvalidAnswers: (Unprocessable, _CORRECT),
    assessment.InvalidFact: (Unprocessable, _CORRECT),
    assessment.AssessmentNotFound: (NotFound, _LOOK),
    simulation.InvalidPatch: (Unprocessable, _CORRECT),
    simulation.NotSimulatable: (Conflict, "Choose a pack that has levels or money."),
    assessment.NotAssessable: (Conflict, "Choose what the message names, then try again."),
    files.RefusedFile: (Unprocessable, "Send another file as the message says."),
    files.FileTooLarge: (TooLarge, "Send less at once."),
    files.QuotaSpent: (Conflict, "Ask the office for more room, or send smaller files."),
    files.UnknownFile: (NotFound, _LOOK),
    files.DamagedFile: (Unavailable, _LATER),
    files.FilesUnavailable: (Unavailable, _LATER),
    measures.UnknownMeasure: (Unprocessable, _CORRECT),
    measures.InvalidParameters: (Unprocessable, _CORRECT),
    measures.NotMeasurable: (Conflict, "Declare what the message names, then ask again."),
    evidence.NotSealable: (Conflict, "Seal days that are over, of sites that are registered."),
    evidence.NotSealed: (Conflict, "Seal the days that the message names, then ask again."),
    evidence.NotClaimable: (Conflict, "Look at the measure's own page for what is missing."),
    evidence.UnknownClaim: (NotFound, _LOOK),
    evidence.RowsMissing: (Conflict, "Restore the history from its backup; the claim shows what it held."),
    evidence.Malformed: (Unprocessable, _CORRECT),
    nodes.NodeError: (Unprocessable, _CORRECT),
    nodes.UnknownKey: (NotFound, _LOOK),
    nodes.KeyNotInForce: (Conflict, _OTHER),
    nodes.KeyTaken: (Conflict, _OTHER),
    proof.NoConsent: (NotAllowed, "Ask the enterprise to consent."),
    proof.InvalidConsent: (Unprocessable, _CORRECT),
    proof.ProofNotFound: (NotFound, _LOOK),
    RegionUnreachable: (Unavailable, "Look whether the region's platform answers and has enrolled this node's key."),
    proof.ProofConflict: (Conflict, _OTHER),
    region.InvalidEntry: (Unprocessable, _CORRECT),
    region.InvalidRef: (Unprocessable, _CORRECT),
    region.EntryNotFound: (NotFound, _LOOK),
    region.FigureNotFound: (NotFound, _LOOK),
    region.EntryConflict: (Conflict, _OTHER),
    coverage.InvalidPlace: (Unprocessable, _CORRECT),
    coverage.InvalidParameters: (Unprocessable, _CORRECT),
    coverage.CoverageNotFound: (NotFound, _LOOK),
    coverage.CoverageConflict: (Conflict, _OTHER),
    departments.InvalidDepartment: (Unprocessable, _CORRECT),
    departments.DepartmentNotFound: (NotFound, _LOOK),
    dispatch.InvalidRequest: (Unprocessable, _CORRECT),
    dispatch.DispatchNotFound: (NotFound, _LOOK),
    dispatch.DispatchConflict: (Conflict, _OTHER),
    proposals.ProposalNotFound: (NotFound, _LOOK),
    proposals.RulesNotFound: (NotFound, _LOOK),
    proposals.InvalidProposal: (Unprocessable, _CORRECT),
    proposals.ProposalConflict: (Conflict, _OTHER),
    proposals.NotReady: (Conflict, "Bring about what the message names first, then take the step."),
    publications.NotPublishable: (Conflict, "Do what the message says first."),
    publications.UnknownPublication: (NotFound, _LOOK),
    publications.PublicationConflict: (Conflict, _OTHER),
    disclosure.InvalidRules: (Conflict, "Ask whoever runs this platform to correct its confidential file of rules."),
    disclosure.PublicationRefused: (Conflict, "Use fewer or coarser classifications, then look at the proposal again."),
    statistics.InvalidDefinition: (Unprocessable, _CORRECT),
    statistics.InvalidWaiver: (Unprocessable, _CORRECT),
    statistics.TableNotFound: (NotFound, _LOOK),
    statistics.StatisticsConflict: (Conflict, _OTHER),
    watch.WatchError: (Unprocessable, _CORRECT),
    watch.RecordMissing: (NotFound, _LOOK),
    watch.RecordConflict: (Conflict, _OTHER),
    watch.ExplanationMissing: (Conflict, "Confirm the numbers and say why they are unusual, or correct them."),
    watch.ReportConflict: (Conflict, _OTHER),
    watch.ReportMissing: (NotFound, _LOOK),
    watch.WarningMissing: (NotFound, _LOOK),
    watch.WarningStep: (Conflict, "Take one of the steps that the message names."),
    reports.UnknownLanguage: (NotFound, _LOOK),
    briefs.InvalidBrief: (Unprocessable, _CORRECT),
    briefs.UnknownBrief: (NotFound, _LOOK),
    briefs.BriefConflict: (Conflict, _OTHER),
    replies.ReplyNotFound: (NotFound, _LOOK),
    replies.InvalidDraft: (Unprocessable, _CORRECT),
    replies.InvalidMetadata: (Unprocessable, _CORRECT),
    official.InvalidTemplate: (Unprocessable, "Correct the template in Word as the message says and send it again."),
    official.UnknownDocument: (NotFound, _LOOK),
    official.NothingToIssue: (Conflict, "Bring the object as far as the message says, then issue the document."),
    official.FontsMissing: (Conflict, "Install the fonts that the message names."),
    sheets.UnknownList: (NotFound, _LOOK),
    ledger_sheets.UnknownImport: (NotFound, _LOOK),
    ledger_sheets.ImportNotReady: (Conflict, "Take the step that the message names first."),
    sheets.UnreadableSheet: (Unprocessable, "Correct the sheet as the message says and send it again."),
    webhooks.InvalidSubscription: (Unprocessable, _CORRECT),
    webhooks.ForbiddenAddress: (Unprocessable, _CORRECT),
    webhooks.UnknownSubscription: (NotFound, _LOOK),
    backup.BackupError: (Unavailable, "Mend what the message names, then take the backup again."),
}
"""Which answer an error of a room becomes, and what to do next; subclasses go with the nearest base."""


def as_api_error(error: Exception, where: str, *, chinese: bool = False) -> ApiError:
    """The answer for an error of the table above, in Chinese if that is wanted and the error can say it."""
    answer, next_step = next(ANSWERS[base] for base in type(error).__mro__ if base in ANSWERS)
    # What a store says of itself names addresses, folders and tables; that is for the log.
    message = _SILENT if answer is Unavailable else _NO_VALUE if isinstance(error, DataError) else str(error)
    told = getattr(error, "zh", "") if chinese and message == str(error) else ""
    if told:
        return answer(told, where=where, next_step=in_chinese.NEXT_STEPS.get(next_step, next_step))
    return answer(message, where=where, next_step=next_step)
