"""A search that finds nothing: the list says why, and what else there is."""

from datetime import datetime

from playwright.sync_api import expect


def test_an_empty_list_says_when_a_car_is_free_again(advisor, period, carloop):
    """All cars of a class are rented: the list says how many there are, when the next is back, and offers others."""
    chosen = "transporter"
    for each in carloop.free_vehicles(period, vehicle_class=chosen):
        carloop.rent(each["id"], period.extended(minutes=30))
    advisor.new_appointment(period)
    advisor.search(classes=[carloop.names("vehicle-classes")[chosen]])
    times = {"start": period.start.isoformat(), "end": period.end.isoformat()}
    answer = carloop.request("GET", "/vehicles", params=times | {"vehicle_class": chosen})
    free_again = datetime.fromisoformat(answer["next_free"]).astimezone(period.start.tzinfo)
    assert (answer["items"], answer["busy"]) == ([], answer["matching"])
    offers = advisor.step_4.locator("#offers")
    expect(offers).to_contain_text(f"Carloop: {answer['matching']}")
    expect(offers).to_contain_text(f"{free_again:%H:%M}")
    expect(offers.get_by_role("heading", name=advisor.t("offers.alternatives"))).to_be_visible()
