"""The names of cars that were found, kept for the last few searches."""

from planner_host.titles import Titles


def test_a_car_is_named_with_its_plate(fake):
    """What is no car has its title, as it was found last; what was never found has none."""
    titles = Titles()
    vehicle = fake.option()["vehicle"] | {"licence_plate": "KA-CL 1"}
    car, taxi = fake.option("V1", vehicle=vehicle), fake.option("V2", title="Taxi")
    del taxi["vehicle"]
    titles.remember([car, taxi])
    titles.remember([taxi | {"title": "Taxi, 20 €"}])
    names = [titles.title(f"fake:{each}") for each in ("V1", "V2", "V3")]
    assert names == ["VW Golf Variant, KA-CL 1", "Taxi, 20 €", ""]


def test_the_oldest_search_is_forgotten(fake):
    """What is found again is new."""
    titles = Titles(searches=2)
    for each in ("V1", "V2", "V1", "V3"):
        titles.remember([fake.option(each)])
    assert [bool(titles.title(f"fake:{each}")) for each in ("V1", "V2", "V3")] == [True, False, True]
