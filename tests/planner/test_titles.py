"""What was found is remembered by its name, the last few searches of it."""

from planner_host.titles import Titles


def test_a_car_has_its_plate(fake):
    """What is no car has its title, and what was never found none."""
    titles = Titles()
    vehicle = fake.option()["vehicle"] | {"licence_plate": "KA-CL 1"}
    taxi = fake.option("V2", title="Taxi")
    del taxi["vehicle"]
    titles.remember([fake.option("V1", vehicle=vehicle), taxi])
    expected = ["VW Golf Variant, KA-CL 1", "Taxi", ""]
    assert [titles.title(f"fake:{each}") for each in ("V1", "V2", "V3")] == expected


def test_the_oldest_search_is_forgotten(fake):
    """What is found again is new."""
    titles = Titles(searches=2)
    for each in ("V1", "V2", "V1", "V3"):
        titles.remember([fake.option(each)])
    assert [bool(titles.title(f"fake:{each}")) for each in ("V1", "V2", "V3")] == [True, False, True]


def test_a_car_is_called_what_it_was_called_last(fake):
    """A provider may have renamed it."""
    titles = Titles()
    for title in ("Taxi", "Taxi, 20 €"):
        taxi = fake.option("V1", title=title)
        del taxi["vehicle"]
        titles.remember([taxi])
    assert titles.title("fake:V1") == "Taxi, 20 €"
