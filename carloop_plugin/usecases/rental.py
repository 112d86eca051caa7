"""Find the rental a change is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from carloop_plugin.domain.accounts import Account
from carloop_plugin.domain.failures import Reason, Refused
from carloop_plugin.domain.rentals import Rental, RentalRecord, read_reference
from carloop_plugin.domain.values import RentalId, Site
from carloop_plugin.ports import Call, Carloop
from carloop_plugin.usecases.settle import observed


def rental_of(change: Mapping[str, object], call: Call) -> RentalRecord:
    """Find the rental that a change names, by its id and, where given, its site.

    One that is not in our records but carries our reference at Carloop is ours all the same.

    :raises Refused: there is none, or several sites have one of this id.
    """
    rental_id = RentalId(str(change["rental_id"]))
    site = Site(str(change["site"])) if "site" in change else None
    found = call.store.rentals_named(rental_id, site)
    if len({rental.site for rental in found}) > 1:
        raise Refused(Reason("invalid_document", "change.site_needed", pointer="/site"))
    if found:
        return _of_present_account(found, call)
    if site is not None and (adopted := _adopt(rental_id, site, call)):
        return adopted
    raise Refused(Reason("rental_not_found", "change.rental_not_found", pointer="/rental_id"))


def _of_present_account(found: Sequence[RentalRecord], call: Call) -> RentalRecord:
    """Choose among rentals of one id and site: more than one, and they are of different accounts."""
    if len(found) == 1:
        return found[0]
    account = call.connect(found[0].site).read_account(deadline=call.deadline)
    ours = [rental for rental in found if rental.account == account.id]
    if not ours:
        raise Refused(Reason("account_changed", "change.account_changed"))
    return ours[0]


def _adopt(rental_id: RentalId, site: Site, call: Call) -> RentalRecord | None:
    if set(rental_id) <= {"."}:
        # No path segment, so no rental's id either.
        return None
    carloop = call.connect(site)
    account = carloop.known_account(deadline=call.deadline)
    rental = carloop.read_rental(rental_id, deadline=call.deadline)
    reference = (
        read_reference(rental.external_reference, installation=call.store.installation) if rental else None
    )
    if rental is None or reference is None:
        return None
    record = observed(rental, reference=reference, account=account, call=call)
    call.store.keep_rental(record)
    return record


def account_of(rental: RentalRecord, *, carloop: Carloop, call: Call) -> Account:
    """Give the account in use. Raise `Refused` where it is not the one that made the rental."""
    account = carloop.known_account(deadline=call.deadline)
    if account.id != rental.account:
        account = carloop.read_account(deadline=call.deadline)
    if account.id != rental.account:
        raise Refused(Reason("account_changed", "change.account_changed"))
    return account


def revision_of(
    change: Mapping[str, object], rental: RentalRecord, *, carloop: Carloop, call: Call
) -> int | None:
    """Give the revision the change was asked for, else the one at Carloop now; None where the rental is gone."""
    revision = change.get("revision")
    if isinstance(revision, int | float):
        return int(revision)
    found = read_own(rental, carloop=carloop, call=call)
    return found.revision if found else None


def read_own(rental: RentalRecord, *, carloop: Carloop, call: Call) -> Rental | None:
    """Read the rental at Carloop; None only where the account that made it says it is gone."""
    found = carloop.read_rental(rental.id, deadline=call.deadline)
    if found is None and carloop.read_account(deadline=call.deadline).id != rental.account:
        raise Refused(Reason("account_changed", "change.account_changed"))
    return found
