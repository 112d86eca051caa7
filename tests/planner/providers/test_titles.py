"""The names of cars that were found, kept for the last few searches."""

from planner_host.providers.titles import Titles


def test_a_car_is_named_with_its_plate(fake):
    """What is no car has its title, as it was found last; of the searches the oldest is forgotten."""
    titles = Titles(searches=2)
    vehicle = fake.option()["vehicle"] | {"licence_plate": "KA-CL 1"}
    car, taxi = fake.option("V1", vehicle=vehicle), fake.option("V2", title="Taxi")
    del taxi["vehicle"]
    titles.remember([car, taxi])
    titles.remember([taxi | {"title": "Taxi, 20 €"}])
    names = [titles.title(f"fake:{each}") for each in ("V1", "V2", "V3")]
    assert names == ["VW Golf Variant, KA-CL 1", "Taxi, 20 €", ""]
    titles.remember([fake.option("V3")])
    assert [bool(titles.title(f"fake:{each}")) for each in ("V1", "V2", "V3")] == [False, True, True]
