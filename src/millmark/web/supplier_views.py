"""Suppliers, solutions, demands and answers as the API shows them to whoever asks: who sees what is decided here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from millmark.programmes.life import Party, office_of_area
from millmark.region.errors import EntryNotFound
from millmark.region.suppliers import Shown
from millmark.region.suppliers.machines import ANSWER, DEMAND
from millmark.web.access import Permission, Principal, Role, unknown
from millmark.web.acting import actor_of
from millmark.web.errors import Unprocessable
from millmark.web.routes.files import file_view
from millmark.web.shapes.demands import AnswerView, DemandDetail, DemandView, SupplierContact
from millmark.web.shapes.steps import AllowedView, StepView
from millmark.web.shapes.suppliers import (
    MatchPartView,
    MatchView,
    SolutionView,
    SupplierDetail,
    SupplierSummary,
    YearResultView,
)

if TYPE_CHECKING:
    from millmark.programmes.life import Offer, Step
    from millmark.region.suppliers import (
        Answer,
        Demand,
        MatchedSolution,
        PoolRules,
        Solution,
        Supplier,
        YearResult,
    )
    from millmark.registry import Enterprise
    from millmark.web.services import Services

_FoundT = TypeVar("_FoundT")


def found(find: Callable[[], _FoundT], where: str) -> _FoundT:
    """What `find` gives; what is not there gets the same words as what is not seen."""
    try:
        return find()
    except EntryNotFound as error:
        raise unknown(where) from error


class SupplierViews:
    """For the length of one request."""

    def __init__(self, platform: Services, who: Principal) -> None:
        self.who = who
        self.actor = actor_of(who)
        self._platform = platform
        self._desk = platform.bureau.suppliers
        self._enterprises: dict[int, Enterprise] = {}
        self._suppliers: dict[int, Supplier] = {}

    @property
    def is_supplier(self) -> bool:
        return self.who.role is Role.SUPPLIER

    @property
    def is_office(self) -> bool:
        """Whether somebody sees what suppliers keep for the office: staff with the permission, or who audits them."""
        return self.who.scope.enterprise_id is None and Permission.READ_DEMANDS in self.who.permissions

    def own_supplier(self) -> Supplier | None:
        """The supplier that the account's enterprise is."""
        enterprise_id = self.who.scope.enterprise_id
        return None if enterprise_id is None else self._desk.pool.of_enterprise(enterprise_id)

    def enterprise(self, enterprise_id: int) -> Enterprise:
        if enterprise_id not in self._enterprises:
            self._enterprises[enterprise_id] = self._platform.registry.enterprise(enterprise_id)
        return self._enterprises[enterprise_id]

    def supplier_of(self, supplier_id: int) -> Supplier:
        if supplier_id not in self._suppliers:
            self._suppliers[supplier_id] = self._desk.pool.supplier(supplier_id)
        return self._suppliers[supplier_id]

    # ---- suppliers

    def sees_supplier(self, supplier: Supplier) -> bool:
        """Everybody those in the pool, itself every supplier, the office those of its area."""
        return supplier.is_listed or self.owns_supplier(supplier) or self._examines(supplier)

    def owns_supplier(self, supplier: Supplier) -> bool:
        return self.who.scope.enterprise_id == supplier.enterprise_id

    def _examines(self, supplier: Supplier) -> bool:
        return self.is_office and self._keeps_pool(supplier.enterprise_id)

    def _keeps_pool(self, enterprise_id: int) -> bool:
        """A city keeps its pool wherever a supplier sits, as many come from elsewhere; a county looks at its own."""
        area = self.who.scope.area_code
        whole = self.who.scope.is_everybody or (area is not None and office_of_area(area) is not Party.COUNTY)
        return whole or self.who.scope.admits(enterprise_id)

    def demand_handled(self, enterprise_id: int, where: str) -> None:
        """Raises `NotFound` for a supplier that is not this office's to handle."""
        if self.who.scope.enterprise_id is not None or not self._keeps_pool(enterprise_id):
            raise unknown(where)
        self.who.scope.opened(enterprise_id)

    def demand_papers(self, supplier: Supplier, where: str) -> None:
        """Raises `NotFound` for papers of a supplier that are neither one's own nor one's to examine."""
        if not (self.owns_supplier(supplier) or self._examines(supplier)):
            raise unknown(where)
        self.who.scope.opened(supplier.enterprise_id)

    def summary(
        self, supplier: Supplier, solutions: Sequence[Solution], results: Sequence[YearResult]
    ) -> SupplierSummary:
        return SupplierSummary(**self._summary(supplier, solutions, results))

    def summaries(self, suppliers: Iterable[Supplier]) -> list[SupplierSummary]:
        solutions: dict[int, list[Solution]] = {}
        for solution in self._desk.solutions.solutions(shown_only=True):
            solutions.setdefault(solution.supplier_id, []).append(solution)
        results: dict[int, list[YearResult]] = {}
        for result in self._desk.evaluations.results():
            results.setdefault(result.supplier_id, []).append(result)
        return [self.summary(one, solutions.get(one.id, []), results.get(one.id, [])) for one in suppliers]

    def supplier(self, supplier: Supplier) -> SupplierDetail:
        own, office = self.owns_supplier(supplier), self._examines(supplier)
        private = own or office
        if office:
            self.who.scope.opened(supplier.enterprise_id)
        solutions = self._desk.solutions.solutions(supplier_id=supplier.id)
        shown = [one for one in solutions if one.is_shown or private]
        results = self._desk.evaluations.results(supplier.id)
        files = {
            kind: [file_view(self._platform.files.file(one)) for one in ids]
            for kind, ids in supplier.profile.documents.items()
        }
        return SupplierDetail(
            **self._summary(supplier, [one for one in solutions if one.is_shown], results),
            website=supplier.profile.website,
            staff=supplier.profile.staff,
            founded=supplier.profile.founded,
            qualifications=list(supplier.profile.qualifications),
            is_mine=own,
            profile=supplier.profile if private else None,
            files=files if private else {},
            offered=[self.solution(one) for one in shown],
            results=[self.result(one) for one in results],
            allowed=self._allowed_on_supplier(supplier),
            steps=_steps(self._desk.pool.steps(supplier.id)) if private else [],
        )

    def _allowed_on_supplier(self, supplier: Supplier) -> list[AllowedView]:
        handles = Permission.HANDLE_SUPPLIERS in self.who.permissions and self._examines(supplier)
        if not (self.owns_supplier(supplier) or handles):
            return []
        forms = {"apply", "resubmit", "revise", "evaluate"}
        offers = self._desk.pool.offers(supplier, self.actor)
        return _allowed([one for one in offers if one.action not in forms])

    def _may_handle(self, enterprise_id: int) -> bool:
        return Permission.HANDLE_SUPPLIERS in self.who.permissions and self.who.scope.admits(enterprise_id)

    def _summary(
        self, supplier: Supplier, solutions: Sequence[Solution], results: Sequence[YearResult]
    ) -> dict[str, Any]:
        enterprise = self.enterprise(supplier.enterprise_id)
        scenarios = dict.fromkeys(one.scenario for solution in solutions for one in solution.content.scenarios)
        return {
            "id": supplier.id,
            "enterprise_id": supplier.enterprise_id,
            "name_zh": enterprise.name_zh,
            "name_en": enterprise.name_en,
            "area_code": enterprise.area_code,
            "is_demonstration": enterprise.is_demonstration,
            "is_placeholder": enterprise.is_placeholder,
            "state": supplier.state,
            "version": supplier.version,
            "applied_at_us": supplier.applied_at_us,
            "intro_zh": supplier.profile.intro_zh,
            "intro_en": supplier.profile.intro_en,
            "areas": list(supplier.profile.areas),
            "scenarios": list(scenarios),
            "solutions": len(solutions),
            "result": self.result(results[0]) if results else None,
        }

    def result(self, result: YearResult) -> YearResultView:
        return result_view(result, self._desk.pool.rules)

    # ---- solutions

    def owns_solution(self, solution: Solution) -> bool:
        return self.who.scope.enterprise_id == solution.enterprise_id

    def sees_solution(self, solution: Solution) -> bool:
        office = self.is_office and self._keeps_pool(solution.enterprise_id)
        return solution.is_shown or self.owns_solution(solution) or (office and solution.state != "draft")

    def solution(self, solution: Solution, *, with_steps: bool = False) -> SolutionView:
        enterprise, own = self.enterprise(solution.enterprise_id), self.owns_solution(solution)
        mine = own and Permission.OFFER_SOLUTIONS in self.who.permissions
        handles = Permission.HANDLE_SUPPLIERS in self.who.permissions and self.is_office
        may = mine or (handles and self._keeps_pool(solution.enterprise_id))
        offers = [one for one in self._desk.solutions.offers(solution, self.actor) if one.action != "save"]
        shows_steps = with_steps and may
        # What is in the pool is public, but not who of the supplier's did what.
        if self.is_office and (shows_steps or not solution.is_shown):
            self.who.scope.opened(solution.enterprise_id)
        return SolutionView(
            id=solution.id,
            supplier_id=solution.supplier_id,
            supplier_zh=enterprise.name_zh,
            supplier_en=enterprise.name_en,
            state=solution.state,
            version=solution.version,
            is_shown=solution.is_shown,
            is_mine=own,
            content=solution.content,
            allowed=_allowed(offers) if may else [],
            steps=_steps(self._desk.solutions.steps(solution.id)) if shows_steps else [],
        )

    def match(self, matched: MatchedSolution) -> MatchView:
        return MatchView(
            solution=self.solution(matched.solution),
            score=round(matched.match.score, 4),
            parts=[
                MatchPartView(
                    part=one.part.value,
                    weight=one.weight,
                    score=None if one.score is None else round(one.score, 4),
                    reason_zh=one.reason_zh,
                    reason_en=one.reason_en,
                )
                for one in matched.match.parts
            ],
            words=list(matched.match.words),
        )

    # ---- demands

    def owns_demand(self, demand: Demand) -> bool:
        return not self.is_supplier and self.who.scope.enterprise_id == demand.enterprise_id

    def own_answer(self, demand_id: int) -> Answer | None:
        supplier = self.own_supplier() if self.is_supplier else None
        if supplier is None:
            return None
        answers = self._desk.answers.answers(demand_id=demand_id)
        return next((one for one in answers if one.supplier_id == supplier.id), None)

    def sees_demand(self, demand: Demand, answer: Answer | None) -> bool:
        """The enterprise its own; the office those of its area once they left the drawer; suppliers in the pool the
        open ones, and what they answered."""
        if self.is_supplier:
            supplier = self.own_supplier()
            in_pool = supplier is not None and supplier.is_listed
            return answer is not None or (demand.state == "open" and in_pool)
        if self.who.scope.enterprise_id is not None:
            return self.owns_demand(demand)
        return self.who.scope.admits(demand.enterprise_id) and demand.state != "draft"

    def demand(
        self, demand: Demand, answer: Answer | None, *, answers: int | None, fit: MatchedSolution | None = None
    ) -> DemandView:
        return DemandView(**self._demand(demand, answer, answers, fit))

    def demand_detail(self, demand: Demand, answer: Answer | None) -> DemandDetail:
        own = self.owns_demand(demand)
        seen = [] if self.is_supplier else self._desk.answers.answers(demand_id=demand.id)
        given = [answer] if answer is not None else seen
        supplier = self.own_supplier() if self.is_supplier else None
        can_answer = supplier is not None and supplier.is_listed and demand.state == "open"
        answerable = answer is None or answer.state in ("offered", "talking", "withdrawn")
        writes = own and Permission.POST_DEMANDS in self.who.permissions
        return DemandDetail(
            **self._demand(demand, answer, None if self.is_supplier else len(seen), None),
            given=[self.answer(one, demand) for one in given],
            allowed=self._allowed_on_demand(demand),
            may_save=writes and any(one.action == "save" for one in DEMAND.offers(demand.state, self.actor)),
            may_answer=can_answer and answerable,
            steps=[] if self.is_supplier else _steps(self._desk.demands.steps(demand.id)),
        )

    def answer(self, answer: Answer, demand: Demand) -> AnswerView:
        """An answer with the supplier's contact for the enterprise that agreed to talk."""
        supplier = self.supplier_of(answer.supplier_id)
        enterprise = self.enterprise(answer.supplier_enterprise_id)
        owns_demand, mine = self.owns_demand(demand), self.owns_supplier(supplier) and self.is_supplier
        contact = None
        if answer.shows_name and (owns_demand or mine):
            contact = SupplierContact(name=supplier.profile.contact_name, phone=supplier.profile.contact_phone)
        may = mine or (owns_demand and Permission.POST_DEMANDS in self.who.permissions)
        offers = ANSWER.offers(answer.state, self.actor, without=("offer", "revise"))
        return AnswerView(
            id=answer.id,
            demand_id=answer.demand_id,
            demand_title=demand.content.title,
            supplier_id=answer.supplier_id,
            supplier_zh=enterprise.name_zh,
            supplier_en=enterprise.name_en,
            state=answer.state,
            version=answer.version,
            content=answer.content,
            contact=contact,
            is_mine=mine,
            allowed=_allowed(offers) if may else [],
            # The steps name the enterprise's accounts: its supplier sees them once it knows whose demand it is.
            steps=_steps(self._desk.answers.steps(answer.id)) if not mine or answer.shows_name else [],
        )

    def _allowed_on_demand(self, demand: Demand) -> list[AllowedView]:
        own = self.owns_demand(demand) and Permission.POST_DEMANDS in self.who.permissions
        office = self.is_office and self._may_handle(demand.enterprise_id)
        if not (own or office):
            return []
        return _allowed(self._desk.demands.offers(demand, self.actor))

    def _demand(
        self, demand: Demand, answer: Answer | None, answers: int | None, fit: MatchedSolution | None
    ) -> dict[str, Any]:
        content = demand.content
        masked = self.is_supplier and not (answer is not None and answer.shows_name)
        shows = set(content.shows) if self.is_supplier else set(Shown)
        enterprise = None if masked else self.enterprise(demand.enterprise_id)
        return {
            "id": demand.id,
            "enterprise_id": None if enterprise is None else enterprise.id,
            "enterprise_zh": None if enterprise is None else enterprise.name_zh,
            "enterprise_en": None if enterprise is None else enterprise.name_en,
            "is_mine": self.owns_demand(demand),
            "from_assessment": None if self.is_supplier else demand.assessment_id,
            "state": demand.state,
            "version": demand.version,
            "title": content.title,
            "text": content.text,
            "scenarios": list(content.scenarios),
            "industry": content.industry if Shown.INDUSTRY in shows else None,
            "area_code": content.area_code if Shown.AREA in shows else None,
            "level": content.level if Shown.LEVEL in shows else None,
            "budget_max_fen": content.budget_max_fen if Shown.BUDGET in shows else None,
            "wanted_by": content.wanted_by,
            "shows": list(content.shows),
            "consent": content.consent,
            "written_at_us": demand.written_at_us,
            "answers": answers,
            "own_answer": None if answer is None else self.answer(answer, demand),
            "fit": None if fit is None else self.match(fit),
        }


def result_view(result: YearResult, rules: PoolRules) -> YearResultView:
    grade = next((one for one in rules.grades if one.id == result.grade), None)
    return YearResultView(
        year=result.year,
        score=result.score,
        grade=result.grade,
        grade_zh=None if grade is None else grade.name_zh,
        grade_en=None if grade is None else grade.name_en,
        follows=None if grade is None else grade.follows,
        enterprises=result.enterprises,
        closed_by=result.closed_by,
        closed_at_us=result.closed_at_us,
    )


def _allowed(offers: Iterable[Offer]) -> list[AllowedView]:
    return [AllowedView.of(one) for one in offers]


def _steps(steps: Iterable[Step]) -> list[StepView]:
    return [StepView.of(one) for one in steps]


def own_enterprise(who: Principal, named: int | None, where: str) -> int:
    """The enterprise that a form is about: the account's own, or the one named where it has none."""
    enterprise_id = named if named is not None else who.scope.enterprise_id
    if enterprise_id is None:
        raise Unprocessable("Name the enterprise.", where="enterprise_id", next_step="Send its id and try again.")
    who.scope.demand(enterprise_id, where=where)
    return enterprise_id
