"""Filters of SCIM as SQL (RFC 7644, section 3.4.2.2).

The grammar and the checks of types are those of scim2-models; here each comparison becomes a criterion that
is true or false, never unknown, so that `not` means what it says. What no column answers is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scim2_models import AttributeBinding, InvalidFilterException, ScimFilter
from scim2_models.path import (
    AttrPath,
    CompareOperator,
    Comparison,
    FilterNode,
    FilterVisitor,
    LogicalExpr,
    LogicalOperator,
    Not,
    Present,
    ValuePath,
)
from scim2_models.path.resolution import coerce_value
from sqlalchemy import ColumnElement, and_, exists, false, func, not_, or_, true
from sqlalchemy.orm import aliased

from rse.provisioning.scim_keys import exact, fold
from rse.provisioning.scim_models import ScimEmail, ScimGroup, ScimMember, ScimUser
from rse.provisioning.scim_schema import ENTERPRISE, GROUP, USER, Group, User

Criterion = ColumnElement[bool]
Op = CompareOperator
MAX_FILTER = 4000  # characters
MAX_TERMS = 100
LAST = "\U0010ffff" * 2  # sorts after everything that may follow the beginning of a text


@dataclass(frozen=True)
class Many:
    """A multi-valued attribute in a table of its own: its rows, tied to their owner, and their columns."""

    table: Any
    owner: Any  # (alias) -> criterion that the row is one of the resource's
    columns: Mapping[str, str]  # sub-attribute (Python name): column


USERS: dict[str, Any] = {
    f"{USER}:id": ScimUser.public_id,
    f"{USER}:externalId": ScimUser.external_id,
    f"{USER}:userName": ScimUser.user_name,
    f"{USER}:displayName": ScimUser.display_name,
    f"{USER}:name.givenName": ScimUser.given_name,
    f"{USER}:name.familyName": ScimUser.family_name,
    f"{USER}:name.formatted": ScimUser.formatted,
    f"{USER}:title": ScimUser.title,
    f"{USER}:active": ScimUser.active,
    f"{USER}:meta.created": ScimUser.created_at,
    f"{USER}:meta.lastModified": ScimUser.modified_at,
    f"{ENTERPRISE}:department": ScimUser.department,
    f"{ENTERPRISE}:employeeNumber": ScimUser.employee_number,
    f"{ENTERPRISE}:manager.value": ScimUser.manager,
}
EMAILS = Many(
    ScimEmail,
    lambda row: row.person_id == ScimUser.person_id,
    {"value": "value", "type": "type", "display": "display", "primary": "primary"},
)
GROUPS: dict[str, Any] = {
    f"{GROUP}:id": ScimGroup.public_id,
    f"{GROUP}:externalId": ScimGroup.external_id,
    f"{GROUP}:displayName": ScimGroup.display_name,
    f"{GROUP}:meta.created": ScimGroup.created_at,
    f"{GROUP}:meta.lastModified": ScimGroup.modified_at,
}
MEMBERS = Many(
    ScimMember, lambda row: row.group_id == ScimGroup.id, {"value": "public_id"}
)  # the column stands on the member's row of scim_user
SORTABLE_USERS = USERS | {f"{USER}:emails.value": ScimUser.email}


def users(text: str) -> Criterion:
    """Give the criterion of a filter on people. Raises InvalidFilterException."""
    return _criterion(User, text, USERS, {f"{USER}:emails": EMAILS})


def groups(text: str) -> Criterion:
    """Give the criterion of a filter on groups. Raises InvalidFilterException."""
    return _criterion(Group, text, GROUPS, {f"{GROUP}:members": MEMBERS})


def entries(tree: FilterNode) -> Criterion:
    """Give the criterion of what stands in the brackets of `members[...]`, on the rows of people."""
    visitor = _Criteria(ScimFilter[Group]("members pr"), GROUPS, {f"{GROUP}:members": MEMBERS})
    head = visitor.bound(AttrPath("members"))
    return _Entry(visitor, MEMBERS, ScimUser, head).visit(tree)


def _criterion(model: Any, text: str, one: Mapping[str, Any], many: Mapping[str, Many]) -> Criterion:
    if len(text) > MAX_FILTER:
        raise InvalidFilterException(detail="the filter is too long")
    parsed = ScimFilter[model](text)
    visitor = _Criteria(parsed, one, many)
    return visitor.visit(parsed.ast)


class _Criteria(FilterVisitor[Criterion]):
    """Turns the tree of a filter into a criterion on the resource's table."""

    def __init__(self, parsed: Any, one: Mapping[str, Any], many: Mapping[str, Many]) -> None:
        self.parsed, self.one, self.many = parsed, one, many
        self.terms = 0

    def bound(self, path: AttrPath, *, compared: bool = False) -> AttributeBinding:
        """Give what a path stands for in the schemas. Raises InvalidFilterException."""
        self.terms += 1
        if self.terms > MAX_TERMS:
            raise InvalidFilterException(detail="the filter has too many terms")
        resolve = self.parsed.resolve_comparison if compared else self.parsed.resolve
        found: AttributeBinding = resolve(path)
        return found

    def _many(self, bound: AttributeBinding) -> Many | None:
        return self.many.get(bound.urn.rpartition(".")[0] if bound.sub_field_name else bound.urn)

    def visit_logical_expr(self, node: LogicalExpr) -> Criterion:
        """Join terms."""
        joined = and_ if node.op == LogicalOperator.and_ else or_
        return joined(*(self.visit(term) for term in node.terms))

    def visit_not(self, node: Not) -> Criterion:
        """Negate a criterion, which is never unknown."""
        return not_(self.visit(node.expr))

    def visit_comparison(self, node: Comparison) -> Criterion:
        """Compare an attribute: of several values one has to match, and for `ne` none may be equal."""
        bound = self.bound(node.attr_path, compared=True)
        value = _value(bound, node)
        several = self._many(bound)
        if several is None:
            return compare(_column(self.one, bound), node.op, value)
        any_row = _any(several, lambda row: true())
        if node.op == Op.ne:
            equal = _any(several, lambda row: compare(_cell(several, row, bound), Op.eq, value))
            return and_(any_row, not_(equal)) if value is None else not_(equal)
        found = _any(several, lambda row: compare(_cell(several, row, bound), node.op, value))
        return or_(not_(any_row), found) if node.op == Op.eq and value is None else found

    def visit_present(self, node: Present) -> Criterion:
        """Ask whether an attribute has a value."""
        bound = self.bound(node.attr_path)
        several = self._many(bound)
        if several is not None:
            names = [bound.sub_field_name] if bound.sub_field_name else list(several.columns)
            return _any(several, lambda row: or_(*(_named(several, row, n).is_not(None) for n in names)))
        parts = [c for urn, c in self.one.items() if urn == bound.urn or urn.startswith(bound.urn + ".")]
        if not parts:
            raise _unanswered(bound)
        return or_(*(column.is_not(None) for column in parts))

    def visit_value_path(self, node: ValuePath) -> Criterion:
        """Ask for one value that satisfies all that stands in brackets."""
        bound = self.bound(node.attr_path)
        several = self._many(bound)
        if several is None:
            raise _unanswered(bound)
        return _any(several, lambda row: _Entry(self, several, row, bound).visit(node.val_filter))


class _Entry(FilterVisitor[Criterion]):
    """The same for what stands in brackets: about one row of a multi-valued attribute."""

    def __init__(self, outer: _Criteria, several: Many, row: Any, head: AttributeBinding) -> None:
        self.outer, self.several, self.row, self.head = outer, several, row, head

    def _bound(self, path: AttrPath) -> AttributeBinding:
        if path.sub_attr or path.uri:
            raise InvalidFilterException(detail=f"{path} is not a sub-attribute")
        name = self.head.urn.rpartition(":")
        return self.outer.bound(AttrPath(name[2], path.attr, name[0]))

    def visit_logical_expr(self, node: LogicalExpr) -> Criterion:
        """Join terms."""
        joined = and_ if node.op == LogicalOperator.and_ else or_
        return joined(*(self.visit(term) for term in node.terms))

    def visit_not(self, node: Not) -> Criterion:
        """Negate a criterion, which is never unknown."""
        return not_(self.visit(node.expr))

    def visit_comparison(self, node: Comparison) -> Criterion:
        """Compare a sub-attribute of this row."""
        bound = self._bound(node.attr_path)
        return compare(_cell(self.several, self.row, bound), node.op, _value(bound, node))

    def visit_present(self, node: Present) -> Criterion:
        """Ask whether this row has the sub-attribute."""
        there: Criterion = _cell(self.several, self.row, self._bound(node.attr_path)).is_not(None)
        return there

    def visit_value_path(self, node: ValuePath) -> Criterion:
        """Refuse brackets within brackets."""
        raise InvalidFilterException(detail="a value path inside a value path")


def _any(several: Many, matches: Any) -> Criterion:
    """Give the criterion that one row at least matches."""
    if several is MEMBERS:
        row, person = aliased(ScimMember), aliased(ScimUser)
        tied = and_(several.owner(row), person.person_id == row.person_id, person.listed)
        return exists().where(tied, matches(person))
    row = aliased(several.table)
    return exists().where(several.owner(row), matches(row))


def _cell(several: Many, row: Any, bound: AttributeBinding) -> Any:
    if bound.sub_field_name not in several.columns:
        raise _unanswered(bound)
    return _named(several, row, bound.sub_field_name)


def _named(several: Many, row: Any, name: str | None) -> Any:
    return getattr(row, several.columns[name or ""])


def _column(one: Mapping[str, Any], bound: AttributeBinding) -> Any:
    if bound.urn not in one:
        raise _unanswered(bound)
    return one[bound.urn]


def _unanswered(bound: AttributeBinding) -> InvalidFilterException:
    return InvalidFilterException(detail=f"{bound.urn} cannot be filtered by")


def _value(bound: AttributeBinding, node: Comparison) -> Any:
    """Give the value in the form of its column. Raises InvalidFilterException for one of the wrong kind."""
    value = coerce_value(bound, node.value, node.op)
    if isinstance(value, str):
        if "\x00" in value or any("\ud800" <= c <= "\udfff" for c in value):
            raise InvalidFilterException(detail="a text that nothing can hold")
        return (exact(value) if bound.case_exact else fold(value)) or ""
    return value


def compare(column: Any, op: CompareOperator, value: Any) -> Criterion:
    """Give a comparison that is false, not unknown, where there is no value."""
    if value is None:
        return _with_nothing(column, op)
    if op == Op.eq:
        return and_(column.is_not(None), column == value)
    if op == Op.ne:
        return or_(column.is_(None), column != value)
    if op in {Op.co, Op.sw, Op.ew}:
        return and_(column.is_not(None), _part(column, op, str(value)))
    ordered = {Op.gt: column > value, Op.ge: column >= value, Op.lt: column < value, Op.le: column <= value}
    return and_(column.is_not(None), ordered[op])


def _with_nothing(column: Any, op: CompareOperator) -> Criterion:
    if op == Op.eq:
        missing: Criterion = column.is_(None)
        return missing
    there: Criterion = column.is_not(None) if op == Op.ne else false()
    return there


def _part(column: Any, op: CompareOperator, part: str) -> Criterion:
    """Match a part of a text, each letter as it is: LIKE would not tell case apart on SQLite."""
    if not part:
        return true()
    if op == Op.co:
        changed: Criterion = func.replace(column, part, "") != column
        return changed
    if op == Op.sw:
        bounds = (column >= part, column <= part + LAST)  # what an index can narrow down
        return and_(*bounds, func.substr(column, 1, len(part)) == part)
    start = func.length(column) - len(part) + 1
    return and_(start >= 1, func.substr(column, start) == part)


__all__ = ["GROUPS", "SORTABLE_USERS", "compare", "entries", "groups", "users"]
