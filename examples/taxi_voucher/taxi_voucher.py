"""A taxi voucher instead of a car. The vouchers live in memory; a real provider keeps them on disk."""

from datetime import UTC, datetime
from threading import Lock

from mobility_hookspecs import hookimpl, make_problem

ID, OPEN, LOCK = "taxi_voucher", {"state": "open", "proposals": []}, Lock()
TAXI = {"provider": ID, "kind": "taxi", "title": "Taxi"}
ISSUED, BOOKED, OUTCOMES = {}, {}, {}  # by the voucher's id, by appointment, by change_id


@hookimpl
def describe_mobility_provider():
    info = {"id": ID, "name": "Taxi", "version": "1.0", "contract": ">=1.0,<2"}
    return {**info, "kinds": ["taxi"], "capabilities": []}


@hookimpl
def provide_mobility_options(request):
    match = "alternative" if any(request["filters"].values()) else "exact"  # a taxi has no features
    option = {**TAXI, "id": "voucher", "period": request["period"], "match": match}
    offer = {"provider": ID, "as_of": datetime.now(UTC).isoformat(), "options": [option]}
    return {**offer, "total": int(match == "exact"), "truncated": False}


@hookimpl
def provide_mobility_states(appointment_ids):
    return [{"provider": ID, "appointment_id": id_, **OPEN, **BOOKED.get(id_, {})} for id_ in appointment_ids]


@hookimpl
def on_rental_change(change, context):
    if change.get("provider") != ID:
        return None
    with LOCK:  # the same change again has the same outcome
        first, code, rental = OUTCOMES.get(change["change_id"]) or (change, *_carry_out(change))
        OUTCOMES[change["change_id"]] = first, code, rental
    code = code if first == change else "change_id_reused"
    said = {"provider": ID, "change_id": change["change_id"], "status": "refused" if code else "done"}
    return said | rental | ({"problem": make_problem(code, locale=context.locale)} if code else {})


def _carry_out(change):
    voucher = ISSUED.get(change.get("rental_id", change.get("book_change_id")))
    if change["action"] == "cancel" and voucher:
        if voucher["status"] == "reserved":
            del BOOKED[voucher["appointment_id"]]
        voucher = {**voucher, "status": "cancelled", "allowed_changes": []}
    elif change["action"] != "book":
        return "not_supported" if voucher else "rental_not_found", {}
    elif change["appointment_id"] in BOOKED:
        return "already_booked", {"rental": BOOKED[change["appointment_id"]]["rental"]}
    else:
        voucher = TAXI | {name: change[name] for name in ("site", "appointment_id", "period")}
        voucher |= {"id": change["change_id"], "status": "reserved", "allowed_changes": ["cancel"]}
        voucher |= {"revision": 1, "changed_at": datetime.now(UTC).isoformat()}
        BOOKED[change["appointment_id"]] = {"state": "booked", "rental": voucher}
    ISSUED[voucher["id"]] = voucher
    return None, {"rental": voucher}
