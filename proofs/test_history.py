"""The checks of Carloop's history find a rebooking that is not one step."""

import pytest

from proofs.history import Made, more_than_one, torn

BOOKED, REBOOKED = Made("A-1", False, False), Made("A-1", True, True)


@pytest.mark.parametrize(
    ("counts", "rentals", "is_torn"),
    [
        ([1], [BOOKED._replace(is_active=True)], False),
        ([1, 1], [BOOKED, REBOOKED], False),
        ([1, 0, 1], [BOOKED, BOOKED._replace(is_active=True)], False),
        ([1, 1, 0], [BOOKED, REBOOKED._replace(is_active=False)], False),
        ([1, 0, 1], [BOOKED, REBOOKED], True),
        ([1, 2, 1], [BOOKED, REBOOKED], True),
        ([1, 1, 0, 1], [BOOKED, REBOOKED._replace(is_active=False), REBOOKED], True),
    ],
)
def test_a_rebooking_is_one_step(counts, rentals, is_torn):
    """With none in between it was cancelled first, with two it was booked first; another booking is no rebooking."""
    assert bool([*torn({"A-1": counts}, rentals)]) == is_torn
    assert bool([*more_than_one({"A-1": counts})]) == (2 in counts)
