"""Run `python -m planner_host.dms`."""

from planner_host.dms.command import import_dms

if __name__ == "__main__":
    import_dms()
